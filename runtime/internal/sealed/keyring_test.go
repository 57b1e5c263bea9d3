package sealed

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

var (
	oldKey = []byte("an old key of the app's own")
	newKey = []byte("a new key of the app's own")
)

func recordOf(t *testing.T, ring *Keyring, token Token, value []byte) error {
	t.Helper()
	v := OpenVault(ring, "session", token)
	o := NewOpener(&v, new(Scratch), nil)
	_, err := o.Record(value, NewDeclared(nil))
	return err
}

// The key is derived here once more, by the standard library alone.
func TestKeyOfASessionIsTheHMACOfItsSecret(t *testing.T) {
	token := NewToken()
	v := NewVault(NewKeyring([][]byte{newKey, oldKey}), "session", token)
	sealed := v.Seal(v.Key, "plaintext")
	mac := hmac.New(sha256.New, newKey)
	mac.Write(token.secret[:])
	block, err := aes.NewCipher(mac.Sum(nil)[:16])
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	text, err := aead.Open(nil, sealed[1:13], sealed[13:], []byte(v.Key))
	if err != nil || string(text) != "plaintext" {
		t.Errorf("opens as %q, %v", text, err)
	}
	if block, err = aes.NewCipher(token.secret[:]); err != nil {
		t.Fatal(err)
	}
	if aead, err = cipher.NewGCM(block); err != nil {
		t.Fatal(err)
	}
	if _, err := aead.Open(nil, sealed[1:13], sealed[13:], []byte(v.Key)); err == nil {
		t.Error("the secret alone opens it")
	}
}

func TestEveryKeyOfTheRingOpensAndTheFirstSeals(t *testing.T) {
	one, other := NewKeyring([][]byte{oldKey}), NewKeyring([][]byte{newKey})
	both, turned := NewKeyring([][]byte{oldKey, newKey}), NewKeyring([][]byte{newKey, oldKey})
	for name, c := range map[string]struct {
		by, with *Keyring
		want     bool
	}{
		"the same key":                 {one, one, true},
		"another key":                  {one, other, false},
		"no key":                       {one, NewKeyring(nil), false},
		"a key, sealed without":        {NewKeyring(nil), one, false},
		"the first of two":             {one, both, true},
		"the second of two":            {one, turned, true},
		"the first, sealed with both":  {both, one, true},
		"the second, sealed with both": {both, other, false},
	} {
		token := NewToken()
		v := NewVault(c.by, "session", token)
		value := v.SealRecord(NewRecord(NewDeclared(nil), time.Now(), Life{}))
		if err := recordOf(t, c.with, token, value); (err == nil) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestVaultForgetsTheSecretWhenItHasOpenedTheRecord(t *testing.T) {
	ring := NewKeyring([][]byte{newKey, oldKey})
	token := NewToken()
	made := NewVault(ring, "session", token)
	value := made.SealRecord(NewRecord(NewDeclared(nil), time.Now(), Life{}))
	opened := OpenVault(ring, "session", token)
	o := NewOpener(&opened, new(Scratch), nil)
	if _, err := o.Record(value, NewDeclared(nil)); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]*Vault{"made": &made, "opened": &opened} {
		if v.secret != [secretLength]byte{} {
			t.Errorf("the vault that was %s still has the secret", name)
		}
	}
}

func TestPlaceIsTheFirstPartOfAnID(t *testing.T) {
	ring := NewKeyring([][]byte{newKey, oldKey})
	seals := ring.AccountSeals("session", "alice")
	if len(seals) != 2 || seals[0].Place() == seals[1].Place() {
		t.Fatalf("places %v", seals)
	}
	for _, seal := range seals {
		token := NewTokenAt(seal.Place())
		id, err := uuid.Parse(token.ID)
		if err != nil || id.Version() != 8 || id.Variant() != uuid.RFC4122 || id.String() != token.ID {
			t.Errorf("the id %q is no UUID of version 8: %v", token.ID, err)
		}
		if parsed, ok := ParseToken(token.String()); !ok || parsed != token {
			t.Errorf("%q is not parsed", token)
		}
		if PlaceOf(token.ID) != seal.Place() || kv.Place("session:"+token.ID+"-x") != seal.Key {
			t.Errorf("the id %q is not in the place %q", token.ID, seal.Place())
		}
		if seal.Place().ID(HandleOf(token.ID)) != token.ID {
			t.Errorf("the handle of %q is that of %q", token.ID, seal.Place().ID(HandleOf(token.ID)))
		}
	}
	if PlaceOf(NewToken().ID) != "" {
		t.Error("a random id has a place")
	}
}

func TestPlaceDependsOnKeyNamespaceAndAccount(t *testing.T) {
	met := map[Place]string{}
	for _, c := range []struct {
		key                []byte
		namespace, account string
	}{
		{newKey, "session", "alice"}, {oldKey, "session", "alice"}, {newKey, "shop", "alice"}, {newKey, "session", "bob"},
		{newKey, "sessiona", "lice"}, {newKey, "session", "alice\x00"}, {newKey, "session", strings.Repeat("a", 256)},
	} {
		p := NewKeyring([][]byte{c.key}).AccountSeals(c.namespace, c.account)[0].Place()
		if other, ok := met[p]; ok {
			t.Errorf("%s %q has the place of %s", c.namespace, c.account, other)
		}
		met[p] = c.namespace + " " + c.account
	}
}

// A visitor who chose an account's name such that its message is another visitor's
// secret, or their own, would read a part of the session's key in the place.
func TestNoNameOfAnAccountHasTheMessageOfASecret(t *testing.T) {
	if len(placeUse) <= secretLength || len(accountUse) <= secretLength || placeUse == accountUse {
		t.Error("a message may be as long as a secret")
	}
}

func TestHandlesDifferInEveryRandomBit(t *testing.T) {
	const tokens = 2000
	p := NewKeyring([][]byte{newKey}).AccountSeals("session", "alice")[0].Place()
	var ones [64]int
	for range tokens {
		h := HandleOf(NewTokenAt(p).ID)
		for bit := range ones {
			ones[bit] += int(h[bit/8] >> (bit % 8) & 1)
		}
	}
	random := 0
	for _, n := range ones {
		if n > tokens/3 && n < tokens*2/3 {
			random++
		}
	}
	if random != 62 {
		t.Errorf("%d bits are random, want 62", random)
	}
}
