package sealed_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

func TestTokenRoundTrips(t *testing.T) {
	for range 100 {
		want := sealed.NewToken()
		if got, ok := sealed.ParseToken(want.String()); !ok || got != want {
			t.Fatalf("ParseToken(%q) = %v, %v", want, got, ok)
		}
		if n := len(want.String()); n != 59 {
			t.Fatalf("a token of %d bytes", n)
		}
	}
}

func TestTokenHasOneSpelling(t *testing.T) {
	const id = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
	const secret = "AAECAwQFBgcICQoLDA0ODw"
	if _, ok := sealed.ParseToken(id + "." + secret); !ok {
		t.Fatal("the canonical token is refused")
	}
	for name, value := range map[string]string{
		"empty":               "",
		"quoted":              `"` + id + "." + secret + `"`,
		"upper-case id":       strings.ToUpper(id) + "." + secret,
		"version 1":           strings.Replace(id, "-41d1", "-11d1", 1) + "." + secret,
		"Microsoft's variant": strings.Replace(id, "-80b4", "-c0b4", 1) + "." + secret,
		"stray bits":          id + "." + secret[:21] + "x",
		"padded":              id + "." + secret + "==",
		"standard base64":     id + "." + secret[:20] + "+/",
		"newline in base64":   id + "." + secret[:21] + "\n",
		"no dot":              id + "-" + secret,
		"short":               id + "." + secret[:21],
		"dashes elsewhere":    strings.Replace(id, "10-9", "1-09", 1) + "." + secret,
		"braces":              "{" + id[:35] + "." + secret,
		"trailing space":      id + "." + secret + " ",
	} {
		if _, ok := sealed.ParseToken(value); ok {
			t.Errorf("%s: %q is accepted", name, value)
		}
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add(sealed.NewToken().String())
	f.Add("6ba7b810-9dad-41d1-80b4-00c04fd430c8.AAECAwQFBgcICQoLDA0ODw")
	f.Add("")
	f.Fuzz(func(t *testing.T, value string) {
		if parsed, ok := sealed.ParseToken(value); ok && parsed.String() != value {
			t.Errorf("%q is accepted, but is spelled %q", value, parsed)
		}
	})
}

func TestTokensDifferInEveryRandomBit(t *testing.T) {
	const tokens = 2000
	met := map[string]bool{}
	var ones [(16 + 16) * 8]int
	for range tokens {
		made := sealed.NewToken()
		id := uuid.MustParse(made.ID)
		secret, err := base64.RawURLEncoding.DecodeString(made.String()[len(made.ID)+1:])
		if err != nil {
			t.Fatal(err)
		}
		if met[made.ID] || met[string(secret)] {
			t.Fatal("an id or a secret came twice")
		}
		met[made.ID], met[string(secret)] = true, true
		for bit := range ones {
			ones[bit] += int(append(id[:], secret...)[bit/8] >> (bit % 8) & 1)
		}
	}
	random := 0
	for _, n := range ones {
		if n > tokens/3 && n < tokens*2/3 {
			random++
		}
	}
	if random != 122+128 {
		t.Errorf("%d bits are random, want 250", random)
	}
}
