package runtime

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// warnOfPlainHTTP warns, once, that browsers drop a Secure cookie that comes over
// plain http: each visit is the first one then, and nothing else tells why (RFC
// 6265bis, section 5.7).
func (e *engine) warnOfPlainHTTP(r *http.Request, c *http.Cookie) {
	told := &e.throttles.plainHTTP
	if told.Load() || !c.Secure || c.MaxAge < 0 || !isPlainHTTP(r) || !told.CompareAndSwap(false, true) {
		return
	}
	e.logRequest(r.Context(), r, slog.LevelWarn, "session cookie dropped by browsers, as it is Secure and came over plain http",
		slog.String("host", r.Host),
		slog.String("remedy", "serve https; if a proxy in front does, let it set the header X-Forwarded-Proto or Forwarded; in development, set Config.InsecureHTTP"))
}

// isPlainHTTP tells whether a browser takes the connection for an insecure one.
// Chromium and Firefox trust this machine. A request that a test has made has no address, or
// that of httptest, which nobody has.
func isPlainHTTP(r *http.Request) bool {
	inTest := r.RemoteAddr == "" || strings.HasPrefix(r.RemoteAddr, "192.0.2.")
	return r.TLS == nil && !isLoopback(r.Host) && !cameByHTTPS(r.Header) && !inTest
}

// isLoopback tells whether a Host header is a name of this machine.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// cameByHTTPS tells whether the first proxy, which is next to the browser, says that
// it got the request over https.
func cameByHTTPS(h http.Header) bool {
	if proto, _, _ := strings.Cut(h.Get("X-Forwarded-Proto"), ","); isSecure(strings.TrimSpace(proto)) {
		return true
	}
	first, _, _ := strings.Cut(h.Get("Forwarded"), ",") // RFC 7239
	for pair := range strings.SplitSeq(first, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if strings.EqualFold(name, "proto") && isSecure(strings.Trim(value, `"`)) {
			return true
		}
	}
	return false
}

// isSecure tells whether a protocol is https. Some proxies call a WebSocket's wss.
func isSecure(proto string) bool {
	return strings.EqualFold(proto, "https") || strings.EqualFold(proto, "wss")
}
