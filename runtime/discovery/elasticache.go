package discovery

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
)

// maxConfig is the size, in bytes, of the longest configuration that is read. A
// cluster has 60 nodes at most, whose names and addresses are shorter.
const maxConfig = 64 << 10

// ElastiCache lists the nodes of a cluster of Amazon ElastiCache for Memcached, as
// its configuration endpoint tells them (the command "config get cluster", of
// memcached 1.4.14 and later there). The list has a version, and one that is older
// than what was seen before is refused.
//
// ElastiCache Serverless has one endpoint and no nodes: use its address, and TLS.
type ElastiCache struct {
	// Endpoint is the host:port of the configuration endpoint.
	Endpoint string

	// TLS, unless it is nil, is spoken with the endpoint: for in-transit encryption.
	// If it has no ServerName, that is the endpoint's host.
	TLS *tls.Config

	// DialContext makes the connection in place of a [net.Dialer].
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)

	mu     sync.Mutex
	newest uint64 // version
}

// Servers returns the addresses. It is for Memcache.Servers. It asks by a new
// connection each time, because the endpoint's name leads to any of the nodes.
func (e *ElastiCache) Servers(ctx context.Context) ([]string, error) {
	version, servers, err := e.ask(ctx)
	if err != nil {
		return nil, fmt.Errorf("sessiongen: ElastiCache's configuration endpoint at %s: %w", e.Endpoint, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if version < e.newest {
		return nil, fmt.Errorf("sessiongen: ElastiCache's configuration endpoint at %s has version %d, older than %d from before: it may come from a node that is behind; if the cluster was made anew, restart this process", e.Endpoint, version, e.newest)
	}
	e.newest = version
	return servers, nil
}

func (e *ElastiCache) ask(ctx context.Context) (version uint64, servers []string, err error) {
	conn, err := e.dial(ctx)
	if err != nil {
		return 0, nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if _, err := io.WriteString(conn, "config get cluster\r\n"); err != nil {
		return 0, nil, cause(ctx, err)
	}
	text, err := readConfig(bufio.NewReader(conn))
	if err != nil {
		return 0, nil, cause(ctx, err)
	}
	return parseConfig(text)
}

// cause returns the context's error, if err came of its end.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func (e *ElastiCache) dial(ctx context.Context) (net.Conn, error) {
	dial := e.DialContext
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, "tcp", e.Endpoint)
	if err != nil || e.TLS == nil {
		return conn, err
	}
	config := e.TLS.Clone()
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(e.Endpoint)
	}
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}

var errConfig = errors.New("it answers what is no configuration of a cluster: is it a configuration endpoint?")

// readConfig reads "CONFIG cluster <flags> <length>", and that many bytes.
func readConfig(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", errConfig
	}
	if err != nil {
		return "", err
	}
	words := strings.Fields(string(line))
	if len(words) != 4 || words[0] != "CONFIG" || words[1] != "cluster" {
		return "", errConfig
	}
	length, err := strconv.ParseUint(words[3], 10, 32)
	if err != nil || length > maxConfig {
		return "", errConfig
	}
	text := make([]byte, length)
	_, err = io.ReadFull(r, text)
	return string(text), err
}

// parseConfig parses a version, and host|ip|port of each node. The IP address is
// missing for a moment when a node is new, and isn't needed.
func parseConfig(text string) (version uint64, servers []string, err error) {
	first, second, _ := strings.Cut(text, "\n")
	if version, err = strconv.ParseUint(strings.TrimSpace(first), 10, 64); err != nil {
		return 0, nil, errConfig
	}
	for node := range strings.FieldsSeq(second) {
		parts := strings.Split(node, "|")
		if len(parts) != 3 {
			return 0, nil, errConfig
		}
		host := parts[0]
		if host == "" {
			host = parts[1]
		}
		servers = append(servers, net.JoinHostPort(host, parts[2]))
	}
	if len(servers) == 0 {
		return 0, nil, errors.New("the cluster has no nodes")
	}
	return version, servers, nil
}
