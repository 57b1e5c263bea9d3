package main

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLabelNamesTheBrowserAndItsSystem(t *testing.T) {
	const webkit = "AppleWebKit/537.36 (KHTML, like Gecko) "
	for userAgent, want := range map[string]string{
		firefoxOnLinux: "Firefox on Linux",
		safariOnIPhone: "Safari on iPhone",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + webkit + "Chrome/140.0.0.0 Safari/537.36":                                "Chrome on Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + webkit + "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":                  "Edge on Windows",
		"Mozilla/5.0 (X11; Linux x86_64) " + webkit + "Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0":                            "Opera on Linux",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) " + webkit + "Chrome/140.0.0.0 Safari/537.36":                                 "Chrome on ChromeOS",
		"Mozilla/5.0 (Linux; Android 10; K) " + webkit + "Chrome/140.0.0.0 Mobile Safari/537.36":                                "Chrome on Android",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15": "Safari on macOS",
		"Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Safari/604.1":       "Chrome on iPad",
		"Firefox/1":          "Firefox",
		"curl/8.5.0":         "curl/8.5.0",
		"":                   "Unknown browser",
		" \t\u202e\x7f":      "Unknown browser",
		"a\u202eb\x00c":      "abc",
		"caf\xe9":            "caf\ufffd",
		"a <b>bold</b> name": "a <b>bold</b> name",
	} {
		if got := labelOf(userAgent); got != want {
			t.Errorf("%q: got %q, want %q", userAgent, got, want)
		}
	}
}

func TestLabelIsCutBetweenCharacters(t *testing.T) {
	for _, c := range []struct{ userAgent, want string }{
		{strings.Repeat("a", 64), strings.Repeat("a", 64)},
		{strings.Repeat("a", 65), strings.Repeat("a", 64)},
		{strings.Repeat("a", 63) + "é", strings.Repeat("a", 63)},
		{strings.Repeat("a", 61) + "\U0001f375", strings.Repeat("a", 61)},
		{strings.Repeat("a", 60) + "\U0001f375", strings.Repeat("a", 60) + "\U0001f375"},
		{strings.Repeat("\xff", 65), strings.Repeat("\ufffd", 21)},
	} {
		if got := labelOf(c.userAgent); got != c.want {
			t.Errorf("%q: got %q, want %q", c.userAgent, got, c.want)
		}
	}
}

func FuzzLabelIsOneThatLoginTakes(f *testing.F) {
	for _, userAgent := range []string{"", firefoxOnLinux, strings.Repeat("é", 40), strings.Repeat("\xf0\x9f", 40)} {
		f.Add(userAgent)
	}
	f.Fuzz(func(t *testing.T, userAgent string) {
		label := labelOf(userAgent)
		if label == "" || len(label) > longestLabel || !utf8.ValidString(label) {
			t.Errorf("%q gives %q", userAgent, label)
		}
	})
}
