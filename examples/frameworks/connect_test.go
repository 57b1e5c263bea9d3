package main

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sessiongen/sessiongen/runtime"
)

// A caller is the browser of a visitor who calls the site's methods.
type caller struct {
	*browser
	options []connect.ClientOption
}

// call calls a method. It returns the answer, and how many cookies came with it.
func call[Req, Res any](c caller, method string, req *Req) (*Res, int, error) {
	client := connect.NewClient[Req, Res](c.client, c.base.String()+"/site.v1.Site/"+method, c.options...)
	response, err := client.CallUnary(c.t.Context(), connect.NewRequest(req))
	if err != nil {
		failed, _ := err.(*connect.Error)
		return nil, c.cookiesIn(failed.Meta()), err
	}
	return response.Msg, c.cookiesIn(response.Header()), nil
}

func (c caller) cookiesIn(h http.Header) int { return len(c.sent(&http.Response{Header: h})) }

// front wants this front page, with so many cookies.
func (c caller) front(page string, cookies int) {
	c.t.Helper()
	got, sent, err := call[emptypb.Empty, wrapperspb.StringValue](c, "Front", &emptypb.Empty{})
	if err != nil || got.GetValue() != page || sent != cookies {
		c.t.Errorf("%q with %d cookies, %v, not %q with %d", got.GetValue(), sent, err, page, cookies)
	}
}

// fails calls a method that has no arguments, and wants this error and so many
// cookies.
func (c caller) fails(method string, code connect.Code, cookies int) {
	c.t.Helper()
	_, sent, err := call[emptypb.Empty, emptypb.Empty](c, method, &emptypb.Empty{})
	if connect.CodeOf(err) != code || sent != cookies {
		c.t.Errorf("%s: %v with %d cookies, not %v with %d", method, err, sent, code, cookies)
	}
}

// onEachRPC runs a test with callers of each protocol.
func onEachRPC(t *testing.T, handler func(*site) http.Handler, test func(*world, func() caller)) {
	for name, options := range map[string][]connect.ClientOption{
		"Connect": nil, "gRPC": {connect.WithGRPC()}, "gRPC-Web": {connect.WithGRPCWeb()},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *runtime.Config) { c.ErrorHandler = answerCall })
			w.serve(handler(w.site), true) // gRPC's clients speak HTTP/2 only
			test(w, func() caller {
				b := w.browser()
				b.t = t
				return caller{b, options}
			})
		})
	}
}

func TestConnectCallerKeepsTheSession(t *testing.T) {
	onEachRPC(t, connectSite, func(w *world, visitor func() caller) {
		t, c := w.t, visitor()
		c.front("Visit 1 of a stranger.\n", 1)
		c.front("Visit 2 of a stranger.\n", 0)
		stranger := c.session()

		_, sent, err := call[wrapperspb.StringValue, emptypb.Empty](c, "Login", wrapperspb.String("Ada"))
		if err != nil || sent != 1 || c.session() == stranger {
			t.Fatalf("the login brings %d cookies, %v", sent, err)
		}
		c.front("Welcome, Ada.\nVisit 3 of Ada.\n", 0)

		_, sent, err = call[emptypb.Empty, emptypb.Empty](c, "Logout", &emptypb.Empty{})
		if err != nil || sent != 1 || c.session() != "" {
			t.Fatalf("the logout brings %d cookies, %v", sent, err)
		}
		c.front("Visit 1 of a stranger.\n", 1)
		visitor().front("Visit 1 of a stranger.\n", 1)
	})
}

func TestConnectCallerIsToldThatTheStoreIsDown(t *testing.T) {
	onEachRPC(t, connectSite, func(w *world, visitor func() caller) {
		c := visitor()
		w.store.down.Store(true)
		c.fails("Front", connect.CodeUnavailable, 0) // a new session, which can't be stored
		w.store.down.Store(false)
		c.front("Visit 1 of a stranger.\n", 1)
		w.store.down.Store(true)
		c.fails("Front", connect.CodeUnavailable, 0) // one that can't be loaded
	})
}

func TestConnectCallerWhoLoggedOutMeanwhileGetsAborted(t *testing.T) {
	onEachRPC(t, connectSite, func(w *world, visitor func() caller) {
		if err := logInTooLate(w, visitor()); connect.CodeOf(err) != connect.CodeAborted {
			w.t.Error(err)
		}
	})
}

// The default answers with a status of HTTP.
func TestConnectCallerNeedsTheErrorHandlerToUnderstandAConflict(t *testing.T) {
	w := newWorld(t, nil)
	w.serve(connectSite(w.site), true)
	if err := logInTooLate(w, caller{w.browser(), nil}); connect.CodeOf(err) != connect.CodeUnknown {
		t.Error(err)
	}
	w.store.down.Store(true)
	caller{w.browser(), nil}.fails("Front", connect.CodeUnavailable, 0)
}

