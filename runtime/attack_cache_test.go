package runtime_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

func TestDumpOfMemcachedOpensNoSessionAndShowsNoValue(t *testing.T) {
	cache := invade(t)
	sessions := sessionsOn(t, cache.addr)
	values := SessionFields{Token: "kept to ourselves", Visits: 1, Cart: []string{"a private matter"}, Notice: "whispered", Draft: "unfinished business"}
	cookie, err := sessions.Issue(t.Context(), values)
	if err != nil {
		t.Fatal(err)
	}
	id := cookie.Value[:36]
	secret, err := base64.RawURLEncoding.DecodeString(cookie.Value[37:])
	if err != nil {
		t.Fatal(err)
	}
	dump := cache.dump()
	if len(dump) != 6 {
		t.Fatalf("keys %q", slices.Sorted(maps.Keys(dump)))
	}
	var all []byte
	for key, value := range dump {
		all = append(append(append(all, key...), 0), value...)
	}
	for _, known := range []string{
		values.Token, values.Cart[0], values.Notice, values.Draft,
		string(secret), cookie.Value[37:], hex.EncodeToString(secret),
	} {
		if bytes.Contains(all, []byte(known)) {
			t.Errorf("the dump shows %q", known)
		}
	}
	// Whatever is in the dump, tried as the secret.
	for i := range len(all) - 15 {
		guess := id + "." + base64.RawURLEncoding.EncodeToString(all[i:i+16])
		if s, err := sessions.Open(t.Context(), guess); err != nil || !s.IsNew() {
			t.Fatalf("%q opens %+v, %v", guess, s.Values(), err)
		}
	}
}

func TestValueMovedElsewhereDoesNotOpen(t *testing.T) {
	cache := invade(t)
	ctx := t.Context()
	shop := sessionsOn(t, cache.addr)
	store := runtime.NewMemcache(cache.addr)
	t.Cleanup(func() { store.Close() })
	bank := mustSessions(t, runtime.Config{Store: store, Namespace: "bank"})
	mine, err := shop.Issue(ctx, SessionFields{Token: "mine", Notice: "mine too", Cart: []string{"mine"}})
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := shop.Issue(ctx, SessionFields{Token: "theirs", Notice: "theirs", Cart: []string{"theirs"}})
	if err != nil {
		t.Fatal(err)
	}
	inBank := func(token, name string) string { return strings.Replace(key(token, name), "session:", "bank:", 1) }
	me, they := mine.Value, theirs.Value
	for _, c := range []struct {
		name     string
		from, to []string
		sessions *Sessions
	}{
		{"to another variable", []string{key(me, "token")}, []string{key(me, "notice")}, shop},
		{"to a lazy variable", []string{key(me, "token")}, []string{key(me, "cart")}, shop},
		{"to the record", []string{key(me, "token")}, []string{key(me, "")}, shop},
		{"from the record", []string{key(me, "")}, []string{key(me, "token")}, shop},
		{"from another visitor", []string{key(they, "token")}, []string{key(me, "token")}, shop},
		{"the record of another visitor", []string{key(they, "")}, []string{key(me, "")}, shop},
		{"all of another visitor", []string{key(they, ""), key(they, "token")}, []string{key(me, ""), key(me, "token")}, shop},
		{"to another namespace", []string{key(me, ""), key(me, "token"), key(me, "notice"), key(me, "cart")},
			[]string{inBank(me, ""), inBank(me, "token"), inBank(me, "notice"), inBank(me, "cart")}, bank},
		{"swapped variables", []string{key(me, "token"), key(me, "notice")}, []string{key(me, "notice"), key(me, "token")}, shop},
	} {
		before := cache.dump()
		for i := range c.from {
			cache.set(c.to[i], before[c.from[i]])
		}
		s, err := c.sessions.Open(ctx, me)
		if err != nil {
			t.Fatal(err)
		}
		if v := s.Values(); c.name != "to a lazy variable" && (!s.IsNew() || v.Token != "" || v.Notice != "") {
			t.Errorf("%s: opens %+v", c.name, v)
		}
		if cart, err := s.GetCart(ctx); len(cart) != 0 || c.name == "to a lazy variable" && err == nil {
			t.Errorf("%s: the cart is %q, %v", c.name, cart, err)
		}
		for key, value := range before {
			cache.set(key, value)
		}
	}
	if s, err := shop.Open(ctx, me); err != nil || s.GetToken() != "mine" {
		t.Errorf("put back, the session opens %+v, %v", s.Values(), err)
	}
}

