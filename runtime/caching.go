package runtime

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
)

// A directive is a Cache-Control that this package sets, 0 for none.
type directive uint8

const (
	private directive = iota + 1
	noStore
)

func (d directive) String() string { return [...]string{"", "private", "no-store"}[d] }

// protect keeps caches from giving one visitor's response to another. A
// Cache-Control that this package has not set stays, unless the response has a
// cookie of ours and the Cache-Control lets a cache give the response to all
// visitors.
func (r *request) protect(h http.Header, living bool) {
	if vary := h["Vary"]; !variesByCookie(vary) {
		if line := &r.lines.vary; len(vary) == 0 && line[0] == "" {
			line[0] = "Cookie"
			h["Vary"] = line[:]
		} else {
			h["Vary"] = append(vary, "Cookie")
		}
	}
	set := h["Cache-Control"]
	ours := r.cachingSet()
	handlers := len(set) > 0 && (ours == 0 || !slices.Equal(set, []string{ours.String()}))
	switch {
	case r.cookie != nil || r.isAmbiguous():
		if !handlers || mayBeShared(set) {
			r.setCacheControl(h, noStore)
		}
		if handlers && mayBeShared(set) {
			r.warnOfSharing("Cache-Control", set)
		}
		r.protectFromCDNs(h)
	case handlers:
	case living && (ours != noStore || len(set) == 0): // a part of the page may have set it for itself alone
		r.setCacheControl(h, private)
	}
}

// protectFromCDNs does what [request.protect] does, for the header fields that
// certain caches obey rather than Cache-Control (RFC 9213).
func (r *request) protectFromCDNs(h http.Header) {
	for key, lines := range h {
		switch name := http.CanonicalHeaderKey(key); {
		case strings.HasSuffix(name, "-Cache-Control"), name == "Surrogate-Control", name == "Edge-Control",
			name == "Cache-Control" && key != name: // in another spelling, which net/http sends, too
			if mayBeShared(lines) {
				h[key] = []string{"no-store"}
				r.warnOfSharing(name, lines)
			}
		case name == "X-Accel-Expires" && !slices.Equal(lines, []string{"0"}): // it can't say no-store: Cache-Control must count
			delete(h, key)
			r.warnOfSharing(name, lines)
		}
	}
}

func (r *request) warnOfSharing(field string, lines []string) {
	if !r.engine.throttles.shared.allow(r.engine.now()) {
		return
	}
	r.engine.log(r, r, slog.LevelWarn, "response with a session cookie is kept from shared caches",
		slog.String("field", field), slog.String("was", strings.Join(lines, ", ")),
		slog.String("remedy", "let the handler set private or no-store where it sets, renews or ends a session"))
}

func (r *request) setCacheControl(h http.Header, d directive) {
	r.lines.cacheControl[0] = d.String()
	h["Cache-Control"] = r.lines.cacheControl[:]
	for o := r; o != nil; o = o.around() {
		o.mu.Lock()
		o.caching = d
		o.mu.Unlock()
	}
}

// cachingSet returns what was set last by this manager or one within it.
func (r *request) cachingSet() directive {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.caching
}

// mayBeShared tells whether the lines of a Cache-Control field let a cache give
// the response to others than the visitor it was made for (RFC 9111, section
// 5.2.2). A private with an argument covers only the fields that it names, so
// it does not count. Beside must-understand, no-store is only for caches that
// don't know must-understand, so it does not count either.
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
