package memcached

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

const (
	memcachedPort = "11211"
	hostLetters   = "abcdefghijklmnopqrstuvwxyz0123456789.-_"
)

// An Address is the address of a server in its only spelling, so that "Cache1"
// and "cache1:11211" are one server. Names are looked up when a connection is
// made, so that a server can move while the process runs.
type Address struct {
	network, address string // as package net has them
}

// String returns the address, such as host:port.
func (a Address) String() string { return a.address }

// ParseAddresses returns the addresses of some servers, sorted and without
// duplicates. Its error names each server whose address is wrong.
func ParseAddresses(servers []string) ([]Address, error) {
	var addresses []Address
	var errs []error
	for _, server := range servers {
		network, address, err := parseAddress(server)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		addresses = append(addresses, Address{network, address})
	}
	slices.SortFunc(addresses, compareAddresses)
	return slices.Compact(addresses), errors.Join(errs...)
}

func compareAddresses(a, b Address) int { return cmp.Compare(a.address, b.address) }

func parseAddress(server string) (network, address string, err error) {
	if strings.Contains(server, "://") {
		return "", "", addressError(server)
	}
	if strings.Contains(server, "/") {
		return "unix", server, nil
	}
	host, port := splitPort(server)
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.String()
	} else {
		host = strings.ToLower(host)
		if host == "" || strings.Trim(host, hostLetters) != "" {
			return "", "", addressError(server)
		}
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || number == 0 {
		return "", "", addressError(server)
	}
	return "tcp", net.JoinHostPort(host, strconv.FormatUint(number, 10)), nil
}

func splitPort(server string) (host, port string) {
	host, port, err := net.SplitHostPort(server)
	if err == nil {
		return host, port
	}
	if strings.HasPrefix(server, "[") && strings.HasSuffix(server, "]") {
		server = server[1 : len(server)-1]
	}
	return server, memcachedPort
}

func addressError(server string) error {
	return fmt.Errorf("memcached server %q is none of host, host:port, [ipv6]:port and the path of a unix socket", server)
}
