package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/sessiongen/sessiongen/runtime"
)

// grpcSite serves the site with gRPC, which has no net/http: interceptors open
// the session, save it, and send its cookie as metadata. The first of a chain is
// the outermost, so the recovery comes before the sessions.
func grpcSite(s *site) *grpc.Server {
	sessions := grpcSessions{s.sessions}
	server := grpc.NewServer(
		grpc.ChainUnaryInterceptor(recoverUnary, sessions.unary),
		grpc.ChainStreamInterceptor(recoverStream, sessions.stream),
	)
	server.RegisterService(&grpcService, s)
	return server
}

// grpcSession is the key of the session in a call's context.
type grpcSession struct{}

func sessionOf(ctx context.Context) *Session { return ctx.Value(grpcSession{}).(*Session) }

// grpcSessions are the interceptors.
type grpcSessions struct{ sessions *Sessions }

// unary stores the session behind the method: gRPC sends the answer when the
// interceptors have returned. If the method panics nothing is stored.
func (g grpcSessions) unary(ctx context.Context, req any, _ *grpc.UnaryServerInfo, method grpc.UnaryHandler) (any, error) {
	session, err := g.open(ctx)
	if err != nil {
		return nil, grpcError(err)
	}
	ended := false
	// Deferred: what Renew and Destroy did is done, also if the method panics then,
	// and the client must hear of it. But what has ended the session meanwhile may
	// have sent a newer cookie.
	defer func() {
		if !ended {
			tell(sendCookie(session, func(md metadata.MD) error { return grpc.SetHeader(ctx, md) }))
		}
	}()
	res, answer := method(context.WithValue(ctx, grpcSession{}, session), req)
	if err := session.Save(context.WithoutCancel(ctx)); err != nil { // the client may have gone
		ended = errors.Is(err, runtime.ErrEnded)
		return nil, grpcError(err)
	}
	return res, grpcError(answer)
}

// stream stores the session before the first message, and once more behind the
// method.
func (g grpcSessions) stream(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, method grpc.StreamHandler) error {
	session, err := g.open(stream.Context())
	if err != nil {
		return grpcError(err)
	}
	s := &sessionStream{ServerStream: stream, session: session}
	ended := false
	defer func() {
		if !ended && (!s.begun || session.Cookie() != s.sent) {
			tell(sendCookie(session, stream.SetHeader)) // fails if the header has left
		}
	}()
	answer := method(srv, s)
	if err := session.Save(context.WithoutCancel(s.Context())); err != nil {
		ended = errors.Is(err, runtime.ErrEnded)
		return grpcError(err)
	}
	return grpcError(answer)
}

// A sessionStream stores the session, and sends its cookie, with the header. That
// leaves with the first message: behind it no cookie can be sent, so a method must
// not create or renew a session there.
type sessionStream struct {
	grpc.ServerStream
	session *Session
	begun   bool
	sent    *http.Cookie // with the header, or nil
}

func (s *sessionStream) Context() context.Context {
	return context.WithValue(s.ServerStream.Context(), grpcSession{}, s.session)
}

func (s *sessionStream) SendMsg(m any) error {
	if err := s.begin(); err != nil {
		return err
	}
	return s.ServerStream.SendMsg(m)
}

func (s *sessionStream) SendHeader(md metadata.MD) error {
	if err := s.begin(); err != nil {
		return err
	}
	return s.ServerStream.SendHeader(md)
}

func (s *sessionStream) begin() error {
	if s.begun {
		return nil
	}
	if err := s.session.Save(s.Context()); err != nil {
		return err
	}
	s.begun, s.sent = true, s.session.Cookie()
	return sendCookie(s.session, s.SetHeader)
}

// open opens the session whose cookie is in the metadata. Of several that differ
// it believes none, because nothing says which of them is the visitor's.
func (g grpcSessions) open(ctx context.Context) (*Session, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	r := http.Request{Header: http.Header{"Cookie": md.Get("cookie")}}
	token := ""
	for _, cookie := range r.CookiesNamed(g.sessions.CookieName()) {
		if token != "" && token != cookie.Value {
			token = ""
			break
		}
		token = cookie.Value
	}
	return g.sessions.Open(ctx, token)
}

func sendCookie(session *Session, setHeader func(metadata.MD) error) error {
	cookie := session.Cookie()
	if cookie == nil {
		return nil
	}
	return setHeader(metadata.Pairs("set-cookie", cookie.String()))
}

// tell tells of a cookie that is not sent: the client's session is lost, which nothing
// else shows.
func tell(err error) {
	if err != nil {
		slog.Error("the session's cookie can't be sent: the header has left before", "error", err)
	}
}

// grpcError gives an error of the runtime a code. The client gets no more of its
// text than the status.
func grpcError(err error) error {
	switch {
	case errors.Is(err, runtime.ErrUnavailable):
		return status.Error(codes.Unavailable, http.StatusText(http.StatusServiceUnavailable))
	case errors.Is(err, runtime.ErrEnded): // another request has logged out meanwhile
		return status.Error(codes.Aborted, http.StatusText(http.StatusConflict))
	}
	if _, isStatus := status.FromError(err); isStatus {
		return err // the method's own, or nil
	}
	slog.Error("a method failed", "error", err)
	return status.Error(codes.Internal, http.StatusText(http.StatusInternalServerError))
}

// recoverUnary answers with Internal when a method panics. Without it a panic ends
// the whole server.
func recoverUnary(ctx context.Context, req any, info *grpc.UnaryServerInfo, method grpc.UnaryHandler) (_ any, err error) {
	defer recoverTo(&err, info.FullMethod)
	return method(ctx, req)
}

func recoverStream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, method grpc.StreamHandler) (err error) {
	defer recoverTo(&err, info.FullMethod)
	return method(srv, stream)
}

func recoverTo(err *error, method string) {
	if v := recover(); v != nil {
		slog.Error("a method panicked", "method", method, "panic", v)
		*err = status.Error(codes.Internal, "Something went wrong.")
	}
}
