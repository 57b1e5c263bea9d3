package discovery

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// SRV lists the servers that the SRV records of a name in DNS have (RFC 2782),
// whatever their priorities and weights are.
//
// In Kubernetes, those of a headless service for a StatefulSet have names that
// stay. Set publishNotReadyAddresses there: otherwise a server that is not ready
// for a moment leaves the list, and its sessions end.
type SRV struct {
	// Service and Proto are put before Name, as in _memcache._tcp.cache.example.com.
	// If both are empty, Name is the whole name.
	Service, Proto, Name string

	// Resolver asks for the records. Default: [net.DefaultResolver].
	Resolver *net.Resolver
}

// Servers returns the addresses. It is for Memcache.Servers.
func (s SRV) Servers(ctx context.Context) ([]string, error) {
	resolver := s.Resolver
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	_, records, err := resolver.LookupSRV(ctx, s.Service, s.Proto, s.Name)
	if err != nil { // it comes with the records that are good, which are a part of the list
		return nil, fmt.Errorf("sessiongen: SRV records: %w", err)
	}
	servers := make([]string, len(records))
	for i, r := range records {
		host := strings.TrimSuffix(r.Target, ".")
		if host == "" {
			return nil, errors.New("sessiongen: SRV records say that there is no such service")
		}
		servers[i] = net.JoinHostPort(host, strconv.Itoa(int(r.Port)))
	}
	return servers, nil
}
