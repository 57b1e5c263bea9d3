package main

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestLabel is the most that runtime.Label takes, in bytes.
const longestLabel = 64

// A mark in a User-Agent tells what sends it.
type mark struct{ text, name string }

// Browsers and systems claim to be others, too: the first mark that is there counts.
var (
	browserMarks = []mark{
		{"Edg", "Edge"},
		{"OPR/", "Opera"},
		{"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"Chrome/", "Chrome"}, {"CriOS/", "Chrome"},
		{"Safari/", "Safari"},
	}
	systemMarks = []mark{
		{"iPhone", "iPhone"}, {"iPad", "iPad"},
		{"Android", "Android"},
		{"CrOS", "ChromeOS"},
		{"Windows", "Windows"},
		{"Mac OS X", "macOS"},
		{"Linux", "Linux"},
	}
)

// labelOf returns what to call a browser that sends this User-Agent, such as
// "Firefox on Linux". A browser that it does not know is called what it calls
// itself, so the label may be anything: it is to be escaped.
func labelOf(userAgent string) string {
	browser, system := find(userAgent, browserMarks), find(userAgent, systemMarks)
	switch {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser != "":
		return browser
	}
	if label := strings.TrimSpace(cut(printable(userAgent), longestLabel)); label != "" {
		return label
	}
	return "Unknown browser"
}

func find(userAgent string, marks []mark) string {
	for _, m := range marks {
		if strings.Contains(userAgent, m.text) {
			return m.name
		}
	}
	return ""
}

// printable returns text without what can't be seen, such as marks that turn the
// direction of writing, as valid UTF-8.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, text)
}

// cut returns as many whole characters of text, which is valid UTF-8, as most
// bytes hold.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}
