package runtime_test

import (
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// A visitor who can write to the cache knows the secret of their own cookie, and all
// that is public: the form of what is stored. Without Keys that is all there is to
// know.
func TestMadeUpValueIsReadWithoutKeysAndRefusedWithThem(t *testing.T) {
	for _, keyed := range []bool{false, true} {
		w := newWorld(t, nil)
		if keyed {
			w = withAccounts(t, nil)
		}
		token := w.issue(SessionFields{Token: "a guest"})
		parsed, ok := sealed.ParseToken(token)
		if !ok {
			t.Fatal("no token")
		}
		attacker := sealed.NewVault(sealed.NewKeyring(nil), "session", parsed)
		// The shape of a value is the same in all sessions, so it is public, too.
		yardstick := newWorld(t, nil)
		made := yardstick.issue(SessionFields{Token: "the administrator"})
		own, ok := sealed.ParseToken(made)
		if !ok {
			t.Fatal("no token")
		}
		item, _ := yardstick.raw(made, "token")
		v := sealed.NewVault(sealed.NewKeyring(nil), "session", own)
		o := sealed.NewOpener(&v, new(sealed.Scratch), nil)
		body, err := o.Variable("-token", item.Value)
		if err != nil {
			t.Fatal(err)
		}
		_, value := attacker.SealVariable("token", body)
		w.overwrite(token, "token", value)
		s := w.open(token)
		if got := s.GetToken(); !keyed && got != "the administrator" {
			t.Errorf("without Keys the session holds %q: the attack is none", got)
		} else if keyed && !s.IsNew() {
			t.Errorf("with Keys the session holds %q", got)
		}
	}
}

func TestPlaceOfAnAccountCantBeComputedWithoutAKey(t *testing.T) {
	w := withAccounts(t, nil)
	place := w.loginTo("alice")[:18]
	for _, guess := range [][]byte{make([]byte, 16), make([]byte, 32), []byte("session"), []byte("sessionsession__"), []byte("alicealicealicealice"), oldKey} {
		if len(guess) < 16 {
			guess = append(guess, make([]byte, 16-len(guess))...)
		}
		other := newWorld(t, func(c *runtime.Config) { c.Keys = [][]byte{guess} })
		if other.loginTo("alice")[:18] == place {
			t.Errorf("the key %q has the same place", guess)
		}
	}
	// Each key has places of its own, and each account one.
	met := map[string]bool{place: true}
	for range 1000 {
		key := make([]byte, 16)
		rand.Read(key)
		other := newWorld(t, func(c *runtime.Config) { c.Keys = [][]byte{key} })
		if at := other.loginTo("alice")[:18]; met[at] {
			t.Errorf("the place %q comes twice", at)
		} else {
			met[at] = true
		}
	}
	if again := w.loginTo("alice")[:18]; again != place {
		t.Errorf("the places are %q and %q", place, again)
	}
}

func TestCookieThatClaimsAnotherAccountsPlaceOpensNothing(t *testing.T) {
	w := withAccounts(t, nil)
	victim, mine := w.loginTo("alice"), w.loginTo("mallory")
	secret := mine[36:]
	forged := victim[:18] + mine[18:36] + secret // mallory's handle in alice's place
	for name, token := range map[string]string{
		"a handle of one's own": forged,
		"the victim's id":       victim[:36] + secret,
		"a version 4 id":        mine[:14] + "4" + mine[15:],
	} {
		// A writer of the cache puts what they have where the cookie points.
		for _, variable := range []string{"", "token"} {
			item, ok := w.raw(mine, variable)
			if !ok {
				t.Fatal("no item")
			}
			item.Key = key(token, variable)
			w.store.Store.Add(t.Context(), []runtime.Item{item})
		}
		if s := w.open(token); !s.IsNew() || s.HasToken() {
			t.Errorf("%s opens %+v", name, s.Values())
		}
	}
	w.wantLives("alice", map[string]bool{victim: true})
	w.wantLives("mallory", map[string]bool{mine: true})
}

// accountItem returns the stored item of the account that a cookie's session belongs
// to.
func (w *world) accountItem(token string) runtime.Item {
	w.t.Helper()
	key := "session:" + token[:18]
	items, err := w.store.Store.Get(w.t.Context(), []string{key})
	if err != nil || len(items) != 1 {
		w.t.Fatalf("the account's item: %v, %v", items, err)
	}
	return items[key]
}

// putBack overwrites an account's item, as a writer of the cache can.
func (w *world) putBack(token string, value []byte) {
	w.t.Helper()
	item := w.accountItem(token)
	item.Value = value
	if err := w.store.Store.Swap(w.t.Context(), []runtime.Item{item})[0]; err != nil {
		w.t.Fatal(err)
	}
}

func TestForgedAccountItemOpensNothing(t *testing.T) {
	w := withAccounts(t, nil)
	victim, mallory := w.loginTo("alice"), w.loginTo("mallory")
	mine := w.accountItem(mallory).Value
	theirs := w.accountItem(victim).Value
	for name, value := range map[string][]byte{
		"nothing": {}, "another account's": mine, "a value of the session": nil, "random": make([]byte, 200),
	} {
		if name == "a value of the session" {
			item, _ := w.raw(mallory, "token")
			value = item.Value
		}
		w.putBack(victim, value)
		if s := w.open(victim); !s.IsNew() {
			t.Errorf("%s: the session lives", name)
		}
		w.putBack(victim, theirs)
	}
	for i := range theirs {
		changed := slices.Clone(theirs)
		changed[i] ^= 1
		w.putBack(victim, changed)
		if s := w.open(victim); !s.IsNew() {
			t.Errorf("with byte %d changed the session lives", i)
		}
	}
	w.putBack(victim, theirs)
	if w.open(victim).IsNew() {
		t.Error("with its own item the session does not live")
	}
}

// What was ended is erased, too, so that the list of it alone brings nothing back.
// Only a writer who has kept all items can put all of them back: SECURITY.md says so.
func TestReplayedAccountItemOpensNothingThatWasErased(t *testing.T) {
	w := withAccounts(t, nil)
	one, other := w.loginTo("alice"), w.loginTo("alice")
	listing := w.accountItem(one).Value
	record, _ := w.raw(one, "")
	variable, _ := w.raw(one, "token")
	if err := w.EndAll(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	w.putBack(one, listing)
	for _, token := range []string{one, other} {
		if !w.open(token).IsNew() {
			t.Error("a session that was ended lives")
		}
	}
	if ids := w.list("alice"); len(ids) > 0 {
		t.Errorf("List has %q", ids)
	}
	w.store.Store.Add(t.Context(), []runtime.Item{record, variable})
	if w.open(one).IsNew() {
		t.Error("a roll-back of everything is noticed: then SECURITY.md should not say that it isn't")
	}
}

func TestKeysRotateWithoutEndingSessions(t *testing.T) {
	store := &spyStore{Store: runtime.NewMemory()}
	with := func(keys ...[]byte) *world {
		w := &world{t: t, store: store}
		w.Sessions = mustSessions(t, runtime.Config{Store: store, Keys: keys})
		return w
	}
	before, both, turned, after := with(oldKey), with(oldKey, newKey), with(newKey, oldKey), with(newKey)
	guest, alice, other := before.issue(SessionFields{Token: "guest"}), before.loginTo("alice"), before.loginTo("alice")
	for name, w := range map[string]*world{"both": both, "turned": turned} {
		for _, token := range []string{guest, alice, other} {
			if w.open(token).IsNew() {
				t.Errorf("%s: a session of the old key does not live", name)
			}
		}
		if ids := w.list("alice"); len(ids) != 2 {
			t.Errorf("%s: List has %q", name, ids)
		}
	}
	moved := turned.login(alice)
	guest = turned.login(guest)
	if moved[:18] == alice[:18] {
		t.Error("Renew leaves the session in the place of the old key")
	}
	fresh := turned.loginTo("alice")
	for name, w := range map[string]*world{"both": both, "turned": turned} {
		w.wantLives("alice", map[string]bool{alice: false, moved: true, other: true, fresh: true})
		if w.open(guest).IsNew() {
			t.Errorf("%s: the guest's session does not live", name)
		}
	}
	after.wantLives("alice", map[string]bool{other: false, moved: true, fresh: true})
	if after.open(guest).IsNew() {
		t.Error("without the old key the guest's session does not live")
	}
	s := turned.open(other) // still in the place of the old key
	if err := s.EndOthers(t.Context()); err != nil {
		t.Fatal(err)
	}
	turned.wantLives("alice", map[string]bool{other: true, moved: false, fresh: false})
	again := turned.loginTo("alice")
	if err := both.EndAll(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	turned.wantLives("alice", map[string]bool{other: false, again: false})
}

func TestBadKeysAreRefusedAndNeverQuoted(t *testing.T) {
	long := slices.Repeat([]byte("k"), 65)
	for name, c := range map[string]struct {
		keys [][]byte
		want string
	}{
		"short":                 {[][]byte{newKey, []byte("fifteen bytes..")}, "key 1 has 15 bytes"},
		"empty":                 {[][]byte{{}}, "key 0 has 0 bytes"},
		"long":                  {[][]byte{long}, "key 0 has 65 bytes"},
		"equal":                 {[][]byte{newKey, oldKey, newKey}, "keys 0 and 2 are the same"},
		"equal but for a zero":  {[][]byte{newKey, append(slices.Clone(newKey), 0)}, "keys 0 and 1 are the same"},
		"too many logins":       {nil, "MaxLogins"},
		"fewer logins than one": {nil, "MaxLogins"},
	} {
		config := runtime.Config{Store: runtime.NewMemory(), Keys: c.keys}
		switch name {
		case "too many logins":
			config.MaxLogins = 1025
		case "fewer logins than one":
			config.MaxLogins = -1
		}
		_, err := NewSessions(config)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
			continue
		}
		for _, key := range c.keys {
			if len(key) > 0 && (strings.Contains(err.Error(), string(key)) || strings.Contains(err.Error(), base64.StdEncoding.EncodeToString(key))) {
				t.Errorf("%s: the error quotes a key: %v", name, err)
			}
		}
	}
}
