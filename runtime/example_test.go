package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// Sessions, Session and SessionFields of these examples are what sessiongen
// makes of
//
//	type SessionFields struct {
//		Token  string
//		Visits int
//		Cart   []string `session:",lazy"`
//		Notice string   `session:",flash"`
//		Code   string   `session:",ttl=2s"`
//		Draft  string   `session:",evictable"`
//	}
func Example() {
	sessions, err := NewSessions(runtime.Config{
		Store:        runtime.NewMemory(), // or runtime.NewMemcache("127.0.0.1:11211")
		InsecureHTTP: true,                // for plain http, in development alone
	})
	if err != nil {
		log.Fatal(err)
	}
	page := func(w http.ResponseWriter, r *http.Request) {
		s, err := sessions.From(r.Context())
		if err != nil {
			http.Error(w, "Please try again in a moment.", http.StatusServiceUnavailable)
			return
		}
		s.SetVisits(s.GetVisits() + 1)
		fmt.Fprintf(w, "visit %d", s.GetVisits())
	}
	server := httptest.NewServer(sessions.Middleware(http.HandlerFunc(page)))
	defer server.Close()

	browser := server.Client()
	browser.Jar, _ = cookiejar.New(nil)
	for range 3 {
		response, err := browser.Get(server.URL)
		if err != nil {
			log.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		fmt.Println(string(body))
	}
	// Output:
	// visit 1
	// visit 2
	// visit 3
}

// newExampleSessions returns sessions in memory for the examples. The key is for
// examples alone: an app's key is random, and nowhere in its source.
func newExampleSessions() *Sessions {
	sessions, err := NewSessions(runtime.Config{Store: runtime.NewMemory(), Keys: [][]byte{make([]byte, 32)}})
	if err != nil {
		log.Fatal(err)
	}
	return sessions
}

// A visitor without a cookie gets a new session, of which nothing is stored
// until something is set.
func Example_create() {
	sessions, ctx := newExampleSessions(), context.Background()
	s, err := sessions.Open(ctx, "")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("new:", s.IsNew(), "cookie:", s.Cookie() != nil)
	s.SetToken("a7")
	if err := s.Save(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println("new:", s.IsNew(), "cookie:", s.Cookie() != nil)
	// Output:
	// new: true cookie: false
	// new: false cookie: true
}

// Outside net/http a session is opened by its cookie's value.
func Example_open() {
	sessions, ctx := newExampleSessions(), context.Background()
	cookie, err := sessions.Issue(ctx, SessionFields{Token: "a7", Visits: 2})
	if err != nil {
		log.Fatal(err)
	}
	s, err := sessions.Open(ctx, cookie.Value)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(s.GetToken(), s.GetVisits(), s.HasNotice())
	// Output: a7 2 false
}

// A lazy variable is fetched where it is used.
func Example_lazy() {
	sessions, ctx := newExampleSessions(), context.Background()
	cookie, err := sessions.Issue(ctx, SessionFields{Cart: []string{"tea", "milk"}})
	if err != nil {
		log.Fatal(err)
	}
	s, err := sessions.Open(ctx, cookie.Value)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("loaded:", s.Values().Cart)
	cart, err := s.GetCart(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("fetched:", cart)
	// Output:
	// loaded: []
	// fetched: [tea milk]
}

// Update changes a variable by compare-and-swap: what two requests do at once
// counts twice.
func Example_update() {
	sessions, ctx := newExampleSessions(), context.Background()
	cookie, err := sessions.Issue(ctx, SessionFields{Visits: 40})
	if err != nil {
		log.Fatal(err)
	}
	one, err := sessions.Open(ctx, cookie.Value)
	if err != nil {
		log.Fatal(err)
	}
	two, err := sessions.Open(ctx, cookie.Value)
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range []*Session{one, two} {
		err := s.UpdateVisits(ctx, func(n *int) error { *n++; return nil })
		if err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(two.GetVisits())
	// Output: 42
}

// A flash variable is shown once.
func Example_flash() {
	sessions, ctx := newExampleSessions(), context.Background()
	cookie, err := sessions.Issue(ctx, SessionFields{Notice: "Saved."})
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		s, err := sessions.Open(ctx, cookie.Value)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%q\n", s.PopNotice())
		if err := s.Save(ctx); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// "Saved."
	// ""
}

// At login the session gets a new id and secret, and belongs to the visitor's
// account: the cookie from before opens nothing any more.
func Example_login() {
	sessions, ctx := newExampleSessions(), context.Background()
	before, err := sessions.Issue(ctx, SessionFields{Cart: []string{"tea"}})
	if err != nil {
		log.Fatal(err)
	}
	s, err := sessions.Open(ctx, before.Value)
	if err != nil {
		log.Fatal(err)
	}
	s.SetToken("a7") // stored together with the login, or not at all
	if err := s.Login(ctx, "alice"); err != nil {
		log.Fatal(err)
	}

	after, err := sessions.Open(ctx, s.Cookie().Value)
	if err != nil {
		log.Fatal(err)
	}
	cart, err := after.GetCart(ctx)
	fmt.Println(after.GetToken(), cart, err)
	old, err := sessions.Open(ctx, before.Value)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("old cookie opens a new session:", old.IsNew())
	// The page's other requests, which came with it, must not replace the new
	// cookie. So for ten seconds what they set is refused, but for a login.
	old.SetVisits(1)
	fmt.Println("and sets nothing:", errors.Is(old.Save(ctx), runtime.ErrEnded))
	fmt.Println("but can log in:", old.Login(ctx, "alice") == nil)
	// Output:
	// a7 [tea] <nil>
	// old cookie opens a new session: true
	// and sets nothing: true
	// but can log in: true
}

// A visitor stays logged in on this device for a month.
func Example_remember() {
	sessions, ctx := newExampleSessions(), context.Background()
	s, err := sessions.Open(ctx, "")
	if err != nil {
		log.Fatal(err)
	}
	if err := s.Login(ctx, "alice", runtime.Remember(30*24*time.Hour)); err != nil {
		log.Fatal(err)
	}
	fmt.Println("days that the browser keeps the cookie:", s.Cookie().MaxAge/86400)
	// Output:
	// days that the browser keeps the cookie: 30
}

// Visitors see where they are logged in, and end what is not theirs.
func Example_devices() {
	sessions, ctx := newExampleSessions(), context.Background()
	login := func(device string) *Session {
		s, err := sessions.Open(ctx, "")
		if err == nil {
			err = s.Login(ctx, "alice", runtime.Label(device))
		}
		if err != nil {
			log.Fatal(err)
		}
		return s
	}
	login("phone")
	login("laptop of a stranger")
	mine := login("tablet")

	logins, err := sessions.List(ctx, "alice")
	if err != nil {
		log.Fatal(err)
	}
	for _, l := range logins {
		if l.Label == "laptop of a stranger" {
			if err := sessions.End(ctx, l.ID); err != nil {
				log.Fatal(err)
			}
		}
	}
	logins, err = sessions.List(ctx, "alice")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(logins), "devices")

	// The password has changed: only the device that changed it stays.
	if err := mine.EndOthers(ctx); err != nil {
		log.Fatal(err)
	}
	logins, err = sessions.List(ctx, "alice")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(logins), "device:", logins[0].Label)

	// The account is closed.
	if err := sessions.EndAll(ctx, "alice"); err != nil {
		log.Fatal(err)
	}
	s, err := sessions.Open(ctx, mine.Cookie().Value)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("logged out:", s.IsNew())
	// Output:
	// 2 devices
	// 1 device: tablet
	// logged out: true
}

// At logout the session ends, and no slow request brings it back.
func Example_logout() {
	sessions, ctx := newExampleSessions(), context.Background()
	cookie, err := sessions.Issue(ctx, SessionFields{Token: "a7"})
	if err != nil {
		log.Fatal(err)
	}
	slow, err := sessions.Open(ctx, cookie.Value)
	if err != nil {
		log.Fatal(err)
	}

	s, err := sessions.Open(ctx, cookie.Value)
	if err != nil {
		log.Fatal(err)
	}
	if err := s.Destroy(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println("cookie removed:", s.Cookie().MaxAge < 0)

	slow.SetVisits(1)
	err = slow.Save(ctx)
	fmt.Println("session ended:", errors.Is(err, runtime.ErrEnded))
	// Output:
	// cookie removed: true
	// session ended: true
}

// Events tell an operator what no visitor reports.
func ExampleConfig_events() {
	sessions, err := NewSessions(runtime.Config{
		Store:   runtime.NewMemory(),
		OnEvent: func(_ context.Context, e runtime.Event) { fmt.Println(e.Kind) },
	})
	if err != nil {
		log.Fatal(err)
	}
	cookie, err := sessions.Issue(context.Background(), SessionFields{Token: "a7"})
	if err != nil {
		log.Fatal(err)
	}
	s, err := sessions.Open(context.Background(), cookie.Value)
	if err != nil {
		log.Fatal(err)
	}
	if err := s.Destroy(context.Background()); err != nil {
		log.Fatal(err)
	}
	// Output:
	// created
	// destroyed
}
