package main

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// grpcService describes the service, as generated code does for others.
var grpcService = grpc.ServiceDesc{
	ServiceName: "site.v1.Site",
	HandlerType: (*any)(nil),
	Methods: []grpc.MethodDesc{
		grpcMethod("Front", (*site).rpcFront),
		grpcMethod("Login", (*site).rpcLogin),
		grpcMethod("Logout", (*site).rpcLogout),
		grpcMethod("Broken", (*site).rpcBroken),
	},
	Streams: []grpc.StreamDesc{{StreamName: "News", ServerStreams: true, Handler: grpcNews}},
}

func grpcMethod[Req, Res any](name string, call func(*site, context.Context, *Session, *Req) (*Res, error)) grpc.MethodDesc {
	handler := func(srv any, ctx context.Context, decode func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) {
		req := new(Req)
		if err := decode(req); err != nil {
			return nil, err
		}
		info := &grpc.UnaryServerInfo{Server: srv, FullMethod: "/site.v1.Site/" + name}
		return intercept(ctx, req, info, func(ctx context.Context, req any) (any, error) {
			return call(srv.(*site), ctx, sessionOf(ctx), req.(*Req))
		})
	}
	return grpc.MethodDesc{MethodName: name, Handler: handler}
}

func grpcNews(srv any, stream grpc.ServerStream) error {
	if err := stream.RecvMsg(&emptypb.Empty{}); err != nil {
		return err
	}
	send := func(line *wrapperspb.StringValue) error { return stream.SendMsg(line) }
	return srv.(*site).tellNews(stream.Context(), sessionOf(stream.Context()), send)
}
