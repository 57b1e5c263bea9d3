package fibersession

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"

	"github.com/sessiongen/sessiongen/runtime"
)

// A foundCookie is what the header of a request says of our cookie.
type foundCookie struct {
	token     string
	presented bool // a cookie of the name came
	ambiguous bool // several came that differ
}

// findCookie looks for the cookie of this name. Of several that differ, one may
// have been planted by a neighbouring host, and nothing says which one, so none is
// believed. Those that can't be a session's don't count.
func findCookie(h *fasthttp.RequestHeader, name string) (found foundCookie) {
	for key, value := range h.Cookies() {
		if string(key) != name {
			continue
		}
		found.presented = true
		switch {
		case !looksLikeToken(value) || string(value) == found.token:
		case found.token != "":
			return foundCookie{presented: true, ambiguous: true}
		default:
			found.token = string(value) // a copy: fiber uses its memory again
		}
	}
	return found
}

// looksLikeToken tells a UUID and a secret from what was planted to be in the
// cookie's way. Whether it is a token, the runtime decides.
func looksLikeToken(value []byte) bool { return len(value) == 59 && value[36] == '.' }

// complete puts into the header what the session needs: cookies and the fields for
// caches.
func (r *request) complete(c fiber.Ctx) {
	h := &c.Response().Header
	cookie := r.cookie()
	if r.found.ambiguous {
		for _, removal := range r.removals() {
			if cookie == nil || !sameCookie(removal, cookie) {
				r.add(h, removal)
			}
		}
	}
	if cookie != nil {
		// Behind those that expire: a browser that knows no partitions takes it for
		// one of them.
		r.add(h, cookie)
	}
	r.protect(h, cookie != nil || r.found.ambiguous)
}

// cookie returns the cookie to send, or nil.
func (r *request) cookie() *http.Cookie {
	if r.session == nil {
		return nil
	}
	cookie := r.session.Cookie()
	switch {
	case cookie == nil:
		return nil
	case cookie.MaxAge < 0 && !r.found.presented:
		return nil // there is none to remove
	case cookie.MaxAge >= 0 && errors.Is(r.refused, runtime.ErrEnded):
		return nil // the request that ended the session may have sent a newer one
	}
	return cookie
}

// add adds a cookie, and remembers it for the case that a manager around this one
// fails.
func (r *request) add(h *fasthttp.ResponseHeader, cookie *http.Cookie) {
	line := cookie.String()
	if slices.Contains(r.sent, line) {
		return // it is in the header
	}
	h.Add(fiber.HeaderSetCookie, line)
	for o := r; o != nil; o = o.outer {
		o.sent = append(o.sent, line)
	}
}

// removals returns the cookies that make the browser drop every cookie of our name
// that can be foreseen: those of this host and of the configured domain, of "/"
// and of the configured path, partitioned and not. Browsers keep a cookie for each
// combination.
func (r *request) removals() []*http.Cookie {
	// What is configured shows in the cookie of a session that is over. This one
	// never was in the store.
	ctx := context.Background()
	session, err := r.open(ctx, "")
	if err != nil || session.Destroy(ctx) != nil || session.Cookie() == nil {
		return nil
	}
	configured := session.Cookie()
	var all []*http.Cookie
	for _, domain := range slices.Compact([]string{"", configured.Domain}) {
		for _, path := range slices.Compact([]string{"/", configured.Path}) {
			for _, partitioned := range []bool{false, true} {
				cookie := *configured
				cookie.Domain, cookie.Path, cookie.Partitioned = domain, path, partitioned
				if cookie.Secure || !partitioned { // browsers refuse a Partitioned cookie that is not Secure
					all = append(all, &cookie)
				}
			}
		}
	}
	return all
}

// sameCookie tells whether a and b, which have the same name, are one cookie for
// browsers, so that the later one replaces the earlier one.
func sameCookie(a, b *http.Cookie) bool {
	return a.Domain == b.Domain && a.Path == b.Path && a.Partitioned == b.Partitioned
}

// refuse drops the handler's response, because it would tell of something that is
// not stored. The cookies of managers within stay: what these have stored stays
// stored, and without its cookie a renewed session would be lost.
func (r *request) refuse(c fiber.Ctx, err error) {
	r.refused = err
	response := c.Response()
	response.Reset()
	r.inherited.CopyTo(&response.Header)
	for _, line := range r.sent {
		response.Header.Add(fiber.HeaderSetCookie, line)
	}
	r.setCacheControl(&response.Header, noStore)
}
