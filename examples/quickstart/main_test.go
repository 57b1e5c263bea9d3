package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asProgram, in the environment, makes the test binary the program itself.
const asProgram = "QUICKSTART_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// start runs the program, and returns the lines that it prints.
func start(t *testing.T, args ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "PORT=", "MEMCACHED_SERVERS=", "SESSION_KEYS_FILE=")
	cmd.Stderr = t.Output()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, bufio.NewScanner(stdout)
}

var printedURL = regexp.MustCompile(`http://\S+`)

// findURL reads on to the URL that the program prints.
func findURL(t *testing.T, lines *bufio.Scanner) string {
	t.Helper()
	for lines.Scan() {
		if u := printedURL.FindString(lines.Text()); u != "" {
			return u
		}
	}
	t.Fatal("the program has ended without printing its URL")
	return ""
}

func TestSignalsEndTheProgramCleanly(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		t.Run(signal.String(), func(t *testing.T) {
			cmd, lines := start(t, "-addr", "127.0.0.1:0")
			b := newBrowser(t, findURL(t, lines))
			b.get("/").mustHave(t, "your first visit")
			b.get("/").mustHave(t, "<strong>2</strong> times") // on plain http
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			for lines.Scan() { // to the end, which Wait wants
			}
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRequestsUnderWayAreAnsweredAtTheEnd(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stop()
		// The listener closes when the end has begun.
		waitFor(t, "the end", func() error {
			conn, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				return nil
			}
			conn.Close()
			return context.DeadlineExceeded
		})
		io.WriteString(w, "answered")
	})
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, listener, handler) }()
	newBrowser(t, "http://"+listener.Addr().String()).get("/").mustHave(t, "answered")
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAddressThatIsTakenIsSaidWithStatus1(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), []string{"-addr", taken.Addr().String()}, noEnv, &stdout, &stderr)
	if status != 1 || stdout.Len() > 0 {
		t.Errorf("status %d, stdout %q", status, &stdout)
	}
	for _, want := range []string{taken.Addr().String(), "address already in use", "-addr"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("no %q in %q", want, &stderr)
		}
	}
}

func TestBadMemcachedAddressIsSaidWithStatus1(t *testing.T) {
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), []string{"-addr", "127.0.0.1:0", "-memcached", "a:b:c"}, noEnv, &stdout, &stderr)
	if status != 1 || !strings.Contains(stderr.String(), "a:b:c") {
		t.Errorf("status %d, stderr %q", status, &stderr)
	}
}

// openAt runs the program within the test and returns its URL.
func openAt(t *testing.T, args []string, env map[string]string) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, args, func(name string) string { return env[name] }, w, t.Output())
		w.Close()
	}()
	t.Cleanup(func() {
		stop()
		if status := <-ended; status != 0 {
			t.Errorf("status %d", status)
		}
	})
	u := findURL(t, bufio.NewScanner(r))
	go io.Copy(io.Discard, r)
	return u
}

func TestCookiesAreInsecureOnlyOnLoopbackOrByFlag(t *testing.T) {
	_, port, err := net.SplitHostPort(freeAddr(t))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name   string
		args   []string
		env    map[string]string
		secure bool
	}{
		{"loopback", []string{"-addr", "127.0.0.1:0"}, nil, false},
		{"localhost", []string{"-addr", "localhost:0"}, nil, false},
		{"all interfaces", []string{"-addr", ":0"}, nil, true},
		{"PORT", nil, map[string]string{"PORT": port}, true},
		{"PORT, but loopback", []string{"-addr", "127.0.0.1:0"}, map[string]string{"PORT": port}, false},
		{"all interfaces, insecure", []string{"-addr", ":0", "-insecure"}, nil, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			u := openAt(t, c.args, c.env)
			cookie := newBrowser(t, u).get("/").header.Get("Set-Cookie")
			want := "session="
			if c.secure {
				want = "__Host-session="
			}
			if !strings.HasPrefix(cookie, want) || strings.Contains(cookie, "; Secure") != c.secure {
				t.Errorf("Set-Cookie: %s", cookie)
			}
		})
	}
}

func TestSecureCookiesWorkBehindHTTPS(t *testing.T) {
	handler, err := newSite(inMemory(), testKeys, options{})
	if err != nil {
		t.Fatal(err)
	}
	b := newSecureBrowser(t, handler)
	b.get("/")
	b.get("/").mustHave(t, "<strong>2</strong> times")
}

func TestCopiesShareTheSessionsOnMemcached(t *testing.T) {
	servers := startMemcached(t) + "," + startMemcached(t)
	keys := keyFile(t, aKey+"\n")
	first := openAt(t, []string{"-addr", "127.0.0.1:0", "-memcached", servers, "-keys", keys}, nil)
	second := openAt(t, []string{"-addr", "127.0.0.1:0"}, map[string]string{"MEMCACHED_SERVERS": servers, "SESSION_KEYS_FILE": keys})
	for range 5 { // sessions are on either server
		b := newBrowser(t, first, second)
		b.get("/").mustHave(t, "your first visit", "memcached, on 2 servers")
		b.get("/").mustHave(t, "<strong>2</strong> times")
		b.submit("/login", "name", "Ada").mustHave(t, "Hello, Ada.")
		b.submit("/cart/add", "tea", "assam").mustHave(t, "<b>Assam</b>")
		b.get("/cart").mustHave(t, "<b>Assam</b>")
		b.submit("/logout").mustHave(t, "Hello, stranger.")
	}
}

func TestGeneratedCodeIsUpToDate(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "run", "../../cmd/sessiongen", "-check", ".")
	// As in the tests of the command, so that packages are built once for all.
	cmd.Env = append(os.Environ(), "GOFLAGS="+os.Getenv("GOFLAGS")+" -trimpath")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v: run go generate\n%s", err, out)
	}
}
