package peer

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
	"github.com/sessiongen/sessiongen/runtime"
)

// BareHandler has no session.
var BareHandler = Library{
	Name:  "bare handler",
	Bare:  true,
	Notes: "has no session, whatever the work: what the harness itself costs",
	Open:  func(s shape.Shape, _ string) (Site, error) { return bareHandler{shape: s}, nil },
}

// bareSite has no sessions, or those that its visitors make.
type bareSite struct{}

func (bareSite) Session() (cookie string, err error) { return "", nil }
func (bareSite) Close()                              {}

func (bareSite) Holds(string) (map[string]any, error) {
	return nil, errors.New("a bare site holds nothing")
}

type bareHandler struct {
	bareSite
	shape shape.Shape
}

func (site bareHandler) Visitor(w Work, _ string) (Visitor, error) {
	// Whatever the work is, it has no session to do it with.
	v, b := newVisitor(Work{Name: w.Name, Requests: make([]Request, len(w.Requests))}, site.shape), newBrowser()
	b.handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { b.answer(w, nil) })
	v.client = b
	return v, nil
}

// bareVisitor is of those who need no cookie.
type bareVisitor struct{}

func (bareVisitor) Bring([]string)          {}
func (bareVisitor) Cookie() (string, error) { return "", nil }

// another makes ids like those of a session, each another one.
type another struct{ n int64 }

// fresh returns the key of a session's record with another id. It ends with the
// id, of which only the last digits change.
func (a *another) fresh(key string) string {
	const digits = 12
	a.n++
	return fmt.Sprintf("%s%0*d", key[:len(key)-digits], digits, a.n)
}

// A recorder is a store that keeps what it was last asked for.
type recorder struct {
	runtime.Store
	keys           []string
	found          map[string]runtime.Item
	added, swapped []runtime.Item
}

// watch lets sessiongen do the work once, and returns the cookie that the
// visitor has brought or got.
func (r *recorder) watch(s shape.Shape, w Work) (cookie string, err error) {
	if len(w.Requests) != 1 {
		return "", errors.New("a bare library does the work of one request alone")
	}
	site, err := generated(s, r, func() {})
	if err != nil {
		return "", err
	}
	if !w.Fresh {
		if cookie, err = site.Session(); err != nil {
			return "", err
		}
	}
	*r = recorder{Store: r.Store}
	v, err := site.Visitor(w, cookie)
	if err != nil {
		return "", err
	}
	v.Bring([]string{cookie})
	if err := v.Do(1); err != nil {
		return "", err
	}
	return v.Cookie()
}

func (r *recorder) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	found, err := r.Store.Get(ctx, keys)
	r.keys, r.found = keys, found
	return found, err
}

func (r *recorder) Add(ctx context.Context, items []runtime.Item) []error {
	r.added = items
	return r.Store.Add(ctx, items)
}

func (r *recorder) Swap(ctx context.Context, items []runtime.Item) []error {
	r.swapped = items
	return r.Store.Swap(ctx, items)
}
