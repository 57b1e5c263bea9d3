package browser

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// A requestLog keeps the requests that have come.
type requestLog struct {
	mu       sync.Mutex
	requests []*http.Request
}

func (l *requestLog) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		l.requests = append(l.requests, r)
		l.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// last returns the last request for a path.
func (l *requestLog) last(t *testing.T, path string) *http.Request {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(l.requests); i > 0; i-- {
		if r := l.requests[i-1]; r.URL.Path == path {
			return r
		}
	}
	t.Fatalf("no request for %s", path)
	return nil
}

// openOtherSite returns the URL of a site that can make the visitor's browser
// send the shop's forms, with a token that it has got hold of, and link to it.
// For the browser localhost and 127.0.0.1 are two sites.
func openOtherSite(t *testing.T, shop, token string) string {
	t.Helper()
	site := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<form method="post" action="%s/cart/add">
<input type="hidden" name="token" value="%s"><input type="hidden" name="tea" value="sencha">
<button>Win a prize</button></form>
<a href="%[1]s/">A nice shop</a>`, shop, token)
	}))
	return strings.Replace(site, "127.0.0.1", "localhost", 1)
}

func TestFormOfAnotherSiteIsSentWithoutTheCookieAndChangesNothing(t *testing.T) {
	var requests requestLog
	shop := serve(t, requests.before(before(t, openShop(t))))
	b := newVisitor(t)
	b.login(shop, "Ada")
	token := do(b, chromedp.Value(chromedp.CSS(`input[name="token"]`)))
	cookie := b.cookie(shop)

	b.open(openOtherSite(t, shop, token))
	response := b.click("button")

	if response.URL != shop+"/cart/add" || response.Status != http.StatusForbidden {
		t.Fatalf("status %d of %s", response.Status, response.URL)
	}
	if sent := requests.last(t, "/cart/add"); sent.Method != http.MethodPost || len(sent.Cookies()) > 0 {
		t.Errorf("%s with %v", sent.Method, sent.Cookies())
	}
	if now := b.cookie(shop); now.Value != cookie.Value {
		t.Error("the visitor's cookie has been replaced")
	}
	b.open(shop + "/cart")
	b.mustShow("It is empty")
	b.open(shop)
	b.mustShow("Hello, Ada.")
	b.click(addButton("sencha")) // the same form, sent by the shop's own page
	b.mustShow("1 × €8.90")
	if sent := requests.last(t, "/cart/add"); len(sent.Cookies()) != 1 {
		t.Errorf("the shop's own form with %v", sent.Cookies())
	}
}

func TestLinkOfAnotherSiteIsFollowedWithTheCookie(t *testing.T) {
	var requests requestLog
	shop := serve(t, requests.before(before(t, openShop(t))))
	b := newVisitor(t)
	b.login(shop, "Ada")

	b.open(openOtherSite(t, shop, ""))
	b.click("a")

	b.mustShow("Hello, Ada.")
	if from := requests.last(t, "/").Header.Get("Sec-Fetch-Site"); from != "cross-site" {
		t.Errorf("the browser says that it came from %q", from)
	}
}
