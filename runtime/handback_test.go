package runtime_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
)

// upload is a form with a file that does not fit into the memory that
// parseUpload allows.
func upload(t *testing.T, address string) *http.Request {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "tea.txt")
	if err == nil {
		_, err = io.WriteString(part, strings.Repeat("tea ", 64<<10))
	}
	if err == nil {
		err = form.Close()
	}
	r, reqErr := http.NewRequestWithContext(t.Context(), "POST", address, &body)
	if err != nil || reqErr != nil {
		t.Fatal(err, reqErr)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	return r
}

func parseUpload(t *testing.T, r *http.Request) {
	if err := r.ParseMultipartForm(1 << 10); err != nil {
		t.Error(err)
	}
	if files, err := os.ReadDir(os.TempDir()); err != nil || len(files) != 1 {
		t.Errorf("temporary files while the request is handled: %v, %v", files, err)
	}
}

func TestUploadLeavesNoFileBehind(t *testing.T) {
	for name, handle := range map[string]func(w *world) http.HandlerFunc{
		"that is answered": func(w *world) http.HandlerFunc {
			return func(_ http.ResponseWriter, r *http.Request) {
				parseUpload(t, r)
				w.from(r).SetToken("x")
			}
		},
		"whose handler asks for no session": func(*world) http.HandlerFunc {
			return func(_ http.ResponseWriter, r *http.Request) { parseUpload(t, r) }
		},
		// Without a recovery net/http itself leaves the file behind, over HTTP/1.
		"whose handler panics under a recovery": func(*world) http.HandlerFunc {
			return func(_ http.ResponseWriter, r *http.Request) {
				parseUpload(t, r)
				panic(http.ErrAbortHandler)
			}
		},
	} {
		for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
			t.Run(name+" over "+protocol, func(t *testing.T) {
				dir := t.TempDir()
				t.Setenv("TMPDIR", dir)
				w, other := newWorld(t, nil), newOther(t)
				server := httptest.NewUnstartedServer(recovering(nest(other, w, handle(w))))
				server.EnableHTTP2 = protocol == "HTTP/2.0"
				server.StartTLS()
				for range 3 {
					response, err := server.Client().Do(upload(t, server.URL))
					if err == nil {
						io.Copy(io.Discard, response.Body)
						response.Body.Close()
					}
				}
				server.Close() // waits for the connections to be idle
				if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
					t.Errorf("left behind: %v, %v", files, err)
				}
			})
		}
	}
}

// outside serves a request, and returns it as code outside of the middleware
// sees it afterwards.
func outside(h http.Handler, r *http.Request) *http.Request {
	recovering(h).ServeHTTP(httptest.NewRecorder(), r)
	return r
}

// recovering is a middleware that lets no panic pass.
func recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { recover() }()
		next.ServeHTTP(w, r)
	})
}

func TestWhatAHandlerSetsOnItsRequestReachesTheOneThatCameIn(t *testing.T) {
	type contextKey struct{}
	for name, c := range map[string]struct {
		set  func(r *http.Request)
		seen func(r *http.Request) string
	}{
		"a pattern": {func(r *http.Request) { r.Pattern = "x" }, func(r *http.Request) string { return r.Pattern }},
		"a path's value": {
			func(r *http.Request) { r.SetPathValue("id", "x") },
			func(r *http.Request) string { return r.PathValue("id") }},
		"a form": {
			func(r *http.Request) { r.Form = url.Values{"a": {"x"}} },
			func(r *http.Request) string { return r.Form.Get("a") }},
		"a posted form": {
			func(r *http.Request) { r.PostForm = url.Values{"a": {"x"}} },
			func(r *http.Request) string { return r.PostForm.Get("a") }},
		"a method":      {func(r *http.Request) { r.Method = "x" }, func(r *http.Request) string { return r.Method }},
		"a remote host": {func(r *http.Request) { r.RemoteAddr = "x" }, func(r *http.Request) string { return r.RemoteAddr }},
		"a path":        {func(r *http.Request) { r.URL = &url.URL{Path: "x"} }, func(r *http.Request) string { return r.URL.Path }},
		"a body": {
			func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("x")) },
			func(r *http.Request) string { text, _ := io.ReadAll(r.Body); return string(text) }},
		"a flag": {func(r *http.Request) { r.Close = true }, func(r *http.Request) string {
			if r.Close {
				return "x"
			}
			return ""
		}},
		"a context": {
			func(r *http.Request) { *r = *r.WithContext(context.WithValue(r.Context(), contextKey{}, "x")) },
			func(r *http.Request) string { return fmt.Sprint(r.Context().Value(contextKey{})) }},
	} {
		for ending, end := range map[string]func(){"returns": func() {}, "panics": func() { panic("oops") }} {
			w, other := newWorld(t, nil), newOther(t)
			h := nest(w, other, func(_ http.ResponseWriter, r *http.Request) {
				c.set(r)
				end()
			})
			if got := c.seen(outside(h, httptest.NewRequest("POST", "/", strings.NewReader("body")))); got != "x" {
				t.Errorf("%s, and the handler %s: outside it is %q", name, ending, got)
			}
		}
	}
}

func TestMuxWithinTellsItsPatternToWhoIsOutside(t *testing.T) {
	w := newWorld(t, nil)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /tea/{kind}", func(http.ResponseWriter, *http.Request) {})
	r := outside(w.Middleware(mux), httptest.NewRequest("GET", "/tea/green", nil))
	if r.Pattern != "GET /tea/{kind}" || r.PathValue("kind") != "green" {
		t.Errorf("pattern %q, kind %q", r.Pattern, r.PathValue("kind"))
	}
}

// The session stays with the handler: code that sends a request on once more,
// because it tries again, gets another session.
func TestRequestThatCameInKeepsItsContext(t *testing.T) {
	w := newWorld(t, nil)
	var inner context.Context
	h := w.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { inner = r.Context(); w.from(r).SetToken("x") }))
	r := httptest.NewRequest("GET", "/", nil)
	if before := r.Context(); outside(h, r).Context() != before {
		t.Error("the context that came in was replaced")
	}
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r.WithContext(inner)) // although the handler of inner is over
	sentCookie(t, recorder.Result())
}

// A goroutine outside, such as one that tells of slow requests, may read the
// request while it is handled. Nothing makes it read before the handler ends.
func TestRequestMayBeReadOutsideWhileItIsHandled(t *testing.T) {
	w := newWorld(t, nil)
	mux := http.NewServeMux()
	mux.HandleFunc("/{x}", func(_ http.ResponseWriter, r *http.Request) { r.FormValue("a") })
	r := httptest.NewRequest("GET", "/x", nil)
	read := make(chan string)
	go func() { read <- fmt.Sprint(r.Method, r.URL, r.Host, r.Header, r.RemoteAddr, r.Context()) }()
	outside(w.Middleware(mux), r)
	<-read
}

func TestHandlerSeesTrailersThatWereNotAnnounced(t *testing.T) {
	w := newWorld(t, nil)
	server := httptest.NewServer(w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(rw, r.Trailer.Get("X-Sum"))
	})))
	defer server.Close()
	if got := getRaw(t, server.Listener.Addr().String(), "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 5"); got != "5" {
		t.Errorf("trailer %q", got)
	}
}
