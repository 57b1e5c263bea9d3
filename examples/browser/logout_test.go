package browser

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

func TestBackButtonAfterTheLogoutShowsNothingPrivate(t *testing.T) {
	site := serve(t, before(t, openShop(t)))
	for _, p := range newVisitor(t).goBackAfterLogout(site) {
		if p.isPrivate() {
			t.Errorf("%s (%s) shows:\n%s", p.url, p.way, p.text)
		}
	}
}

// Without the shop's Cache-Control the browser has kept the pages as they were, in
// its back/forward cache, so the test above tells something.
func TestBackButtonAfterTheLogoutShowsPagesThatMayBeKept(t *testing.T) {
	proxy := before(t, openShop(t))
	proxy.ModifyResponse = func(r *http.Response) error {
		r.Header.Del("Cache-Control")
		return nil
	}
	kept := func(p shown) bool { return p.isPrivate() && p.way == page.NavigationTypeBackForwardCacheRestore }
	if pages := newVisitor(t).goBackAfterLogout(serve(t, proxy)); !slices.ContainsFunc(pages, kept) {
		t.Errorf("the browser shows %+v", pages)
	}
}

// shown is a page as the browser shows it.
type shown struct {
	url, text string
	way       page.NavigationType // in which it got there
}

func (p shown) isPrivate() bool {
	return strings.Contains(p.text, "Ada") || strings.Contains(p.text, "1 × €7.50")
}

// back presses the back button.
func (tab *tab) back() shown {
	tab.Helper()
	isPage := func(e page.EventFrameNavigated) bool { return e.Frame.ParentID == "" }
	press := chromedp.Evaluate[int]("setTimeout(() => history.back())")
	arrived := do(tab, chromedp.WaitEvent(page.FrameNavigated, isPage, press))
	do(tab, chromedp.Evaluate[bool](`new Promise(done => {
	if (document.readyState === "complete") done(true)
	else addEventListener("load", () => done(true))
})`, chromedp.EvalAwaitPromise))
	return shown{arrived.Frame.URL, tab.text(), arrived.Type}
}

// goBackAfterLogout opens each page that shows something of the visitor, logs out
// and goes back through the history. It returns what that shows.
func (tab *tab) goBackAfterLogout(shop string) []shown {
	tab.Helper()
	tab.login(shop, "Ada")
	tab.click(addButton("assam"))
	tab.mustShow("1 × €7.50")
	tab.click(`a[href="/devices"]`)
	tab.mustShow("logged in as Ada")
	tab.click("a.brand")
	tab.mustShow("Hello, Ada.")
	tab.click(logoutButton)
	tab.mustShow("Hello, stranger.")

	var pages []shown
	for {
		p := tab.back()
		if p.url == "about:blank" { // as the tab was at first
			break
		}
		pages = append(pages, p)
	}
	for _, path := range []string{"/", "/cart", "/devices"} {
		if !slices.ContainsFunc(pages, func(p shown) bool { return p.url == shop+path }) {
			tab.Fatalf("the history has no %s, but %+v", path, pages)
		}
	}
	return pages
}
