package peer

import (
	"context"
	"fmt"
	"net/http"
)

// A browser is a client of a net/http handler. Its requests are copies of one,
// and its ResponseWriter is used again and again, so that what is measured is
// the handler.
type browser struct {
	handler  http.Handler
	model    http.Request
	request  http.Request
	response response
	cookies  [1]string // the header of the model
	err      error     // of the last request

	leave context.CancelFunc // ends the context that all requests have; never called
}

// newBrowser returns a browser whose requests have a context that may end, as
// those have that come through a server.
func newBrowser() *browser {
	ctx, leave := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://example.com/", nil)
	if err != nil {
		panic(err) // the URL is wrong
	}
	return &browser{model: *r, response: response{header: http.Header{}}, leave: leave}
}

func (b *browser) send() error {
	b.request = b.model
	b.response.reset()
	b.err = nil
	b.handler.ServeHTTP(&b.response, &b.request)
	if b.err != nil {
		return b.err
	}
	if b.response.status != http.StatusOK || b.response.size != len(page) {
		return fmt.Errorf("status %d with %d bytes", b.response.status, b.response.size)
	}
	return nil
}

func (b *browser) bring(cookie string) {
	if cookie == "" {
		delete(b.model.Header, "Cookie")
		return
	}
	b.cookies[0] = cookie
	b.model.Header["Cookie"] = b.cookies[:]
}

func (b *browser) told() bool { return b.response.header["Set-Cookie"] != nil }

func (b *browser) cookie() (string, error) {
	if !b.told() {
		return b.model.Header.Get("Cookie"), nil
	}
	cookies := (&http.Response{Header: b.response.header}).Cookies()
	if len(cookies) != 1 {
		return "", fmt.Errorf("%d cookies came with the response", len(cookies))
	}
	if c := cookies[0]; c.MaxAge >= 0 {
		return c.Name + "=" + c.Value, nil
	}
	return "", nil // it was removed
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
