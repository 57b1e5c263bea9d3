package runtime_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

func TestTenThousandForgedCookiesCreateNoKey(t *testing.T) {
	cache := invade(t)
	sessions := sessionsOn(t, cache.addr)
	handler := sessions.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		s, err := sessions.From(r.Context())
		if err != nil {
			t.Error(err)
			return
		}
		if has, err := s.HasCart(r.Context()); err != nil || has || !s.IsNew() || s.PopNotice() != "" {
			t.Errorf("a forged cookie opens %+v, %v", s.Values(), err)
		}
		s.ClearToken()
	}))
	for range 10_000 {
		response := exchange(handler, cookieLine(forged()))
		wantNoCookie(t, response)
		if response.StatusCode != http.StatusOK {
			t.Fatal(response.Status)
		}
	}
	if stored, held := cache.stat("cmd_set"), cache.stat("curr_items"); stored != 0 || held != 0 {
		t.Errorf("%d commands to store, %d keys", stored, held)
	}
}

func TestClientChosenIDIsNeverWritten(t *testing.T) {
	cache := invade(t)
	wire := tapWire(t, cache.addr)
	sessions := sessionsOn(t, wire.addr)
	for name, deed := range map[string]func(context.Context, *Session) error{
		"set":      func(_ context.Context, s *Session) error { s.SetToken("x"); return nil },
		"set lazy": func(_ context.Context, s *Session) error { s.SetCart([]string{"x"}); return nil },
		"clear":    func(_ context.Context, s *Session) error { s.ClearToken(); return nil },
		"update": func(ctx context.Context, s *Session) error {
			return s.UpdateVisits(ctx, func(n *int) error { *n++; return nil })
		},
		"renew": func(ctx context.Context, s *Session) error { s.SetToken("x"); return s.Renew(ctx) },
		"destroy, then set": func(ctx context.Context, s *Session) error {
			err := s.Destroy(ctx)
			s.SetToken("x")
			return err
		},
		"save, then renew": func(ctx context.Context, s *Session) error {
			s.SetToken("x")
			return errors.Join(s.Save(ctx), s.Renew(ctx))
		},
	} {
		planted := forged()
		s, err := sessions.Open(t.Context(), planted)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(deed(t.Context(), s), s.Save(t.Context())); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if c := s.Cookie(); s.ID() == planted[:36] || c != nil && (strings.Contains(c.Value, planted[:36]) || strings.Contains(c.Value, planted[37:])) {
			t.Errorf("%s: the id is %s and the cookie %v", name, s.ID(), c)
		}
		for line := range strings.SplitSeq(string(wire.bytes()), "\r\n") {
			if strings.Contains(line, planted[:36]) && !strings.HasPrefix(line, "gets ") {
				t.Errorf("%s: sent %q", name, line)
			}
		}
	}
}

func TestIDWithoutItsSecretOpensNothing(t *testing.T) {
	w := newWorld(t, nil)
	w.store.Store = memcacheStore(t)
	token, other := w.issue(SessionFields{Token: "t"}), w.issue(SessionFields{Token: "u"})
	secret, err := base64.RawURLEncoding.DecodeString(token[37:])
	if err != nil {
		t.Fatal(err)
	}
	guesses := []string{other[37:], strings.Repeat("A", 22)}
	for bit := range len(secret) * 8 {
		secret[bit/8] ^= 1 << (bit % 8)
		guesses = append(guesses, base64.RawURLEncoding.EncodeToString(secret))
		secret[bit/8] ^= 1 << (bit % 8)
	}
	for _, guess := range guesses {
		w.events = nil
		s := w.open(token[:37] + guess)
		if !s.IsNew() || s.HasToken() {
			t.Errorf("the secret %s opens %+v", guess, s.Values())
		}
		w.wantEvent(runtime.EventRefused, "")
		if err := errors.Join(s.Renew(t.Context()), s.Destroy(t.Context()), s.Save(t.Context())); err != nil {
			t.Error(err)
		}
	}
	if s := w.open(token); s.GetToken() != "t" {
		t.Error("guesses harmed the session")
	}
}

func TestCookieReplayedAfterLogoutOpensNothing(t *testing.T) {
	replay(t, func(ctx context.Context, s *Session) error { return s.Destroy(ctx) })
}

// If an attacker planted a cookie before the login, then that cookie is
// replayed after the login.
func TestCookieReplayedAfterLoginOpensNothing(t *testing.T) {
	replay(t, func(ctx context.Context, s *Session) error { return s.Renew(ctx) })
}