// logInTooLate returns the error of a login in a session that another request has
// ended meanwhile.
func logInTooLate(w *world, c caller) error {
	c.front("Visit 1 of a stranger.\n", 1)
	cookie := c.session()
	w.site.greet = func(string) string {
		w.logOut(cookie)
		return ""
	}
	_, _, err := call[wrapperspb.StringValue, emptypb.Empty](c, "Login", wrapperspb.String("Ada"))
	return err
}

func TestNothingIsStoredOfAConnectMethodThatPanicsOnlyUnderARecoveryOutside(t *testing.T) {
	recovering := connect.WithRecover(func(context.Context, connect.Spec, http.Header, any) error {
		return connect.NewError(connect.CodeInternal, nil)
	})
	for name, c := range map[string]struct {
		handler func(*site) http.Handler
		cookies int
	}{
		"outside": {connectSite, 0},
		"inside": {func(s *site) http.Handler {
			return s.sessions.Middleware(connectRoutes(s, recovering))
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.serve(c.handler(w.site), true)
			b := caller{w.browser(), nil}
			_, sent, err := call[emptypb.Empty, emptypb.Empty](b, "Broken", &emptypb.Empty{})
			if err == nil || sent != c.cookies || b.session() != "" != (c.cookies == 1) {
				t.Errorf("%d cookies, %v", sent, err)
			}
			if stored := w.store.writes.Load() != 0; stored != (c.cookies == 1) {
				t.Errorf("stored %t", stored)
			}
		})
	}
}

func TestConnectStreamBeginsWithTheCookie(t *testing.T) {
	onEachRPC(t, connectSite, func(w *world, visitor func() caller) {
		t, c := w.t, visitor()
		w.news <- "rain"
		client := connect.NewClient[emptypb.Empty, wrapperspb.StringValue](c.client, c.base.String()+"/site.v1.Site/News", c.options...)
		stream, err := client.CallServerStream(t.Context(), connect.NewRequest(&emptypb.Empty{}))
		if err != nil {
			t.Fatal(err)
		}
		defer stream.Close()
		for _, next := range []string{"sunshine", ""} {
			if !stream.Receive() {
				t.Fatalf("the stream ended: %v", stream.Err())
			}
			if next == "sunshine" {
				if n := c.cookiesIn(stream.ResponseHeader()); n != 1 {
					t.Errorf("%d cookies came with the header", n)
				}
				w.news <- next
			}
		}
		close(w.news)
		if stream.Receive() || stream.Err() != nil {
			t.Errorf("the stream ends with %v", stream.Err())
		}
		c.front("Visit 4 of a stranger.\n", 0) // the call, and two messages, came before
	})
}

func TestConnectStreamOfASessionThatIsNotStoredFails(t *testing.T) {
	onEachRPC(t, connectSite, func(w *world, visitor func() caller) {
		t, c := w.t, visitor()
		w.store.down.Store(true)
		w.news <- "secret"
		client := connect.NewClient[emptypb.Empty, wrapperspb.StringValue](c.client, c.base.String()+"/site.v1.Site/News", c.options...)
		stream, err := client.CallServerStream(t.Context(), connect.NewRequest(&emptypb.Empty{}))
		if err != nil {
			t.Fatal(err)
		}
		defer stream.Close()
		if stream.Receive() || connect.CodeOf(stream.Err()) != connect.CodeUnavailable {
			t.Errorf("received %v, %v", stream.Msg(), stream.Err())
		}
		if n := c.cookiesIn(stream.ResponseHeader()); n != 0 {
			t.Errorf("%d cookies came", n)
		}
	})
}

func TestConnectAnswerIsKeptFromSharedCaches(t *testing.T) {
	w := newWorld(t, nil)
	w.serve(connectSite(w.site), true)
	b := w.browser()
	response, err := b.client.Post(w.url+"/site.v1.Site/Front", "application/json", strings.NewReader("{}"))
	p := b.read(response, err)
	p.want(t, http.StatusOK, `"Visit 1 of a stranger.\n"`, 1)
	wantCaching(t, p, "no-store")
}

// Other requests of the same server are answered as without the handler.
func TestErrorHandlerForConnectAnswersOtherRequestsToo(t *testing.T) {
	w := newWorld(t, func(c *runtime.Config) { c.ErrorHandler = answerCall })
	w.serve(netHTTPSite(w.site), true)
	w.store.down.Store(true)
	w.browser().get("/").want(t, http.StatusServiceUnavailable, "Service Unavailable\n", 0)
}
