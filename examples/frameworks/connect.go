package main

import (
	"context"
	"errors"
	"net/http"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sessiongen/sessiongen/runtime"
)

// connectSite serves the site to clients of Connect, gRPC and gRPC-Web. The
// sessions go around the handlers, as around those that Connect generates.
// connect.WithRecover would recover within the sessions.
func connectSite(s *site) http.Handler {
	return recovered(s.sessions.Middleware(connectRoutes(s)))
}

func connectRoutes(s *site, options ...connect.HandlerOption) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/site.v1.Site/Front", connect.NewUnaryHandler("/site.v1.Site/Front", connectMethod(s, s.rpcFront), options...))
	mux.Handle("/site.v1.Site/Login", connect.NewUnaryHandler("/site.v1.Site/Login", connectMethod(s, s.rpcLogin), options...))
	mux.Handle("/site.v1.Site/Logout", connect.NewUnaryHandler("/site.v1.Site/Logout", connectMethod(s, s.rpcLogout), options...))
	mux.Handle("/site.v1.Site/Broken", connect.NewUnaryHandler("/site.v1.Site/Broken", connectMethod(s, s.rpcBroken), options...))
	mux.Handle("/site.v1.Site/News", connect.NewServerStreamHandler("/site.v1.Site/News", s.connectNews, options...))
	return mux
}

// answerCall is the [runtime.Config.ErrorHandler]: it answers a call whose session
// is not stored in the protocol of the call. Without it the answer would be a
// status of HTTP, of which clients make a code: 503 is "unavailable", but 409 is
// "unknown".
func answerCall(w http.ResponseWriter, r *http.Request, err error) {
	if writer := connect.NewErrorWriter(connect.WithRequireConnectProtocolHeader()); writer.IsSupported(r) {
		writer.Write(w, r, connectError(err))
		return
	}
	http.Error(w, http.StatusText(statusOf(err)), statusOf(err))
}

// connectMethod gives call the session.
func connectMethod[Req, Res any](
	s *site, call func(context.Context, *Session, *Req) (*Res, error),
) func(context.Context, *connect.Request[Req]) (*connect.Response[Res], error) {
	return func(ctx context.Context, r *connect.Request[Req]) (*connect.Response[Res], error) {
		session, err := s.sessions.From(ctx)
		if err != nil {
			return nil, connectError(err)
		}
		response, err := call(ctx, session, r.Msg)
		if err != nil {
			return nil, connectError(err)
		}
		return connect.NewResponse(response), nil
	}
}

func (s *site) connectNews(
	ctx context.Context, _ *connect.Request[emptypb.Empty], stream *connect.ServerStream[wrapperspb.StringValue],
) error {
	session, err := s.sessions.From(ctx)
	if err != nil {
		return connectError(err)
	}
	if err := s.tellNews(ctx, session, stream.Send); err != nil {
		return connectError(err)
	}
	return nil
}

// connectError gives an error of the runtime a code. The client gets no more of its
// text than the status.
func connectError(err error) error {
	code := connect.CodeInternal
	switch {
	case errors.Is(err, runtime.ErrUnavailable):
		code = connect.CodeUnavailable
	case errors.Is(err, runtime.ErrEnded):
		code = connect.CodeAborted // another request has logged out meanwhile
	}
	return connect.NewError(code, errors.New(http.StatusText(statusOf(err))))
}
