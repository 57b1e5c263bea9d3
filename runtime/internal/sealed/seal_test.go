package sealed_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// open opens what is stored under a key that begins with the vault's.
func open(v sealed.Vault, key string, value []byte) (sealed.Body, error) {
	suffix, _ := strings.CutPrefix(key, v.Key)
	o := sealed.NewOpener(&v, new(sealed.Scratch), nil)
	return o.Variable(suffix, value)
}

// valueOf returns a value that holds a text.
func valueOf(text string) sealed.Body {
	return sealed.Body(sealed.AppendHead(nil, [sealed.PrintLength]byte{}, time.Time{})) + sealed.Body(text)
}

func TestSealedValueOpensOnlyUnderItsKeyAndSecret(t *testing.T) {
	own := sealed.NewToken()
	v, other := sealed.NewVault(sealed.NewKeyring(nil), "session", own), sealed.NewVault(sealed.NewKeyring(nil), "session", sealed.NewToken())
	key, value := v.SealVariable("token", sealed.Unset)
	if _, err := open(v, key, value); err != nil {
		t.Fatalf("its own vault: %v", err)
	}
	sameSecret := v
	sameSecret.Key = other.Key
	otherSpace := sealed.NewVault(sealed.NewKeyring(nil), "shop", own)
	for name, c := range map[string]struct {
		vault sealed.Vault
		key   string
	}{
		"another variable":  {v, v.VariableKey("user")},
		"the record":        {v, v.Key},
		"another session":   {sameSecret, sameSecret.VariableKey("token")},
		"another secret":    {other, other.VariableKey("token")},
		"another namespace": {otherSpace, otherSpace.VariableKey("token")},
	} {
		if _, err := open(c.vault, c.key, value); err == nil {
			t.Errorf("it opens for %s", name)
		}
	}
	sameKey := other
	sameKey.Key = v.Key
	if _, err := open(sameKey, key, value); err == nil {
		t.Error("it opens for another secret under its own key")
	}
}

func TestEveryBitOfASealedValueCounts(t *testing.T) {
	v := sealed.NewVault(sealed.NewKeyring(nil), "session", sealed.NewToken())
	key, value := v.SealVariable("token", valueOf("plaintext"))
	for i := range len(value) * 8 {
		flipped := bytes.Clone(value)
		flipped[i/8] ^= 1 << (i % 8)
		if _, err := open(v, key, flipped); err == nil {
			t.Errorf("it opens with bit %d flipped", i)
		}
	}
	for n := range len(value) {
		if _, err := open(v, key, value[:n]); err == nil {
			t.Errorf("it opens when cut to %d bytes", n)
		}
	}
}

func TestSealOverhead(t *testing.T) {
	v := sealed.NewVault(sealed.NewKeyring(nil), "session", sealed.NewToken())
	if value := v.Seal("k", strings.Repeat("p", 100)); len(value) != 100+sealed.Overhead {
		t.Errorf("100 bytes seal to %d", len(value))
	}
}

// FuzzOpenSealed checks that only bytes open that are equal to what was sealed.
func FuzzOpenSealed(f *testing.F) {
	parse := func(secret string) sealed.Vault {
		t, ok := sealed.ParseToken("6ba7b810-9dad-41d1-80b4-00c04fd430c8." + secret)
		if !ok {
			f.Fatal("no token")
		}
		return sealed.NewVault(sealed.NewKeyring(nil), "session", t)
	}
	v, stranger := parse("AQAAAAAAAAAAAAAAAAAAAA"), parse("AgAAAAAAAAAAAAAAAAAAAA")
	key := v.VariableKey("k")
	f.Add([]byte(nil), "plaintext", uint(0), byte(0))
	f.Add(stranger.Seal(key, string(valueOf("plaintext"))), "plaintext", uint(3), byte(1))
	f.Add(bytes.Repeat([]byte{1}, sealed.Overhead), "", uint(sealed.Overhead), byte(255))
	f.Fuzz(func(t *testing.T, foreign []byte, plaintext string, at uint, change byte) {
		if got, err := open(v, key, foreign); err == nil {
			t.Fatalf("%x opens as %x", foreign, got)
		}
		value := v.Seal(key, string(valueOf(plaintext)))
		if got, err := open(v, key, value); err != nil || got.Encoding() != plaintext {
			t.Fatalf("%x comes back as %x, %v", plaintext, got, err)
		}
		at %= uint(len(value))
		for name, spoilt := range map[string][]byte{
			"cut":      value[:at],
			"beheaded": value[at+1:],
			"longer":   append(bytes.Clone(value), change),
			"joined":   append(bytes.Clone(value[:at]), foreign...),
		} {
			if got, err := open(v, key, spoilt); err == nil && !bytes.Equal(spoilt, value) {
				t.Fatalf("%s: %x opens as %x", name, spoilt, got)
			}
		}
		if value[at] ^= change; change != 0 {
			if got, err := open(v, key, value); err == nil {
				t.Fatalf("changed at %d: opens as %x", at, got)
			}
		}
	})
}