func TestEveryBitFlippedInMemcachedIsRefused(t *testing.T) {
	cache := invade(t)
	sessions := sessionsOn(t, cache.addr)
	cookie, err := sessions.Issue(t.Context(), SessionFields{Token: "t", Visits: 7})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "token", "visits"} {
		key := key(cookie.Value, name)
		value := cache.get(key)
		for bit := range len(value) * 8 {
			flipped := bytes.Clone(value)
			flipped[bit/8] ^= 1 << (bit % 8)
			cache.set(key, flipped)
			if s, err := sessions.Open(t.Context(), cookie.Value); err != nil || !s.IsNew() || s.HasToken() || s.HasVisits() {
				t.Fatalf("bit %d of %q: opens %+v, %v", bit, name, s.Values(), err)
			}
		}
		cache.set(key, value)
	}
	if s, err := sessions.Open(t.Context(), cookie.Value); err != nil || s.GetToken() != "t" || s.GetVisits() != 7 {
		t.Errorf("put back, the session opens %+v, %v", s.Values(), err)
	}
}

// countingCodec counts what reaches the decoder.
type countingCodec struct {
	runtime.Codec[[]int]
	decoded *int
}

// Safe lets a packed variable wait for its first getter.
func (countingCodec) Safe() bool { return true }

func (c countingCodec) Decode(data string, v *[]int) error {
	*c.decoded++
	return c.Codec.Decode(data, v)
}

// A hoard is an accessor with one variable that is loaded with the session, and
// one that is lazy.
type hoard struct {
	session runtime.Session
	eager   runtime.Var[[]int]
	lazy    runtime.LazyVar[[]int]
}

