package browser

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

func TestCookieOnPlainHTTPHasThePlainNameAndIsNotSecure(t *testing.T) {
	shop := openShop(t)
	b := newVisitor(t)
	b.open(shop)
	c := b.cookie(shop)
	if c.Name != "session" || c.Secure {
		t.Errorf("%+v", c)
	}
	mustBeKeptFromOthers(t, c)
	mustEndWithTheBrowser(t, c)
	b.open(shop)
	b.mustShow("You have opened this page 2 times")
}

func TestCookieOnHTTPSHasTheHostPrefixAndIsSecure(t *testing.T) {
	server := httptest.NewTLSServer(before(t, openShop(t, "-addr", ":0")))
	t.Cleanup(server.Close)
	shop := server.URL
	b := newVisitor(t)
	b.open(shop)
	c := b.cookie(shop)
	if c.Name != "__Host-session" || !c.Secure || c.SourceScheme != network.CookieSourceSchemeSecure {
		t.Errorf("%+v", c)
	}
	mustBeKeptFromOthers(t, c)
	mustEndWithTheBrowser(t, c)
	b.login(shop, "Ada")
	if renewed := b.cookie(shop); renewed.Name != c.Name || renewed.Value == c.Value {
		t.Errorf("the login has made %+v of %+v", renewed, c)
	}
	b.click(logoutButton)
	b.mustShow("Hello, stranger.")
}

// mustBeKeptFromOthers fails unless a cookie is for the requests to its own host,
// on all paths, and hidden from scripts.
func mustBeKeptFromOthers(t *testing.T, c *network.Cookie) {
	t.Helper()
	// The domain of a cookie that subdomains get, too, begins with a dot.
	if !c.HTTPOnly || c.SameSite != network.CookieSameSiteLax || c.Path != "/" || c.Domain != "127.0.0.1" || c.PartitionKey != nil {
		t.Errorf("%+v", c)
	}
}

func mustEndWithTheBrowser(t *testing.T, c *network.Cookie) {
	t.Helper()
	if !c.Session || c.Expires != -1 {
		t.Errorf("%+v", c)
	}
}

func TestScriptsDoNotSeeTheCookie(t *testing.T) {
	shop := openShop(t)
	b := newVisitor(t)
	b.open(shop)
	b.cookie(shop)
	if seen := do(b, chromedp.Evaluate[string]("document.cookie")); seen != "" {
		t.Errorf("a script sees %q", seen)
	}
}

func TestLoginIsGoneWhenTheBrowserCloses(t *testing.T) {
	shop, profile := openShop(t), t.TempDir()
	b := startChromium(t, profile)
	b.login(shop, "Ada")
	b.quit()

	b = startChromium(t, profile)
	if left := b.cookies(shop); len(left) > 0 {
		t.Errorf("%+v", left[0])
	}
	b.open(shop)
	b.mustShow("Hello, stranger.", "your first visit")
}

func TestLoginThatIsRememberedOutlivesTheBrowser(t *testing.T) {
	shop, profile := openShop(t), t.TempDir()
	b := startChromium(t, profile)
	b.enterName(shop, "Ada")
	do(b, chromedp.Click(stayBox))
	asked := time.Now()
	b.click(loginButton)
	b.mustShow("Hello, Ada.")
	given := b.cookie(shop)
	const month = 30 * 24 * time.Hour
	expires := time.Unix(int64(given.Expires), 0)
	if given.Session || expires.Before(asked.Add(month-time.Minute)) || expires.After(time.Now().Add(month+time.Minute)) {
		t.Errorf("asked at %v: %+v", asked, given)
	}
	b.quit()

	b = startChromium(t, profile)
	if kept := b.cookie(shop); kept.Value != given.Value || kept.Expires != given.Expires {
		t.Errorf("%+v, not %+v", kept, given)
	}
	b.open(shop)
	b.mustShow("Hello, Ada.")
	if n := b.devices(shop); n != 1 {
		t.Errorf("one browser is %d devices", n)
	}
	b.open(shop)
	b.click(logoutButton)
	b.quit()

	b = startChromium(t, profile)
	b.open(shop)
	b.mustShow("Hello, stranger.", "your first visit")
}
