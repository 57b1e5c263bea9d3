package browser

import (
	"io"
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

const inspectPath = "/debug/sessions/"

// A look is a window and what a visitor prefers.
type look struct {
	name          string
	width, height int64
	scheme        string
}

var looks = []look{
	{"phone, light", 390, 844, "light"},
	{"phone, dark", 390, 844, "dark"},
	{"desktop, light", 1440, 900, "light"},
	{"desktop, dark", 1440, 900, "dark"},
}

// take makes the tab look so.
func (tab *tab) take(l look) {
	tab.Helper()
	do(tab, chromedp.EmulateViewport(l.width, l.height))
	_, err := chromedp.Call(tab.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.scheme}},
	})
	if err != nil {
		tab.Fatal(err)
	}
}

// fillSession logs a visitor in who has something in the cart.
func (tab *tab) fillSession(shop string) {
	tab.Helper()
	tab.login(shop, "Ada")
	tab.click(addButton("oolong"))
	tab.mustShow("Oolong is in your cart")
}

// waitFor waits until an expression of JavaScript is true.
func (tab *tab) waitFor(expression string) {
	tab.Helper()
	do(tab, chromedp.Poll[bool](expression))
}

// is tells whether an expression of JavaScript is true.
func (tab *tab) is(expression string) bool {
	tab.Helper()
	return do(tab, chromedp.Evaluate[bool](expression))
}

// load asks the shop for pages as a visitor who has a session.
func load(t *testing.T, shop string, n int) {
	t.Helper()
	first, err := http.Get(shop)
	if err != nil {
		t.Fatal(err)
	}
	first.Body.Close()
	for range n {
		r, err := http.NewRequest(http.MethodGet, shop, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range first.Cookies() {
			r.AddCookie(c)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
}
