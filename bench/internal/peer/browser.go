package peer

import (
	"fmt"
	"net/http"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// A browser is a visitor of a net/http handler. Its requests are copies of one,
// and its ResponseWriter is used again and again, so that what is measured is
// the handler. Handlers report to it what they found.
type browser struct {
	expectation
	handler  http.Handler
	model    http.Request
	request  http.Request
	response response

	second bool // it is the second request of FirstSets

	found int   // by the last request
	loop  int   // how many getters or setters the request is to call
	err   error // of the last request
}

func newBrowser(work Work, s shape.Shape) *browser {
	r, err := http.NewRequest(http.MethodGet, "https://example.com/", nil)
	if err != nil {
		panic(err) // the URL is wrong
	}
	return &browser{expectation: expect(work, s), model: *r, response: response{header: http.Header{}}}
}

// Do implements [Visitor].
func (b *browser) Do(n int) error {
	requests, loop := b.loops(n)
	b.loop = loop
	for range requests {
		if b.work == FirstSets {
			b.second = false
			b.model.Header.Del("Cookie")
			if err := b.begin(b.handler); err != nil {
				return err
			}
			b.second = true
		}
		if err := b.send(b.handler); err != nil {
			return err
		}
		if err := b.check(b.found, n, b.response.header["Set-Cookie"] != nil); err != nil {
			return err
		}
	}
	return nil
}

// send sends a request to the handler.
func (b *browser) send(handler http.Handler) error {
	b.request = b.model
	b.response.reset()
	b.found, b.err = 0, nil
	handler.ServeHTTP(&b.response, &b.request)
	if b.err != nil {
		return b.err
	}
	if b.response.status != http.StatusOK || b.response.size != len(page) {
		return fmt.Errorf("status %d with %d bytes", b.response.status, b.response.size)
	}
	return nil
}

// begin visits the handler, which sets everything, and keeps the cookie that it
// sends.
func (b *browser) begin(handler http.Handler) error {
	if err := b.send(handler); err != nil {
		return err
	}
	cookies := (&http.Response{Header: b.response.header}).Cookies()
	if len(cookies) != 1 {
		return fmt.Errorf("%d cookies came with the first visit", len(cookies))
	}
	b.bring(cookies[0])
	return nil
}

// bring makes the requests bear the cookie.
func (b *browser) bring(c *http.Cookie) {
	b.model.Header.Set("Cookie", c.Name+"="+c.Value)
}

// answer is the end of a handler: it sends the page, or keeps the error.
func (b *browser) answer(w http.ResponseWriter, err error) {
	if err == nil {
		_, err = w.Write(page)
	}
	b.err = err
}

// A response is a ResponseWriter that keeps what a browser looks at.
type response struct {
	header http.Header
	status int
	size   int
}

func (w *response) reset() {
	clear(w.header)
	w.status, w.size = 0, 0
}

func (w *response) Header() http.Header { return w.header }

func (w *response) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *response) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	w.size += len(p)
	return len(p), nil
}
