package inspect

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// outside returns why a request may be of somebody else than who sits at this machine,
// or "". It is no proof: a proxy on this machine that hides itself, and asks for
// localhost, is taken for a neighbour.
func outside(r *http.Request) string {
	if !isLoopbackAddr(r.RemoteAddr) {
		return fmt.Sprintf("It comes from %s, which is no loopback address.", orNone(r.RemoteAddr))
	}
	// Middlewares write what a header says into RemoteAddr. Nobody writes here.
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && !isLoopbackAddr(local.String()) {
		return fmt.Sprintf("It comes to %s, which is no loopback address.", orNone(local.String()))
	}
	if !isLoopbackHost(r.Host) {
		return fmt.Sprintf("It asks for the host %q. A site on the web can let its name point to this machine; localhost and loopback addresses are safe from that.", r.Host)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if isOfProxy(name) {
			return fmt.Sprintf("A proxy has passed it on, as the header %s says, so it may come from anywhere.", name)
		}
	}
	if !r.ProtoAtLeast(1, 1) {
		return "It is of HTTP/1.0, which proxies speak and browsers don't, so it may come from anywhere."
	}
	return ""
}

// isOfProxy tells whether a header is one that proxies add. Those of content delivery
// networks are here, too, because middlewares believe them.
func isOfProxy(name string) bool {
	switch name {
	case "Forwarded", "Via", "X-Real-Ip", "True-Client-Ip", "X-Client-Ip", "X-Cluster-Client-Ip",
		"Cf-Connecting-Ip", "Fastly-Client-Ip", "Fly-Client-Ip", "X-Original-Host", "X-Original-Url", "X-Envoy-External-Address":
		return true
	}
	return strings.HasPrefix(name, "X-Forwarded") || strings.HasPrefix(name, "X_forwarded") // some servers take the one for the other
}

// opened returns the address on which the server of a request listens if other machines
// reach it, or "". A server that was given a listener mostly does not tell.
func opened(r *http.Request) string {
	server, ok := r.Context().Value(http.ServerContextKey).(*http.Server)
	if !ok || server.Addr == "" || isLoopbackHost(server.Addr) {
		return ""
	}
	return server.Addr
}

// isLoopbackAddr tells whether an IP address with a port, or without, is a loopback
// one. The address of a unix socket is none.
func isLoopbackAddr(s string) bool {
	if addr, err := netip.ParseAddrPort(s); err == nil {
		return addr.Addr().Unmap().IsLoopback()
	}
	addr, err := netip.ParseAddr(s)
	return err == nil && addr.Unmap().IsLoopback()
}

// isLoopbackHost tells whether a host, with a port or without, is a name of this
// machine that no resolver is asked for (RFC 6761, section 6.3).
func isLoopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	return isLoopbackAddr(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
}

func orNone(addr string) string {
	if addr == "" {
		return "nowhere that it tells"
	}
	return addr
}
