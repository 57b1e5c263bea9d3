package runtime

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// A foundCookie is what the header of a request says of our cookie.
type foundCookie struct {
	token     sealed.Token
	ok        bool // there is one well-formed cookie, and token is its value
	presented bool // a cookie came, well-formed or not
	ambiguous bool // several well-formed cookies came that differ
}

// findCookie looks for the cookie of the given name in the lines of a Cookie
// header. Equal cookies count as one, and malformed ones don't count. Of
// several that differ, one may have been planted by a neighbouring host or
// path, and nothing says which one, so none is believed.
//
// It is stricter than [http.Request.Cookies], which removes quotes, tabs and
// many kinds of space, so that different bytes would open the same session. It
// reads the lines once and keeps nothing of them, whatever they hold.
func findCookie(lines []string, name string) (c foundCookie) {
	first := ""
	for _, line := range lines {
		for pair := range strings.SplitSeq(line, ";") {
			// A pair without "=" is the value of a cookie that has no name.
			left, value, named := strings.Cut(pair, "=")
			if !named || strings.TrimSpace(left) != name {
				continue
			}
			c.presented = true
			value = strings.TrimRight(value, " ")
			if strings.TrimLeft(left, " ") != name || c.ok && value == first {
				continue
			}
			t, ok := sealed.ParseToken(value)
			switch {
			case ok && c.ok:
				return foundCookie{presented: true, ambiguous: true}
			case ok:
				c.token, c.ok, first = t, true, value
			}
		}
	}
	return c
}

// errAmbiguous is what the log says of cookies that differ.
var errAmbiguous = errors.New("sessiongen: several cookies of one name that differ: Path, Domain or Partitioned may have changed, or a neighbouring host has planted one; docs/cookies.md says what to do")

// cookie returns the cookie to send for t. If it outlives the browser, it lives as
// long as the session, which begins now.
func (e *engine) cookie(t sealed.Token, l sealed.Life) *http.Cookie {
	c := e.baseCookie()
	c.Value = t.String()
	if e.config.Persistent || l.Remembered {
		// Zero would mean no Max-Age, so that the cookie ends with the browser.
		c.MaxAge = max(1, int(e.lifetime(l)/time.Second))
	}
	return c
}

// removal returns the cookie that makes the browser drop ours. Browsers drop
// only a cookie of the same domain and path.
func (e *engine) removal() *http.Cookie {
	c := e.baseCookie()
	c.MaxAge = -1 // written as Max-Age=0
	return c
}

// removals returns the cookies that make the browser drop every cookie of our
// name that can be foreseen: those of this host and of the configured domain,
// of "/" and of the configured path, partitioned and not. Browsers keep a
// cookie for each combination.
func (e *engine) removals() []*http.Cookie {
	var all []*http.Cookie
	for _, domain := range slices.Compact([]string{"", e.config.Domain}) {
		for _, path := range slices.Compact([]string{"/", e.config.Path}) {
			for _, partitioned := range []bool{false, true} {
				c := e.removal()
				c.Domain, c.Path, c.Partitioned = domain, path, partitioned
				if c.Secure || !partitioned { // browsers refuse a Partitioned cookie that is not Secure
					all = append(all, c)
				}
			}
		}
	}
	return all
}

// sameCookie tells whether a and b, which have the same name, are one cookie
// for browsers, so that the later one replaces the earlier one.
func sameCookie(a, b *http.Cookie) bool {
	return a.Domain == b.Domain && a.Path == b.Path && a.Partitioned == b.Partitioned
}

func (e *engine) baseCookie() *http.Cookie {
	return &http.Cookie{
		Name:        e.cookieName,
		Domain:      e.config.Domain,
		Path:        e.config.Path,
		Secure:      !e.config.InsecureHTTP,
		HttpOnly:    true,
		SameSite:    e.config.SameSite,
		Partitioned: e.config.Partitioned,
	}
}
