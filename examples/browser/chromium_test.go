package browser

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/sessiongen/sessiongen/internal/leftout"
)

// What the tests share: a browser, and the quickstart's program.
var (
	sharedChromium func() (context.Context, error)
	quickstart     func() (string, error)
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) (status int) {
	dir, err := os.MkdirTemp("", "browser")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	ctx, cancel := allocate(context.Background(), filepath.Join(dir, "profile"))
	defer cancel()
	quit := func() error { return nil }
	defer func() { _ = quit() }() // a browser that is killed leaves files behind
	sharedChromium = sync.OnceValues(func() (context.Context, error) {
		first, _ := chromedp.NewContext(ctx)
		err := chromedp.Do(first)
		if err == nil {
			quit = func() error { return chromedp.Cancel(first) }
		}
		return first, err
	})
	quickstart = sync.OnceValues(func() (string, error) { return build(dir) })
	return m.Run()
}

// patience is how long a browser may live. It ends a test that hangs, and no test
// that passes comes near it.
const patience = 2 * time.Minute

// needChromium skips the test where there is no browser, or fails it where nothing
// may be left out.
func needChromium(t *testing.T) {
	t.Helper()
	if _, ok := lookChromium(); ok {
		return
	}
	if os.Getenv("SESSIONGEN_TEST_REQUIRE") == "1" {
		t.Fatal("Chromium is not in PATH")
	}
	leftout.Say("Chromium is not in PATH, so what needs it is skipped")
	t.Skip("skipped, needs Chromium in PATH")
}

// lookChromium returns the browser's program, if there is one.
func lookChromium() (program string, ok bool) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if program, err := exec.LookPath(name); err == nil {
			return program, true
		}
	}
	return "", false
}

// A tab of a browser.
type tab struct {
	*testing.T
	ctx  context.Context
	quit func() // closes the browser as a visitor does; nil for what newVisitor returns
}

// newVisitor returns a tab of a visitor of his own. Visitors share no cookies, but
// the process of one Chromium, because another one takes seconds to start.
func newVisitor(t *testing.T) *tab {
	t.Helper()
	needChromium(t)
	chromium, err := sharedChromium()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(chromium, patience)
	t.Cleanup(cancel)
	return newTab(t, ctx, chromedp.WithNewBrowserContext())
}

// startChromium starts a browser that keeps its profile in a folder, and returns
// its first tab. When the test ends, so does the browser.
func startChromium(t *testing.T, profile string) *tab {
	t.Helper()
	needChromium(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	ctx, cancel = allocate(ctx, profile)
	t.Cleanup(cancel)
	first := newTab(t, ctx)
	first.quit = sync.OnceFunc(func() {
		if err := chromedp.Cancel(first.ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(first.quit)
	return first
}

// allocate returns the context of a browser, which the first action starts.
func allocate(ctx context.Context, profile string) (context.Context, context.CancelFunc) {
	program, _ := lookChromium()
	return chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program),
		chromedp.UserDataDir(profile),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("ignore-certificate-errors-spki-list", testServerKey()),
	)...)
}

// testServerKey is the hash of the key of httptest's certificate, which no
// authority has signed. The browser lets that one pass, and checks all others.
func testServerKey() string {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	hash := sha256.Sum256(server.Certificate().RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(hash[:])
}

func newTab(t *testing.T, parent context.Context, options ...chromedp.ContextOption) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, options...)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // it opens with the first action
		t.Fatal(err)
	}
	return &tab{T: t, ctx: ctx}
}

// another opens one more tab of the same browser: the cookies are the same.
func (tab *tab) another() *tab {
	tab.Helper()
	return newTab(tab.T, tab.ctx)
}

// do takes a step in the tab, and returns what comes of it.
func do[T any](tab *tab, step chromedp.Action[T]) T {
	tab.Helper()
	v, err := chromedp.Run(tab.ctx, step)
	if err != nil {
		tab.Fatal(err)
	}
	return v
}

// open goes to a page as if its address had been typed in, and returns the page's
// response.
func (tab *tab) open(url string) *network.Response {
	tab.Helper()
	return do(tab, chromedp.NavigateResponse(url))
}

// click clicks on what is to lead to another page, and waits for that.
func (tab *tab) click(target chromedp.CSS) *network.Response {
	tab.Helper()
	response, err := chromedp.RunResponse(tab.ctx, chromedp.Click(target))
	if err != nil {
		tab.Fatalf("%s: %v", target, err)
	}
	return response
}

// text is what the tab shows.
func (tab *tab) text() string {
	tab.Helper()
	return do(tab, chromedp.Evaluate[string]("document.body.innerText"))
}

func (tab *tab) mustShow(texts ...string) {
	tab.Helper()
	shown := tab.text()
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			tab.Fatalf("no %q on this page:\n%s", text, shown)
		}
	}
}

// cookies are those that the browser sends to a page.
func (tab *tab) cookies(url string) []*network.Cookie {
	tab.Helper()
	found, err := chromedp.Call(tab.ctx, network.GetCookies, network.GetCookiesParams{URLs: []string{url}})
	if err != nil {
		tab.Fatal(err)
	}
	return found.Cookies
}

// cookie is the only one of them.
func (tab *tab) cookie(url string) *network.Cookie {
	tab.Helper()
	all := tab.cookies(url)
	if len(all) != 1 {
		tab.Fatalf("%d cookies, not 1: %+v", len(all), all)
	}
	return all[0]
}
