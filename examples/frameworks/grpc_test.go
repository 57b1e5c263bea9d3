package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sessiongen/sessiongen/runtime"
)

// A grpcClient is a client of gRPC that keeps the cookies that it is sent.
type grpcClient struct {
	t       *testing.T
	conn    *grpc.ClientConn
	cookies map[string]string
}

// serveGRPC starts a server of gRPC's, and returns what makes clients of it.
func (w *world) serveGRPC() func() *grpcClient {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	server := grpcSite(w.site)
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := server.Serve(l); err != nil {
			w.t.Error(err)
		}
	})
	w.t.Cleanup(func() {
		server.Stop()
		serving.Wait()
	})
	return func() *grpcClient { return newGRPCClient(w.t, l.Addr()) }
}

func newGRPCClient(t *testing.T, addr net.Addr) *grpcClient {
	t.Helper()
	conn, err := grpc.NewClient(addr.String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &grpcClient{t, conn, map[string]string{}}
}

// context returns a context with the cookies.
func (c *grpcClient) context() context.Context {
	ctx := c.t.Context()
	for name, value := range c.cookies {
		ctx = metadata.AppendToOutgoingContext(ctx, "cookie", name+"="+value)
	}
	return ctx
}

// keep keeps the cookies of a header, and returns how many there are.
func (c *grpcClient) keep(header metadata.MD) int {
	c.t.Helper()
	lines := header.Get("set-cookie")
	for _, line := range lines {
		cookie, err := http.ParseSetCookie(line)
		if err != nil {
			c.t.Error(err)
			continue
		}
		c.cookies[cookie.Name] = cookie.Value
		if cookie.MaxAge < 0 {
			delete(c.cookies, cookie.Name)
		}
	}
	return len(lines)
}

// call calls a method, and returns how many cookies came with the answer.
func (c *grpcClient) call(method string, req, res any) (cookies int, err error) {
	c.t.Helper()
	var header metadata.MD
	err = c.conn.Invoke(c.context(), "/site.v1.Site/"+method, req, res, grpc.Header(&header))
	return c.keep(header), err
}

// front wants this front page, with so many cookies.
func (c *grpcClient) front(page string, cookies int) {
	c.t.Helper()
	var got wrapperspb.StringValue
	sent, err := c.call("Front", &emptypb.Empty{}, &got)
	if err != nil || got.GetValue() != page || sent != cookies {
		c.t.Errorf("%q with %d cookies, %v, not %q with %d", got.GetValue(), sent, err, page, cookies)
	}
}

func (c *grpcClient) fails(method string, req any, code codes.Code, cookies int) {
	c.t.Helper()
	sent, err := c.call(method, req, &emptypb.Empty{})
	if status.Code(err) != code || sent != cookies {
		c.t.Errorf("%s: %v with %d cookies, not %v with %d", method, err, sent, code, cookies)
	}
}

func TestGRPCClientKeepsTheSession(t *testing.T) {
	client := newWorld(t, nil).serveGRPC()
	c := client()
	c.front("Visit 1 of a stranger.\n", 1)
	c.front("Visit 2 of a stranger.\n", 0)
	if sent, err := c.call("Login", wrapperspb.String("Ada"), &emptypb.Empty{}); err != nil || sent != 1 {
		t.Fatalf("the login brings %d cookies, %v", sent, err)
	}
	c.front("Welcome, Ada.\nVisit 3 of Ada.\n", 0)
	if sent, err := c.call("Logout", &emptypb.Empty{}, &emptypb.Empty{}); err != nil || sent != 1 || len(c.cookies) != 0 {
		t.Fatalf("the logout brings %d cookies, %v, and leaves %v", sent, err, c.cookies)
	}
	c.front("Visit 1 of a stranger.\n", 1)
	client().front("Visit 1 of a stranger.\n", 1)
}

func TestGRPCOfTwoCookiesBelievesNone(t *testing.T) {
	w := newWorld(t, nil)
	ada, bob := w.serveGRPC()(), map[string]string{}
	name := w.site.sessions.CookieName()
	for _, cookies := range []map[string]string{ada.cookies, bob} {
		cookie, err := w.site.sessions.Issue(t.Context(), SessionFields{User: "Ada"})
		if err != nil {
			t.Fatal(err)
		}
		cookies[name] = cookie.Value
	}
	ada.front("Visit 1 of Ada.\n", 0)
	ada.cookies["theme=dark; "+name] = bob[name] // in a line of its own
	ada.front("Visit 1 of a stranger.\n", 1)
}

func TestGRPCClientIsToldThatTheStoreIsDown(t *testing.T) {
	w := newWorld(t, nil)
	c := w.serveGRPC()()
	w.store.down.Store(true)
	c.fails("Front", &emptypb.Empty{}, codes.Unavailable, 0) // a new session, which can't be stored
	w.store.down.Store(false)
	c.front("Visit 1 of a stranger.\n", 1)
	w.store.down.Store(true)
	c.fails("Front", &emptypb.Empty{}, codes.Unavailable, 0) // one that can't be loaded
}

func TestNothingIsStoredOfAGRPCMethodThatPanics(t *testing.T) {
	w := newWorld(t, nil)
	c := w.serveGRPC()()
	c.fails("Broken", &emptypb.Empty{}, codes.Internal, 0)
	if n := w.store.writes.Load(); n != 0 {
		t.Errorf("%d items are stored", n)
	}
}

func TestCookieOfARenewedSessionIsSentThoughTheGRPCMethodPanics(t *testing.T) {
	w := newWorld(t, nil)
	c := w.serveGRPC()()
	c.front("Visit 1 of a stranger.\n", 1)
	w.site.greet = func(string) string { panic("who is this?") }
	c.fails("Login", wrapperspb.String("Ada"), codes.Internal, 1)
	c.front("Visit 2 of a stranger.\n", 0)
}

// A call that comes too late for its session.
func TestGRPCClientWhoLoggedOutMeanwhileGetsAborted(t *testing.T) {
	w := newWorld(t, nil)
	c := w.serveGRPC()()
	c.front("Visit 1 of a stranger.\n", 1)
	cookie := c.cookies[w.site.sessions.CookieName()]
	w.site.greet = func(string) string {
		w.logOut(cookie)
		return ""
	}
	c.fails("Login", wrapperspb.String("Ada"), codes.Aborted, 0) // what logged out may have sent a newer cookie
}

func (c *grpcClient) news() grpc.ClientStream {
	c.t.Helper()
	stream, err := c.conn.NewStream(c.context(), &grpcService.Streams[0], "/site.v1.Site/News")
	if err == nil {
		err = errors.Join(stream.SendMsg(&emptypb.Empty{}), stream.CloseSend())
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return stream
}

func TestGRPCClientSeesNoTextOfTheRuntime(t *testing.T) {
	w := newWorld(t, func(c *runtime.Config) { c.MaxValueSize = 1000 })
	c := w.serveGRPC()()
	_, err := c.call("Login", wrapperspb.String(strings.Repeat("x", 2000)), &emptypb.Empty{})
	if status.Code(err) != codes.Internal || strings.Contains(err.Error(), "sessiongen") {
		t.Error(err)
	}
}

func TestGRPCStreamBeginsWithTheCookie(t *testing.T) {
	w := newWorld(t, nil)
	c := w.serveGRPC()()
	w.news <- "rain"
	stream := c.news()
	header, err := stream.Header()
	if sent := c.keep(header); err != nil || sent != 1 {
		t.Fatalf("%d cookies came with the header, %v", sent, err)
	}
	var line wrapperspb.StringValue
	for _, want := range []string{"rain", "sunshine"} {
		if want == "sunshine" {
			w.news <- want
		}
		if err := stream.RecvMsg(&line); err != nil || line.GetValue() != want {
			t.Fatalf("%q, %v, not %q", line.GetValue(), err, want)
		}
	}
	close(w.news)
	if err := stream.RecvMsg(&line); err != io.EOF {
		t.Errorf("the stream ends with %v", err)
	}
	c.front("Visit 4 of a stranger.\n", 0) // the call, and two messages, came before
}

func TestGRPCStreamOfASessionThatIsNotStoredFails(t *testing.T) {
	w := newWorld(t, nil)
	c := w.serveGRPC()()
	w.store.down.Store(true)
	w.news <- "secret"
	stream := c.news()
	var line wrapperspb.StringValue
	if err := stream.RecvMsg(&line); status.Code(err) != codes.Unavailable {
		t.Errorf("%q, %v", line.GetValue(), err)
	}
}
