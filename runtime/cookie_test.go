package runtime

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestCookieIsFoundInOneSpellingOnly(t *testing.T) {
	const value = "6ba7b810-9dad-41d1-80b4-00c04fd430c8.AAECAwQFBgcICQoLDA0ODw"
	const ours = "__Host-session=" + value
	for _, c := range []struct {
		name      string
		lines     []string
		want      string
		presented bool
	}{
		{"alone", []string{ours}, value, true},
		{"among others", []string{"a=b; " + ours + "; c=d"}, value, true},
		{"without spaces", []string{"a=b;" + ours + ";c=d"}, value, true},
		{"with more spaces", []string{"a=b;  " + ours + "  ; c=d"}, value, true},
		{"on the second line", []string{"a=b", ours}, value, true},
		{"beside broken ones", []string{`;;=;"; =x;` + ours + "; \x00\xff"}, value, true},
		{"none", nil, "", false},
		{"an empty line", []string{""}, "", false},
		{"another name", []string{"session=" + value}, "", false},
		{"a longer name", []string{"x" + ours}, "", false},
		{"another case", []string{strings.ToLower(ours)}, "", false},
		{"a value that looks like it", []string{"a=" + ours}, "", false},
		{"no equals sign", []string{"__Host-session"}, "", false},
		{"empty", []string{"__Host-session="}, "", true},
		{"twice", []string{ours + "; " + ours}, "", true},
		{"twice on two lines", []string{ours, ours}, "", true},
		{"twice, the other one empty", []string{ours + "; __Host-session="}, "", true},
		{"twice, the other one after a tab", []string{ours + ";\t__Host-session=x"}, "", true},
		{"after a tab", []string{"a=b;\t" + ours}, "", true},
		{"after a no-break space", []string{"a=b;\u00a0" + ours}, "", true},
		{"space before the equals sign", []string{"__Host-session =" + value}, "", true},
		{"space after the equals sign", []string{"__Host-session= " + value}, " " + value, true},
		{"tab at the end", []string{ours + "\t; a=b"}, value + "\t", true},
		{"quoted", []string{`__Host-session="` + value + `"`}, `"` + value + `"`, true},
	} {
		got, presented := findCookie(c.lines, "__Host-session")
		if got != c.want || presented != c.presented {
			t.Errorf("%s: %q, %v; want %q, %v", c.name, got, presented, c.want, c.presented)
		}
	}
}

func TestCookieHeaderOfAnySizeCostsNoMemory(t *testing.T) {
	for name, line := range map[string]string{
		"one cookie":      "__Host-session=" + strings.Repeat("x", 1<<20),
		"separators":      strings.Repeat(";=", 1<<19),
		"many of ours":    strings.Repeat("__Host-session=x;", 1<<16),
		"one long name":   strings.Repeat("x", 1<<20) + "=",
		"spaces and tabs": strings.Repeat(" \t", 1<<19) + "=",
	} {
		lines := []string{line}
		if n := testing.AllocsPerRun(2, func() { findCookie(lines, "__Host-session") }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func FuzzCookie(f *testing.F) {
	valid := newToken().String()
	f.Add("s="+valid, "")
	f.Add("a=b; s="+valid+"; s=x", "s")
	f.Add("s=\""+valid+"\"", "\t;s=")
	f.Fuzz(func(t *testing.T, one, two string) {
		value, presented := findCookie([]string{one, two}, "s")
		if value != "" && !presented {
			t.Fatalf("a value, %q, of a cookie that is not there", value)
		}
		token, ok := parseToken(value)
		if !ok {
			return
		}
		if token.String() != value {
			t.Fatalf("%q opens the session of %q", value, token)
		}
		// The lenient parser of net/http must not see another session here.
		r := http.Request{Header: http.Header{"Cookie": {one, two}}}
		for _, c := range r.CookiesNamed("s") {
			if _, ok := parseToken(c.Value); ok && c.Value != value {
				t.Fatalf("chose %q although there is %q", value, c.Value)
			}
		}
	})
}

func TestPersistentCookieNeverTurnsIntoABrowserSessionCookie(t *testing.T) {
	e := &engine{cookieName: "s", config: Config{Persistent: true}}
	for maxAge, want := range map[time.Duration]int{
		time.Hour:              3600,
		90*time.Second - 1:     89,
		time.Second:            1,
		500 * time.Millisecond: 1,
	} {
		if c := e.cookie(newToken(), maxAge); c.MaxAge != want || !c.Expires.IsZero() {
			t.Errorf("%v: Max-Age %d, Expires %v; want %d and none", maxAge, c.MaxAge, c.Expires, want)
		}
	}
}
