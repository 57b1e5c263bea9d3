package main

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// An interruption is a store in which something happens before the next swap.
type interruption struct {
	runtime.Store
	mu  sync.Mutex
	now func()
}

func (i *interruption) Swap(ctx context.Context, items []runtime.Item) []error {
	i.mu.Lock()
	now := i.now
	i.now = nil
	i.mu.Unlock()
	if now != nil {
		now()
	}
	return i.Store.Swap(ctx, items)
}

func (i *interruption) set(now func()) {
	i.mu.Lock()
	i.now = now
	i.mu.Unlock()
}

func TestPageGets409WhenTheSessionEndsMeanwhile(t *testing.T) {
	store := &interruption{Store: runtime.NewMemory()}
	b := newBrowser(t, openShop(t, storage{Store: store}))
	var token string
	for name, request := range map[string]func() page{
		"storing the visit": func() page { return b.get("/") },
		"updating the cart": func() page {
			return b.post("/cart/add", url.Values{"token": {token}, "tea": {"assam"}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			token = b.get("/").token(t)
			other := b.twin()
			store.set(func() { other.post("/logout", url.Values{"token": {token}}) })

			p := request()

			if p.status != http.StatusConflict || !strings.Contains(p.body, "Your session has ended meanwhile") {
				t.Fatalf("status %d, not 409:\n%s", p.status, p.body)
			}
			b.get("/").mustHave(t, "your first visit")
		})
	}
}

// brittle is a store that is down as long as broken, and that takes nothing more
// as long as full.
type brittle struct {
	runtime.Store
	broken, full bool
}

func (b *brittle) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	if b.broken {
		return nil, runtime.ErrUnavailable
	}
	return b.Store.Get(ctx, keys)
}

func (b *brittle) Add(ctx context.Context, items []runtime.Item) []error {
	if b.full {
		return slices.Repeat([]error{runtime.ErrUnavailable}, len(items))
	}
	return b.Store.Add(ctx, items)
}

func (b *brittle) Swap(ctx context.Context, items []runtime.Item) []error {
	if b.full {
		return slices.Repeat([]error{runtime.ErrUnavailable}, len(items))
	}
	return b.Store.Swap(ctx, items)
}

func TestStoreThatIsDownGets503AndKeepsTheSession(t *testing.T) {
	store := &brittle{Store: runtime.NewMemory()}
	b := newBrowser(t, openShop(t, storage{Store: store}))
	token := b.get("/").token(t)
	b.submit("/cart/add", "tea", "assam")
	cookie := b.cookie()

	store.broken = true
	for _, p := range []page{
		b.get("/"),
		b.get("/cart"),
		b.get("/devices"),
		b.post("/logout", url.Values{"token": {token}}),
	} {
		if p.status != http.StatusServiceUnavailable || !strings.Contains(p.body, "You are not logged out") {
			t.Errorf("status %d, not 503:\n%s", p.status, p.body)
		}
		if p.header.Get("Set-Cookie") != "" || b.cookie() != cookie {
			t.Error("the cookie has been touched")
		}
		if p.header.Get("Content-Security-Policy") == "" {
			t.Error("the page is not protected")
		}
	}

	store.broken = false
	b.get("/cart").mustHave(t, "<b>Assam</b>")
}

func TestMemcachedThatIsDownGets503(t *testing.T) {
	s := openStorage([]string{freeAddr(t)})
	t.Cleanup(func() { s.close() })
	b := newBrowser(t, openShop(t, s))
	p := b.get("/")
	if p.status != http.StatusServiceUnavailable || p.header.Get("Retry-After") == "" {
		t.Errorf("status %d, header %v", p.status, p.header)
	}
	if b.cookie() != "" {
		t.Error("a session that is not stored has a cookie")
	}
}
