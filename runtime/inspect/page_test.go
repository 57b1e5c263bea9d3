package inspect_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/inspect"
)

func TestPageShowsWhatIsDeclared(t *testing.T) {
	page := words(newWorld(t).get())
	mustHave(t, page,
		"User string user none", "Visits int visits none", "Token inspect_test.secret token none", "Notice string notice flash",
		"Code string code ttl 10 min", "Hint string hint evictable", "Prefs map[string]interface {} prefs json",
		"Cart []inspect_test.item cart lazy", "Big map[string]string large lazy")
}

func TestPageShowsTheConfigurationButNoKey(t *testing.T) {
	w := newWorld(t, func(c *runtime.Config) {
		c.Namespace, c.CookieName, c.Persistent = "shop", "visitor", true
		c.Lifetime, c.IdleTimeout, c.MaxLogins, c.MaxValueSize = 36*time.Hour, 90*time.Second, 5, 2048
		c.SameSite, c.Domain, c.Path = http.SameSiteStrictMode, "example.com", "/app"
	})
	page := w.get()
	mustHave(t, words(page), "Namespace shop", "Store *inspect_test.spy", "Cookie visitor HttpOnly, not Secure, SameSite=Strict, Domain=example.com, Path=/app",
		"Cookie lives as long as the session", "Lifetime 1 d 12 h", "Idle time-out 1 min 30 s", "Keys 1 the first one", "up to 5", "Largest value 2.0 KB")
	mustLack(t, page, string(keys[0]), base64.StdEncoding.EncodeToString(keys[0]))
}

func TestPageShowsOnesOwnSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *runtime.Config) { c.IdleTimeout = time.Hour })
		c := w.issue(SessionFields{User: "Ada", Code: "1234", Cart: []item{{Tea: "oolong"}}})
		time.Sleep(150 * time.Second)
		text := own(w.get(c))
		mustHave(t, text, "Living", "Age 2 min 30 s", "Time left 23 h 57 min", "Idle time left 1 h 3 min", "Account none",
			"User set 41 B", "Visits not set", "Code set 50 B 7 min 30 s Show", "Cart not fetched", "91 B stored, as far as fetched")
		if s, err := w.sessions.Open(t.Context(), c.Value); err != nil || !strings.Contains(text, "Id "+s.ID()) {
			t.Errorf("%v, or no id in %s", err, text)
		}

		time.Sleep(10 * time.Minute)
		mustHave(t, own(w.get(c)), "Code expired or lost", "User set")
	})
}

func TestPageTellsOfAnAccountButNotItsName(t *testing.T) {
	w := newWorld(t)
	c := w.change(w.issue(SessionFields{User: "Ada"}), func(s *Session) error {
		return s.Login(t.Context(), "ada@example.com", runtime.Label("Firefox"), runtime.Remember(48*time.Hour))
	})
	page := w.ask([]string{"*"}, c)
	mustHave(t, own(page), "Account belongs to one", "by a lifetime of its own: 2 d", "Cookie remembered")
	mustLack(t, page, "ada@example.com", "Firefox")
}

func TestPageTellsWhatBecameOfTheCookie(t *testing.T) {
	end := func(w *world, deed func(s *Session) error) *http.Cookie {
		c := w.issue(SessionFields{User: "Ada"})
		w.change(c, deed)
		return c
	}
	for name, c := range map[string]struct {
		cookies func(w *world) []*http.Cookie
		want    string
	}{
		"none": {func(*world) []*http.Cookie { return nil }, "No cookie came with this request"},
		"another": {func(*world) []*http.Cookie { return []*http.Cookie{{Name: "other", Value: "x"}} },
			"No cookie came with this request"},
		"malformed": {func(*world) []*http.Cookie { return []*http.Cookie{{Name: "session", Value: "x"}} },
			"The cookie session is malformed"},
		"destroyed": {func(w *world) []*http.Cookie {
			return []*http.Cookie{end(w, func(s *Session) error { return s.Destroy(t.Context()) })}
		}, "the store has no such session"},
		"renewed": {func(w *world) []*http.Cookie {
			return []*http.Cookie{end(w, func(s *Session) error { return s.Renew(t.Context()) })}
		}, "The session has moved to another cookie"},
		"another secret": {func(w *world) []*http.Cookie {
			a, b := w.issue(SessionFields{User: "Ada"}), w.issue(SessionFields{User: "Bob"})
			id, _, _ := strings.Cut(a.Value, ".")
			_, secret, _ := strings.Cut(b.Value, ".")
			return []*http.Cookie{{Name: a.Name, Value: id + "." + secret}}
		}, "The cookie does not open its session"},
		"two": {func(w *world) []*http.Cookie {
			return []*http.Cookie{w.issue(SessionFields{User: "Ada"}), w.issue(SessionFields{User: "Bob"})}
		}, "Several cookies session came that differ"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			cookies := c.cookies(w)
			for _, page := range []string{w.get(cookies...), w.ask([]string{"*"}, cookies...)} {
				mustHave(t, own(page), c.want)
				mustLack(t, page, "Ada", "Bob")
			}
		})
	}
}

func TestPageTellsOfASessionThatHasExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *runtime.Config) { c.Lifetime = time.Hour })
		w.store.keep = time.Minute
		c := w.issue(SessionFields{User: "Ada"})
		time.Sleep(time.Hour)
		mustHave(t, own(w.get(c)), "The session has expired")
	})
}

func TestPageTellsWhatWasLost(t *testing.T) {
	w := newWorld(t)
	c := w.issue(SessionFields{User: "Ada", Hint: "left", Cart: []item{{Tea: "oolong"}}})
	s, err := w.sessions.Open(t.Context(), c.Value)
	if err != nil {
		t.Fatal(err)
	}
	lose := func(name string) {
		if errs := w.store.Store.Delete(t.Context(), []string{"session:" + s.ID() + "-" + name}); errs[0] != nil {
			t.Fatal(errs)
		}
	}
	lose("hint")
	mustHave(t, own(w.get(c)), "Living", "Hint gone")
	lose("cart")
	mustHave(t, own(w.get(c)), "Living", "Cart not fetched")
	mustHave(t, own(w.ask([]string{"Cart"}, c)), "The session has lost Cart")
	lose("user")
	mustHave(t, own(w.get(c)), "The session has lost User")
}

func TestPageSaysThatTheStoreIsDown(t *testing.T) {
	w := newWorld(t)
	c := w.issue(SessionFields{User: "Ada"})
	w.store.down.Store(true)
	for _, page := range []string{w.get(c), w.ask([]string{"User"}, c)} {
		mustHave(t, own(page), "The store did not answer")
		mustHave(t, words(page), "Figures", "Declared variables", "User string user")
	}
}

// What the page looks at is not what the app has done.
func TestLookingLeavesNoTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls, events atomic.Int64
		w := newWorld(t, func(c *runtime.Config) {
			c.IdleTimeout = time.Hour
			c.OnCall = func(ctx context.Context, _ runtime.Call) (context.Context, func(error)) {
				calls.Add(1)
				return ctx, nil
			}
			c.OnEvent = func(context.Context, runtime.Event) { events.Add(1) }
		})
		c := w.issue(SessionFields{User: "Ada", Notice: "Welcome"})
		c = w.change(c, func(s *Session) error { return s.Login(t.Context(), "ada") })
		stats := w.sessions.Stats()
		calls.Store(0)
		events.Store(0)
		w.log.Reset()
		wrote := w.store.writes.Load()

		time.Sleep(50 * time.Minute)
		for range 3 {
			answer := serve(w.page, local(t, "GET", "/", nil, c))
			mustHave(t, own(w.body(answer)), "Notice set", "Idle time left 16 min")
			if cookies := answer.Result().Cookies(); len(cookies) > 0 {
				t.Errorf("the page sets %v", cookies)
			}
			mustHave(t, own(w.ask([]string{"*"}, c)), `"Welcome"`)
		}
		w.get(&http.Cookie{Name: c.Name, Value: "malformed"})
		if now := w.sessions.Stats(); now.Loads != stats.Loads || now.Hits != stats.Hits || now.RoundTrips != stats.RoundTrips || calls.Load()+events.Load() > 0 || w.log.Len() > 0 {
			t.Errorf("%+v became %+v; %d calls and %d events are told; the log says %s", stats, now, calls.Load(), events.Load(), w.log)
		}
		if n := w.store.writes.Load(); n != wrote {
			t.Errorf("%d writes", n-wrote)
		}

		time.Sleep(17 * time.Minute) // looking has not kept it alive
		mustHave(t, own(w.get(c)), "the store has no such session")
	})
}

