package inspect_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime/inspect"
)

func tcp(addr string) net.Addr {
	a, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		panic(err)
	}
	return a
}

func TestWithoutAGuardOnlyThisMachineSeesThePage(t *testing.T) {
	for name, c := range map[string]struct {
		change func(r *http.Request)
		local  net.Addr
		want   string // why not
	}{
		"this machine":       {func(r *http.Request) {}, tcp("127.0.0.1:8080"), ""},
		"by IPv6":            {func(r *http.Request) { r.RemoteAddr, r.Host = "[::1]:5000", "[::1]:8080" }, tcp("[::1]:8080"), ""},
		"by IPv4 in IPv6":    {func(r *http.Request) { r.RemoteAddr = "[::ffff:127.0.0.1]:5000" }, nil, ""},
		"127.0.0.2":          {func(r *http.Request) { r.RemoteAddr, r.Host = "127.0.0.2:5000", "127.0.0.2" }, nil, ""},
		"a name below":       {func(r *http.Request) { r.Host = "shop.LOCALHOST.:8080" }, nil, ""},
		"its own address":    {func(r *http.Request) { r.RemoteAddr = "192.168.1.5:5000" }, tcp("192.168.1.5:8080"), "comes from 192.168.1.5"},
		"another machine":    {func(r *http.Request) { r.RemoteAddr = "203.0.113.9:5000" }, nil, "comes from 203.0.113.9"},
		"a port of Docker's": {func(r *http.Request) { r.RemoteAddr = "172.17.0.1:5000" }, tcp("172.17.0.2:8080"), "comes from 172.17.0.1"},
		"an address rewritten by a header": {func(r *http.Request) { r.RemoteAddr = "127.0.0.1" }, tcp("203.0.113.1:8080"),
			"comes to 203.0.113.1:8080"},
		"a unix socket":        {func(r *http.Request) { r.RemoteAddr = "@" }, &net.UnixAddr{Name: "/run/app", Net: "unix"}, "comes from @"},
		"no address":           {func(r *http.Request) { r.RemoteAddr = "" }, nil, "comes from nowhere"},
		"a name on the web":    {func(r *http.Request) { r.Host = "rebound.example:8080" }, tcp("127.0.0.1:8080"), `the host "rebound.example:8080"`},
		"a name that seems so": {func(r *http.Request) { r.Host = "127.0.0.1.example" }, nil, `the host "127.0.0.1.example"`},
		"another name":         {func(r *http.Request) { r.Host = "notlocalhost" }, nil, `the host "notlocalhost"`},
		"no name":              {func(r *http.Request) { r.Host = "" }, nil, `the host ""`},
		"all interfaces":       {func(r *http.Request) { r.Host = "0.0.0.0:8080" }, nil, `the host "0.0.0.0:8080"`},
		"HTTP/1.0":             {func(r *http.Request) { r.Proto, r.ProtoMinor = "HTTP/1.0", 0 }, nil, "HTTP/1.0"},
		"Forwarded":            {func(r *http.Request) { r.Header.Set("Forwarded", "for=127.0.0.1") }, nil, "the header Forwarded"},
		"X-Forwarded-For":      {func(r *http.Request) { r.Header.Set("X-Forwarded-For", "127.0.0.1") }, nil, "the header X-Forwarded-For"},
		"an empty one":         {func(r *http.Request) { r.Header.Set("X-Forwarded-For", "") }, nil, "the header X-Forwarded-For"},
		"X-Forwarded-Host":     {func(r *http.Request) { r.Header.Set("X-Forwarded-Host", "localhost") }, nil, "the header X-Forwarded-Host"},
		"x_forwarded_host":     {func(r *http.Request) { r.Header.Set("x_forwarded_host", "localhost") }, nil, "the header X_forwarded_host"},
		"X-Real-IP":            {func(r *http.Request) { r.Header.Set("X-Real-IP", "127.0.0.1") }, nil, "the header X-Real-Ip"},
		"Via":                  {func(r *http.Request) { r.Header.Set("Via", "1.1 proxy") }, nil, "the header Via"},
		"CF-Connecting-IP":     {func(r *http.Request) { r.Header.Set("CF-Connecting-IP", "127.0.0.1") }, nil, "the header Cf-Connecting-Ip"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			cookie := w.issue(full())
			for _, r := range []*http.Request{
				local(t, "GET", "/", nil, cookie), local(t, "HEAD", "/", nil, cookie), local(t, "GET", "/?figures", nil, cookie),
				local(t, "POST", "/", url.Values{"of": {"0"}, "show": {"*"}}, cookie), local(t, "OPTIONS", "/", nil, cookie),
			} {
				c.change(r)
				if c.local != nil {
					r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, c.local))
				}
				answer := serve(w.page, r)
				if c.want == "" {
					if answer.Code == http.StatusForbidden && r.Method != "POST" { // whose Origin is not that of the Host
						t.Errorf("%s %s is refused: %s", r.Method, r.URL, words(answer.Body.String()))
					}
					continue
				}
				body := answer.Body.String()
				if answer.Code != http.StatusForbidden {
					t.Errorf("%s %s: status %d", r.Method, r.URL, answer.Code)
				}
				mustHave(t, words(body), "mounted without a guard", c.want, "inspect.Guarded")
				mustLack(t, body, "value-of", "User", `"loads"`, "inspect_test.Session", cookie.Value)
			}
			refusals := strings.Count(w.log.String(), "level=ERROR")
			if (c.want != "") != (refusals == 1) {
				t.Errorf("the log says:\n%s", w.log)
			}
		})
	}
}

