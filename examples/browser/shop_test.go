package browser

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// build builds the quickstart into a folder.
func build(dir string) (program string, err error) {
	program = filepath.Join(dir, "quickstart")
	cmd := exec.Command("go", "build", "-o", program, "./examples/quickstart")
	cmd.Dir = filepath.Join("..", "..") // it is of another module
	cmd.Stderr = os.Stderr
	return program, cmd.Run()
}

var printedURL = regexp.MustCompile(`http://\S+`)

// openShop runs the quickstart and returns its URL. It listens on an address of
// the loopback alone, where its cookies are for plain http, or as args say.
func openShop(t *testing.T, args ...string) string {
	t.Helper()
	needChromium(t) // before it takes time to build what nobody can visit
	program, err := quickstart()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, append([]string{"-addr", "127.0.0.1:0"}, args...)...)
	cmd.Env = append(os.Environ(), "PORT=", "MEMCACHED_SERVERS=", "SESSION_KEYS_FILE=")
	cmd.Stderr = t.Output()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if u := printedURL.FindString(lines.Text()); u != "" {
			return u
		}
	}
	t.Fatal("the quickstart has ended without printing its URL")
	return ""
}

// before returns a server in front of the shop, which passes on the requests.
func before(t *testing.T, shop string) *httputil.ReverseProxy {
	t.Helper()
	target, err := url.Parse(shop)
	if err != nil {
		t.Fatal(err)
	}
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}}
}

// serve returns the URL of a handler on plain http.
func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

const (
	loginButton  = chromedp.CSS(`form[action="/login"] button`)
	logoutButton = chromedp.CSS(`form[action="/logout"] button`)
	stayBox      = chromedp.CSS(`input[name="stay"]`)
)

// addButton adds a tea to the cart.
func addButton(tea string) chromedp.CSS {
	return chromedp.CSS(`form[action="/cart/add"]:has(input[value="` + tea + `"]) button`)
}

// enterName fills in the form of the login, on the front page.
func (tab *tab) enterName(shop, name string) {
	tab.Helper()
	tab.open(shop)
	do(tab, chromedp.SendKeys(chromedp.CSS("#name"), name))
}

// login logs the visitor in.
func (tab *tab) login(shop, name string) {
	tab.Helper()
	tab.enterName(shop, name)
	tab.click(loginButton)
	tab.mustShow("Hello, " + name + ".")
}

// devices counts the devices that the shop lists for the visitor.
func (tab *tab) devices(shop string) int {
	tab.Helper()
	tab.open(shop + "/devices")
	return strings.Count(tab.text(), "Last seen")
}