func TestBytesOfAnIntruderNeverReachTheDecoder(t *testing.T) {
	const largest = 1<<20 - 512
	cache := invade(t)
	store := runtime.NewMemcache(cache.addr)
	t.Cleanup(func() { store.Close() })
	var eager, lazy int // decoded
	hoards, err := runtime.NewManager(runtime.Config{Store: store}, runtime.Schema[hoard]{
		Name:    "session",
		Session: func(h *hoard) *runtime.Session { return &h.session },
		Variables: []runtime.Variable[hoard]{
			runtime.Packed("Eager", "eager", countingCodec{runtime.Gob[[]int](), &eager}, func(h *hoard) *runtime.Var[[]int] { return &h.eager }),
			runtime.Lazy("Lazy", "lazy", countingCodec{runtime.Gob[[]int](), &lazy}, func(h *hoard) *runtime.LazyVar[[]int] { return &h.lazy }),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	issue := func() string {
		h := hoards.New()
		h.eager.Set(&h.session, []int{1})
		h.lazy.Set(&h.session, []int{2})
		cookie, err := hoards.Issue(ctx, h)
		if err != nil {
			t.Fatal(err)
		}
		return cookie.Value
	}
	// read calls every method that leads to the decoders, and changes nothing.
	fail := func(*[]int) error { return context.Canceled }
	ways := []func(*hoard){
		func(h *hoard) { h.eager.Unpack(&h.session) },
		func(h *hoard) { h.lazy.Get(ctx, &h.session, 1) },
		func(h *hoard) { h.eager.Update(ctx, &h.session, 0, fail) },
		func(h *hoard) { h.lazy.Update(ctx, &h.session, 1, fail) },
	}
	read := func(token string) {
		eager, lazy = 0, 0
		for _, way := range ways {
			h, err := hoards.Open(ctx, token)
			if err != nil {
				t.Fatal(err)
			}
			way(h)
		}
	}
	if read(issue()); eager < 2 || lazy < 2 {
		t.Fatalf("reading a living session decodes %d and %d values", eager, lazy)
	}

	bomb := gobBomb(t, largest-64)
	other := cache.get(key(issue(), "eager"))
	head, tag := other[:13:13], other[len(other)-16:]
	for name, poison := range map[string][]byte{
		"bare":                          bomb,
		"behind the version":            append([]byte{1}, bomb...),
		"behind version, kind, shape":   append([]byte{1, 1, 0, 0, 0, 0}, bomb...),
		"behind a real nonce":           append(head, bomb...),
		"between a real nonce and tag":  append(append(head, bomb...), tag...),
		"nothing":                       {},
		"zeros":                         make([]byte, largest),
		"a value of another visitor":    other,
		"the same, and the bomb behind": append(bytes.Clone(other), bomb[:largest-len(other)-64]...),
	} {
		for _, variables := range [][]string{{"eager"}, {"lazy"}, {"eager", "lazy"}, {"", "eager", "lazy"}} {
			token := issue()
			for _, variable := range variables {
				cache.set(key(token, variable), poison)
			}
			read(token)
			if slices.Contains(variables, "eager") && eager != 0 || slices.Contains(variables, "lazy") && lazy != 0 {
				t.Errorf("%s in %q: it reached the decoder", name, variables)
			}
		}
	}
}

// gobBomb returns a gob stream of some size that decodes to eight times as
// much.
func gobBomb(t *testing.T, size int) []byte {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(make([]int, size-64)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTwoAppsOnOneMemcachedNeverMeet(t *testing.T) {
	cache := invade(t)
	ctx := t.Context()
	open := func(namespace string) *Sessions {
		store := runtime.NewMemcache(cache.addr)
		t.Cleanup(func() { store.Close() })
		return mustSessions(t, runtime.Config{Store: store, Namespace: namespace})
	}
	shop, bank := open("shop"), open("bank")
	cookie, err := shop.Issue(ctx, SessionFields{Token: "shop's", Cart: []string{"tea"}})
	if err != nil {
		t.Fatal(err)
	}
	before := cache.dump()

	// The visitor gives the shop's cookie to the bank.
	for name, deed := range map[string]func(*Session) error{
		"set":     func(s *Session) error { s.SetToken("bank's"); return s.Save(ctx) },
		"renew":   func(s *Session) error { return s.Renew(ctx) },
		"destroy": func(s *Session) error { return s.Destroy(ctx) },
		"update":  func(s *Session) error { return s.UpdateVisits(ctx, func(n *int) error { *n++; return nil }) },
	} {
		s, err := bank.Open(ctx, cookie.Value)
		if err != nil {
			t.Fatal(err)
		}
		if cart, err := s.GetCart(ctx); !s.IsNew() || s.HasToken() || len(cart) != 0 || err != nil {
			t.Errorf("the bank opens the shop's session: %+v, %v", s.Values(), err)
		}
		if err := deed(s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	after := cache.dump()
	for key, value := range before {
		if !bytes.Equal(after[key], value) {
			t.Errorf("the bank has changed %s", key)
		}
		delete(after, key)
	}
	for key := range after {
		if !strings.HasPrefix(key, "bank:") || strings.Contains(key, cookie.Value[:36]) {
			t.Errorf("the bank has stored %s", key)
		}
	}
	if s, err := shop.Open(ctx, cookie.Value); err != nil || s.GetToken() != "shop's" {
		t.Errorf("the shop's session is %+v, %v", s.Values(), err)
	}
}