func TestGuardDecidesAlone(t *testing.T) {
	w := newWorld(t)
	cookie := w.issue(full())
	w.log.Reset()
	page := inspect.Guarded(func(r *http.Request) bool { return r.Header.Get("Authorization") == "secret" }, w.sessions)
	ask := func(authorization string, r *http.Request) *httptest.ResponseRecorder {
		r.RemoteAddr, r.Host = "203.0.113.9:5000", "shop.example"
		r.Header.Set("Origin", "https://shop.example")
		r.Header.Set("X-Forwarded-For", "203.0.113.9")
		r.Header.Set("Authorization", authorization)
		return serve(page, r)
	}
	for _, method := range []string{"GET", "POST"} {
		for _, target := range []string{"/", "/?figures"} {
			form := url.Values{"of": {"0"}, "show": {"User"}}
			if answer := ask("secret", local(t, method, target, form, cookie)); answer.Code != http.StatusOK {
				t.Errorf("%s %s: status %d", method, target, answer.Code)
			}
			answer := ask("", local(t, method, target, form, cookie))
			if answer.Code != http.StatusNotFound || words(answer.Body.String()) != "404 page not found" {
				t.Errorf("%s %s: status %d, %s", method, target, answer.Code, answer.Body)
			}
			near := local(t, method, target, form, cookie)
			if answer := serve(page, near); answer.Code != http.StatusNotFound {
				t.Errorf("%s %s of this machine: status %d", method, target, answer.Code)
			}
		}
	}
	if w.log.Len() > 0 {
		t.Errorf("the log says %s", w.log)
	}
}

// The developer who looks at localhost learns that others reach the server, too.
func TestServerThatOthersReachIsWarnedOfLoudly(t *testing.T) {
	for addr, open := range map[string]bool{
		":8080": true, "0.0.0.0:8080": true, "[::]:8080": true, "192.168.1.5:8080": true, "shop.example:http": true,
		"127.0.0.1:8080": false, "localhost:8080": false, "[::1]:8080": false, "": false,
	} {
		w := newWorld(t)
		ask := func(page http.Handler) string {
			r := local(t, "GET", "/", nil)
			r = r.WithContext(context.WithValue(r.Context(), http.ServerContextKey, &http.Server{Addr: addr}))
			return w.body(serve(page, r))
		}
		const warning = "Other machines reach this server, and no guard is set."
		for range 2 {
			if page := ask(w.page); strings.Contains(page, warning) != open || open && !strings.Contains(page, addr) {
				t.Errorf("%q: %s", addr, page)
			}
		}
		if n := strings.Count(w.log.String(), "level=WARN"); n != 1 && open || n != 0 && !open {
			t.Errorf("%q: the log says:\n%s", addr, w.log)
		}
		mustLack(t, ask(inspect.Guarded(func(*http.Request) bool { return true }, w.sessions)), warning)
	}
}

// Real servers, real connections.
func TestWhoComesByAProxyOrAnotherAddressIsRefused(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(w.page)
	defer server.Close()
	target, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	status := func(client *http.Client, url string) string {
		answer, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(answer.StatusCode, " ", words(string(body)))
	}
	if got := status(server.Client(), server.URL); !strings.HasPrefix(got, "200 Sessions") {
		t.Error(got)
	}

	proxy := httptest.NewServer(httputil.NewSingleHostReverseProxy(target))
	defer proxy.Close()
	mustHave(t, status(proxy.Client(), proxy.URL), "403", "the header X-Forwarded-For")

	socket := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Skip("no unix sockets:", err)
	}
	unix := &httptest.Server{Listener: listener, Config: &http.Server{Handler: w.page}}
	unix.Start()
	defer unix.Close()
	client := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return net.Dial("unix", socket) }}}
	defer client.CloseIdleConnections()
	mustHave(t, status(client, "http://localhost/"), "403", "no loopback address")
}
