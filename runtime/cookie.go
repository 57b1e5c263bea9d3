package runtime

import (
	"net/http"
	"strings"
	"time"
)

// findCookie looks for the cookie of the given name in the lines of a Cookie
// header. It tells whether there is one, and its value if there is exactly
// one: of two, one may have been planted by a neighbouring host or path, and
// nothing says which.
//
// It is stricter than [http.Request.Cookies], which takes quotes, tabs and
// many kinds of space away, so that different bytes would open one session.
// The lines are read once and nothing is kept of them, whatever they hold.
func findCookie(lines []string, name string) (value string, presented bool) {
	for _, line := range lines {
		for pair := range strings.SplitSeq(line, ";") {
			// Without a "=" it is the value of a cookie that has no name.
			left, right, named := strings.Cut(pair, "=")
			if !named || strings.TrimSpace(left) != name {
				continue
			}
			if presented {
				return "", true
			}
			presented = true
			if strings.TrimLeft(left, " ") == name {
				value = strings.TrimRight(right, " ")
			}
		}
	}
	return value, presented
}

// cookie returns the cookie to send for t, which lives for maxAge if cookies
// are persistent.
func (e *engine) cookie(t token, maxAge time.Duration) *http.Cookie {
	c := e.baseCookie()
	c.Value = t.String()
	if e.config.Persistent {
		// Zero would mean no Max-Age: a cookie that ends with the browser.
		c.MaxAge = max(1, int(maxAge/time.Second))
	}
	return c
}

// removal returns the cookie that makes the browser drop ours. It drops only
// a cookie of the same domain and path.
func (e *engine) removal() *http.Cookie {
	c := e.baseCookie()
	c.MaxAge = -1 // written as Max-Age=0
	return c
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