// replay checks that a thief's cookie is worth nothing once end has returned,
// both in requests that come then and in requests that had loaded the session
// before.
func replay(t *testing.T, end func(context.Context, *Session) error) {
	ctx := t.Context()
	sessions := mustSessions(t, runtime.Config{Store: memcacheStore(t)})
	for name, deed := range map[string]func(*Session) error{
		"set":          func(s *Session) error { s.SetToken("evil"); return nil },
		"set lazy":     func(s *Session) error { s.SetCart([]string{"evil"}); return nil },
		"first set":    func(s *Session) error { s.SetDraft("evil"); return nil },
		"update":       func(s *Session) error { return s.UpdateToken(ctx, func(v *string) error { *v = "evil"; return nil }) },
		"first update": func(s *Session) error { return s.UpdateDraft(ctx, func(v *string) error { *v = "evil"; return nil }) },
		"renew":        func(s *Session) error { return s.Renew(ctx) },
		"lazy read":    func(s *Session) error { _, err := s.GetCart(ctx); return err },
	} {
		cookie, err := sessions.Issue(ctx, SessionFields{Token: "mine", Visits: 7, Cart: []string{"mine"}})
		if err != nil {
			t.Fatal(err)
		}
		before, err := sessions.Open(ctx, cookie.Value)
		if err != nil {
			t.Fatal(err)
		}
		owner, err := sessions.Open(ctx, cookie.Value)
		if err == nil {
			err = end(ctx, owner)
		}
		if err != nil {
			t.Fatal(err)
		}

		err = deed(before)
		if err == nil {
			err = before.Save(ctx)
		}
		if !errors.Is(err, runtime.ErrEnded) {
			t.Errorf("%s by a request under way: %v, want ErrEnded", name, err)
		}
		after, err := sessions.Open(ctx, cookie.Value)
		if err != nil {
			t.Fatal(err)
		}
		if v := after.Values(); !after.IsNew() || v.Token != "" || v.Visits != 0 {
			t.Errorf("the old cookie opens %+v", v)
		}
		err = deed(after)
		if err == nil {
			err = after.Save(ctx)
		}
		if err != nil && !errors.Is(err, runtime.ErrEnded) {
			t.Errorf("%s by a later request: %v", name, err)
		}
		if cart, _ := after.GetCart(ctx); len(cart) > 0 && cart[0] == "mine" {
			t.Errorf("%s by a later request reads the cart", name)
		}
		if again, err := sessions.Open(ctx, cookie.Value); err != nil || !again.IsNew() {
			t.Errorf("%s brought the session back (%v)", name, err)
		}
		if c := owner.Cookie(); c.MaxAge >= 0 {
			if s, err := sessions.Open(ctx, c.Value); err != nil || s.GetToken() != "mine" || s.HasDraft() {
				t.Errorf("%s with the old cookie reached the new session: %+v, %v", name, s.Values(), err)
			}
		}
	}
}

func TestCookieHeadersAsBrowsersNeverSendThemOpenNothing(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	ours := cookieLine(token)
	planted := cookieLine(w.issue(SessionFields{Token: "evil"}))
	many := strings.Repeat("; a=b", 4000)
	server := httptest.NewUnstartedServer(w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(rw, "token %q", w.from(r).GetToken())
	})))
	server.Config.MaxHeaderBytes = 4 << 20
	server.Start()
	defer server.Close()
	for _, c := range []struct {
		name, header string // lines, with "Cookie: "
		opens        bool
	}{
		{"alone", "Cookie: " + ours, true},
		{"behind 4,000 cookies", "Cookie: a=b" + many + "; " + ours, true},
		{"between 4,000 headers", strings.Repeat("Cookie: a=b\r\n", 4000) + "Cookie: " + ours, true},
		{"twice", "Cookie: " + ours + "; " + ours, true},
		{"twice, 4,000 cookies apart", "Cookie: " + ours + many + "; " + ours, true},
		{"on two lines", "Cookie: " + ours + "\r\nCookie: " + ours, true},
		{"4,000 times", "Cookie: a=b" + strings.Repeat("; "+ours, 4000), true},
		{"a malformed one of our name behind", "Cookie: " + ours + "; __Host-session=x", true},
		{"a malformed one of our name ahead", "Cookie: __Host-session=; " + ours, true},
		{"another one of our name behind", "Cookie: " + ours + "; " + planted, false},
		{"another one of our name ahead", "Cookie: " + planted + "; " + ours, false},
		{"another one of our name on another line", "Cookie: " + planted + "\r\nCookie: " + ours, false},
		{"4,000 times, and another one", "Cookie: " + planted + strings.Repeat("; "+ours, 4000), false},
		{"quoted", `Cookie: __Host-session="` + token + `"`, false},
		{"half quoted", `Cookie: __Host-session="` + token, false},
		{"tab ahead of the name", "Cookie: a=b;\t" + ours, false},
		{"tab behind the value", "Cookie: " + ours + "\t; a=b", false},
		{"no-break space", "Cookie: a=b;\u00a0" + ours, false},
		{"em space", "Cookie: __Host-session=\u2003" + token, false},
		{"ideographic space", "Cookie: " + ours + "\u3000; a=b", false},
		{"line separator", "Cookie: a=b;\u2028" + ours, false},
		{"percent-encoded", "Cookie: __Host-session=" + strings.Replace(token, ".", "%2E", 1), false},
		{"name in lower case", "Cookie: " + strings.ToLower(ours[:15]) + token, false},
		{"comma instead of semicolon", "Cookie: a=b, " + ours, false},
		{"a megabyte", "Cookie: __Host-session=" + strings.Repeat("x", 1<<20), false},
		{"a megabyte of separators", "Cookie: " + strings.Repeat(";=", 1<<19), false},
		{"a megabyte behind it", "Cookie: " + ours + strings.Repeat("x", 1<<20), false},
	} {
		w.store.take()
		want, calls := `token ""`, 0
		if c.opens {
			want, calls = `token "x"`, 1
		}
		if got := getRaw(t, server.Listener.Addr().String(), c.header); got != want {
			t.Errorf("%s: %s, want %s", c.name, got, want)
		}
		if got := w.store.take(); len(got) != calls {
			t.Errorf("%s: store calls %q", c.name, got)
		}
	}
}

// getRaw sends a request with header lines as they are and returns the body.
func getRaw(t *testing.T, addr, header string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n%s\r\n\r\n", header); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	return body(t, response)
}
