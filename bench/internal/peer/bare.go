package peer

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/bradfitz/gomemcache/memcache"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
	"github.com/sessiongen/sessiongen/runtime"
)

// BareHandler has no session.
var BareHandler = Library{
	Name:  "bare handler",
	Bare:  true,
	Notes: "has no session: what the harness itself costs",
	Open:  func(s shape.Shape, _ string) (Site, error) { return bareHandler{s}, nil },
}

type bareHandler struct{ shape shape.Shape }

func (bareHandler) Close() {}

func (site bareHandler) Visitor(work Work) (Visitor, error) {
	if work != Untouched {
		return nil, errors.New("the bare handler has no session")
	}
	b := newBrowser(work, site.shape)
	b.handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { b.answer(w, nil) })
	return b, nil
}

// BareSeals is the least that sealed values can cost.
var BareSeals = Library{
	Name: "bare AES-GCM",
	Bare: true,
	Notes: "does what sealing takes and nothing else: sets the cipher up and opens the same values, and seals anew what is written; " +
		"no cookie, no store, nothing decoded",
	Open: func(s shape.Shape, memcached string) (Site, error) {
		if memcached != "" {
			return nil, errors.New("bare AES-GCM is measured without a store alone")
		}
		return bareSeals{s}, nil
	},
}

type bareSeals struct{ shape shape.Shape }

func (bareSeals) Close() {}

// Visitor lets sessiongen do the work once, to see what it opens and seals.
func (site bareSeals) Visitor(work Work) (Visitor, error) {
	if work == FirstVisit {
		return nil, errors.New("bare AES-GCM opens what is there")
	}
	seen := &recorder{Store: runtime.NewMemory()}
	cookie, err := seen.watch(site.shape, work)
	if err != nil {
		return nil, err
	}
	secret, err := base64.RawURLEncoding.DecodeString(cookie[strings.LastIndexByte(cookie, '.')+1:])
	if err != nil {
		return nil, err
	}
	items, err := seen.Store.Get(context.Background(), seen.keys)
	if err != nil {
		return nil, err
	}
	v := &sealsVisitor{secret: secret}
	for _, key := range seen.keys {
		if items[key].Version == 0 {
			continue // not set
		}
		written := slices.ContainsFunc(seen.swapped, func(item runtime.Item) bool { return item.Key == key })
		v.sealed = append(v.sealed, sealedValue{[]byte(key), items[key].Value, written})
	}
	return v, nil
}

type sealsVisitor struct {
	secret []byte
	sealed []sealedValue
	opened []byte // room for one
}

type sealedValue struct {
	key, value []byte
	written    bool
}

// Do implements [Visitor].
func (v *sealsVisitor) Do(n int) error {
	for range n {
		block, err := aes.NewCipher(v.secret)
		if err != nil {
			return err
		}
		seals, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return err
		}
		for _, s := range v.sealed {
			// The first byte is a version.
			if v.opened, err = seals.Open(v.opened[:0], nil, s.value[1:], s.key); err != nil {
				return err
			}
			if s.written {
				seals.Seal(nil, nil, v.opened, s.key)
			}
		}
	}
	return nil
}

// BareGomemcache is the least that a session with one key for each variable can
// cost on memcached.
var BareGomemcache = Library{
	Name:   "bare gomemcache",
	Module: "github.com/bradfitz/gomemcache",
	Bare:   true,
	Notes: "does what sessiongen's store has to do and nothing else: GetMulti of the same keys, CompareAndSwap of the same values, " +
		"Adds of the same values side by side",
	Open: func(s shape.Shape, memcached string) (Site, error) {
		if memcached == "" {
			return nil, errors.New("gomemcache needs memcached")
		}
		return &bareGomemcache{s, memcached, newClient(memcached)}, nil
	},
}

type bareGomemcache struct {
	shape     shape.Shape
	memcached string
	client    *memcache.Client
}

func (site *bareGomemcache) Close() { site.client.Close() }

// Visitor lets sessiongen do the work once, to see what it asks the store for.
func (site *bareGomemcache) Visitor(work Work) (Visitor, error) {
	store := runtime.NewMemcache(site.memcached)
	defer store.Close()
	seen := &recorder{Store: store}
	if _, err := seen.watch(site.shape, work); err != nil {
		return nil, err
	}
	return &bareVisitor{client: site.client, recorder: *seen, work: work, next: rand.Uint64()}, nil
}

// A recorder is a store that keeps what it is asked for.
type recorder struct {
	runtime.Store
	keys           []string
	added, swapped []runtime.Item
}

// watch lets sessiongen do the work once, and returns the visitor's cookie.
func (r *recorder) watch(s shape.Shape, work Work) (cookie string, err error) {
	sessions, err := generated(s, r, func() {})
	if err != nil {
		return "", err
	}
	v, err := sessions.Visitor(work)
	if err != nil {
		return "", err
	}
	return v.(*browser).model.Header.Get("Cookie"), v.Do(1)
}

func (r *recorder) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	r.keys = keys
	return r.Store.Get(ctx, keys)
}

func (r *recorder) Add(ctx context.Context, items []runtime.Item) []error {
	r.added = items
	return r.Store.Add(ctx, items)
}

func (r *recorder) Swap(ctx context.Context, items []runtime.Item) []error {
	r.swapped = items
	return r.Store.Swap(ctx, items)
}

type bareVisitor struct {
	recorder
	client *memcache.Client
	work   Work
	next   uint64 // id to be added
}

// Do implements [Visitor].
func (v *bareVisitor) Do(n int) error {
	do := v.read
	switch v.work {
	case ReadWrite:
		do = v.readWrite
	case FirstVisit:
		do = v.add
	}
	for range n {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

func (v *bareVisitor) read() error {
	_, err := v.get()
	return err
}

func (v *bareVisitor) get() (map[string]*memcache.Item, error) {
	items, err := v.client.GetMulti(v.keys)
	if err == nil && len(items) != len(v.keys) {
		err = fmt.Errorf("%d of %d keys were found", len(items), len(v.keys))
	}
	return items, err
}

func (v *bareVisitor) readWrite() error {
	items, err := v.get()
	if err != nil {
		return err
	}
	for _, swap := range v.swapped {
		item := items[swap.Key]
		item.Value, item.Expiration = swap.Value, lifetime
		if err := v.client.CompareAndSwap(item); err != nil {
			return err
		}
	}
	return nil
}

// add adds the items under another id of the same length.
func (v *bareVisitor) add() error {
	id := runtime.SessionKey(v.added[0].Key)
	v.next++
	fresh := fmt.Sprintf("%0*d", len(id), v.next)
	errs := make([]error, len(v.added))
	do := func(i int) {
		errs[i] = v.client.Add(&memcache.Item{
			Key:        fresh + strings.TrimPrefix(v.added[i].Key, id),
			Value:      v.added[i].Value,
			Expiration: lifetime,
		})
	}
	var others sync.WaitGroup
	for i := 1; i < len(v.added); i++ {
		others.Go(func() { do(i) })
	}
	do(0)
	others.Wait()
	return errors.Join(errs...)
}