func TestPageWorksInsideTheMiddlewareAndBelowAnyPrefix(t *testing.T) {
	w := newWorld(t)
	c := w.issue(SessionFields{User: "Ada", Notice: "Welcome"})
	mux := http.NewServeMux()
	mux.Handle("/debug/sessions/", w.page)
	mux.Handle("/exactly", w.page)
	mux.Handle("/far/away/", http.StripPrefix("/far/away", w.page))
	for _, path := range []string{"/debug/sessions/", "/exactly", "/far/away/"} {
		answer := serve(w.sessions.Middleware(mux), local(t, "GET", path, nil, c))
		mustHave(t, own(w.body(answer)), "Living", "User set", "Notice set")
		if got := answer.Header().Values("Set-Cookie"); len(got) > 0 {
			t.Errorf("%s: %q", path, got)
		}
		// Whatever the address of the page is, it is the one of its figures and of its form.
		mustLack(t, answer.Body.String(), "action=", ` src="`, ` href="/`)
		figures := serve(mux, local(t, "GET", path+"?figures", nil))
		mustHave(t, figures.Body.String(), `"sessions":[{"namespace":"session"`)
	}
}

func TestFiguresAreThoseOfTheSessions(t *testing.T) {
	w := newWorld(t)
	c := w.issue(SessionFields{User: "Ada"})
	for range 3 {
		w.change(c, func(*Session) error { return nil })
	}
	answer := serve(w.page, local(t, "GET", "/?figures=", nil, c))
	var got struct {
		At       time.Time
		Sessions []runtime.Stats
	}
	if err := json.Unmarshal([]byte(w.body(answer)), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Sessions) != 1 || got.Sessions[0].Loads != 3 || got.Sessions[0].New != 1 || got.At.Before(got.Sessions[0].Since) {
		t.Errorf("%+v", got)
	}
	if kind := answer.Header().Get("Content-Type"); kind != "application/json" {
		t.Errorf("Content-Type %q", kind)
	}
	mustLack(t, answer.Body.String(), "Ada", c.Value, c.Value[:8])
	mustHave(t, words(w.get()), "Loads 3", "New sessions 1", "Found living 100.0 %", "add 1 ≤")
}

func TestSeveralKindsOfSessionsAreOnOnePage(t *testing.T) {
	a, b := newWorld(t), newWorld(t, func(c *runtime.Config) { c.Namespace, c.CookieName = "other", "other" })
	page := inspect.Handler(a.sessions, b.sessions)
	of, other := a.issue(SessionFields{User: "Ada"}), b.issue(SessionFields{User: "Bob"})
	mustHave(t, words(a.body(serve(page, local(t, "GET", "/", nil, of, other)))), "Namespace session", "Namespace other")
	shown := words(a.body(serve(page, local(t, "POST", "/", url.Values{"of": {"1"}, "show": {"User"}}, of, other))))
	mustHave(t, shown, "Bob")
	mustLack(t, shown, "Ada")
}

func TestPageIsServedWhileTheAppIsAtWork(t *testing.T) {
	w := newWorld(t)
	c := w.issue(full())
	var work sync.WaitGroup
	work.Go(func() {
		for i := range 20 {
			w.change(c, func(s *Session) error {
				s.SetVisits(i)
				return s.UpdateCart(t.Context(), func(cart *[]item) error {
					*cart = append(*cart, item{Quantity: i})
					return nil
				})
			})
		}
	})
	for range 2 {
		work.Go(func() {
			for range 20 {
				form := url.Values{"of": {"0"}, "show": {"*"}}
				if text := own(serve(w.page, local(t, "POST", "/", form, c)).Body.String()); !strings.Contains(text, `"value-of-user"`) {
					t.Error(text)
				}
			}
		})
	}
	work.Wait()
}
