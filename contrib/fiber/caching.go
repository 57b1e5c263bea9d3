package fibersession

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"
)

// This file does with fasthttp's header what the Middleware of net/http does with
// its own. A test compares the two.

// What this package sets as Cache-Control.
const (
	private = "private"
	noStore = "no-store"
)

// protect keeps caches from giving one visitor's response to another. A
// Cache-Control that this package has not set stays, unless the response has a
// cookie of ours and the Cache-Control lets a cache give the response to all
// visitors.
func (r *request) protect(h *fasthttp.ResponseHeader, hasCookie bool) {
	if !variesByCookie(lines(h, fiber.HeaderVary)) {
		h.Add(fiber.HeaderVary, fiber.HeaderCookie)
	}
	set := lines(h, fiber.HeaderCacheControl)
	handlers := len(set) > 0 && !slices.Equal(set, []string{r.caching})
	switch {
	case hasCookie:
		if !handlers || mayBeShared(set) {
			r.setCacheControl(h, noStore)
		}
		protectFromCDNs(h)
	case handlers:
	case r.lived && (r.caching != noStore || len(set) == 0): // a part of the page may have set it for itself alone
		r.setCacheControl(h, private)
	}
}

// protectFromCDNs does what protect does, for the header fields that certain
// caches obey rather than Cache-Control (RFC 9213).
func protectFromCDNs(h *fasthttp.ResponseHeader) {
	var keys []string
	for key := range h.All() {
		keys = append(keys, string(key))
	}
	for _, key := range keys {
		switch name := http.CanonicalHeaderKey(key); {
		case strings.HasSuffix(name, "-Cache-Control"), name == "Surrogate-Control", name == "Edge-Control",
			name == "Cache-Control" && key != name: // in another spelling
			if mayBeShared(lines(h, key)) {
				h.Del(key)
				h.Set(key, noStore)
			}
		case name == "X-Accel-Expires" && !slices.Equal(lines(h, key), []string{"0"}): // it can't say no-store: Cache-Control must count
			h.Del(key)
		}
	}
}

func (r *request) setCacheControl(h *fasthttp.ResponseHeader, directive string) {
	h.Del(fiber.HeaderCacheControl) // Set replaces one line only
	h.Set(fiber.HeaderCacheControl, directive)
	for o := r; o != nil; o = o.outer {
		o.caching = directive
	}
}

// lines returns copies of the lines of a header field.
func lines(h *fasthttp.ResponseHeader, name string) []string {
	var lines []string
	for _, line := range h.PeekAll(name) {
		lines = append(lines, string(line))
	}
	return lines
}

// mayBeShared tells whether the lines of a Cache-Control field let a cache give
// the response to others than the visitor it was made for (RFC 9111, section
// 5.2.2). A private with an argument covers only the fields that it names, so it
// does not count. Beside must-understand, no-store is only for caches that don't
// know must-understand, so it does not count either.
func mayBeShared(lines []string) bool {
	noStore, mustUnderstand := false, false
	for _, line := range lines {
		quoted, escaped := false, false
		directives := strings.FieldsFunc(line, func(c rune) bool {
			switch {
			case escaped:
				escaped = false
			case c == '"':
				quoted = !quoted
			default:
				escaped = quoted && c == '\\'
			}
			return c == ',' && !quoted
		})
		for _, directive := range directives {
			switch strings.ToLower(strings.Trim(directive, " \t")) {
			case "private":
				return false
			case "no-store":
				noStore = true
			case "must-understand":
				mustUnderstand = true
			}
		}
	}
	return !noStore || mustUnderstand
}

func variesByCookie(vary []string) bool {
	for _, line := range vary {
		for name := range strings.SplitSeq(line, ",") {
			if name = strings.TrimSpace(name); name == "*" || strings.EqualFold(name, "Cookie") {
				return true
			}
		}
	}
	return false
}
