package runtime

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

func TestCookieIsFoundInOneSpellingOnly(t *testing.T) {
	const value = "6ba7b810-9dad-41d1-80b4-00c04fd430c8.AAECAwQFBgcICQoLDA0ODw"
	const ours = "__Host-session=" + value
	const other = "__Host-session=6ba7b810-9dad-41d1-80b4-00c04fd430c9.AAECAwQFBgcICQoLDA0ODw"
	const (
		nothing   = "no cookie of ours"
		malformed = "a malformed one"
		found     = "the session's"
		ambiguous = "several"
	)
	for _, c := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"alone", []string{ours}, found},
		{"among others", []string{"a=b; " + ours + "; c=d"}, found},
		{"without spaces", []string{"a=b;" + ours + ";c=d"}, found},
		{"with more spaces", []string{"a=b;  " + ours + "  ; c=d"}, found},
		{"on the second line", []string{"a=b", ours}, found},
		{"beside broken ones", []string{`;;=;"; =x;` + ours + "; \x00\xff"}, found},
		{"none", nil, nothing},
		{"an empty line", []string{""}, nothing},
		{"another name", []string{"session=" + value}, nothing},
		{"a longer name", []string{"x" + ours}, nothing},
		{"another case", []string{strings.ToLower(ours)}, nothing},
		{"a value that looks like it", []string{"a=" + ours}, nothing},
		{"no equals sign", []string{"__Host-session"}, nothing},
		{"empty", []string{"__Host-session="}, malformed},
		{"after a tab", []string{"a=b;\t" + ours}, malformed},
		{"after a no-break space", []string{"a=b;\u00a0" + ours}, malformed},
		{"space before the equals sign", []string{"__Host-session =" + value}, malformed},
		{"space after the equals sign", []string{"__Host-session= " + value}, malformed},
		{"tab at the end", []string{ours + "\t; a=b"}, malformed},
		{"quoted", []string{`__Host-session="` + value + `"`}, malformed},
		{"two malformed ones", []string{"__Host-session=x; __Host-session=y"}, malformed},

		{"twice", []string{ours + "; " + ours}, found},
		{"twice on two lines", []string{ours, ours}, found},
		{"many times", []string{strings.Repeat(ours+"; ", 1000)}, found},
		{"an empty one behind it", []string{ours + "; __Host-session="}, found},
		{"a malformed one ahead of it", []string{"__Host-session=x; " + ours}, found},
		{"a malformed one after a tab behind it", []string{ours + ";\t__Host-session=x"}, found},
		{"another one behind it", []string{ours + "; " + other}, ambiguous},
		{"another one ahead of it", []string{other + "; " + ours}, ambiguous},
		{"another one on another line", []string{ours, other}, ambiguous},
		{"another one between two", []string{ours + "; " + other + "; " + ours}, ambiguous},
		{"another secret", []string{ours + "; __Host-session=" + value[:37] + "AQECAwQFBgcICQoLDA0ODw"}, ambiguous},
	} {
		got := nothing
		switch f := findCookie(c.lines, "__Host-session"); {
		case f.ok && f.presented && !f.ambiguous && f.token.String() == value:
			got = found
		case f.ambiguous && f.presented && !f.ok && f.token == (sealed.Token{}):
			got = ambiguous
		case f.presented && !f.ok:
			got = malformed
		case f != (foundCookie{}):
			t.Errorf("%s: %+v", c.name, f)
		}
		if got != c.want {
			t.Errorf("%s: found %s, want %s", c.name, got, c.want)
		}
	}
}

func TestCookieHeaderOfAnySizeCostsNoMemory(t *testing.T) {
	for name, line := range map[string]string{
		"one cookie":         "__Host-session=" + strings.Repeat("x", 1<<20),
		"separators":         strings.Repeat(";=", 1<<19),
		"one of ours, often": strings.Repeat("__Host-session=6ba7b810-9dad-41d1-80b4-00c04fd430c8.AAECAwQFBgcICQoLDA0ODw;", 1<<14),
		"many of ours":       strings.Repeat("__Host-session=x;", 1<<16),
		"one long name":      strings.Repeat("x", 1<<20) + "=",
		"spaces and tabs":    strings.Repeat(" \t", 1<<19) + "=",
	} {
		lines := []string{line}
		if n := testing.AllocsPerRun(2, func() { findCookie(lines, "__Host-session") }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func FuzzCookie(f *testing.F) {
	valid := sealed.NewToken().String()
	f.Add("s="+valid, "")
	f.Add("a=b; s="+valid+"; s=x", "s")
	f.Add("s=\""+valid+"\"", "\t;s=")
	f.Fuzz(func(t *testing.T, one, two string) {
		found := findCookie([]string{one, two}, "s")
		if found.ok && (found.ambiguous || !found.presented) || found.ambiguous && !found.presented {
			t.Fatalf("found %+v", found)
		}
		if !found.ok {
			return
		}
		// The lenient parser of net/http must see this session, too. It may see
		// another one only because of what it removes around the value.
		r := http.Request{Header: http.Header{"Cookie": {one, two}}}
		seen := false
		for _, c := range r.CookiesNamed("s") {
			seen = seen || c.Value == found.token.String()
			if other, ok := sealed.ParseToken(c.Value); ok && other != found.token && bare(one, c.Value) && bare(two, c.Value) {
				t.Fatalf("chose %q although there is %q", found.token, c.Value)
			}
		}
		if !seen {
			t.Fatalf("%q is in neither %q nor %q", found.token, one, two)
		}
	})
}

// bare tells whether value stands in the line only as a browser would send it.
func bare(line, value string) bool {
	return strings.Count(line, value) == strings.Count("; "+line+";", "; s="+value+";")
}

func TestPersistentCookieNeverTurnsIntoABrowserSessionCookie(t *testing.T) {
	e := &engine{cookieName: "s", config: Config{Persistent: true}}
	for lifetime, want := range map[time.Duration]int{
		time.Hour:              3600,
		90*time.Second - 1:     89,
		time.Second:            1,
		500 * time.Millisecond: 1,
	} {
		if c := e.cookie(sealed.NewToken(), sealed.Life{Lifetime: lifetime}); c.MaxAge != want || !c.Expires.IsZero() {
			t.Errorf("%v: Max-Age %d, Expires %v; want %d and none", lifetime, c.MaxAge, c.Expires, want)
		}
	}
}
