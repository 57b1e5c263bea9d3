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

// A bareVisitor needs no cookie.
type bareVisitor struct {
	once func() error // does the work
}

func (bareVisitor) Bring([]string)          {}
func (bareVisitor) Cookie() (string, error) { return "", nil }

// Do implements [Visitor].
func (v bareVisitor) Do(n int) error {
	for range n {
		if err := v.once(); err != nil {
			return err
		}
	}
	return nil
}

// another gives items the id of another session, each time another one.
type another struct {
	n     int64
	items []runtime.Item
}

// of returns the items, which are good until the next time. The key of a session's
// record ends with the id, of which only the last digits change.
func (a *another) of(items []runtime.Item) []runtime.Item {
	const digits = 12
	a.n++
	key := runtime.SessionKey(items[0].Key)
	fresh := fmt.Sprintf("%s%0*d", key[:len(key)-digits], digits, a.n)
	a.items = a.items[:0]
	for _, item := range items {
		item.Key = fresh + item.Key[len(key):]
		a.items = append(a.items, item)
	}
	return a.items
}

// asked is what a store was asked for, and what it found.
type asked struct {
	keys           []string
	found          map[string]runtime.Item
	added, swapped []runtime.Item
}

// askedOn lets sessiongen do the work once on memcached, and returns what it asks
// its store for.
func askedOn(memcached string, s shape.Shape, w Work) (asked, error) {
	if w.Once || w.Together {
		return asked{}, errors.New("a bare library does its work on one session, alone")
	}
	store := newStore(memcached)
	defer store.Close()
	seen := recorder{Store: store}
	_, err := seen.watch(s, w)
	return seen.asked, err
}

// A recorder is a store that keeps what it was last asked for.
type recorder struct {
	runtime.Store
	asked
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
