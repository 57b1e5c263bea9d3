package discovery_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/discovery"
)

// endpoint runs a configuration endpoint that answers with what config returns.
func endpoint(t *testing.T, config func() string, secure *tls.Config) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if secure != nil {
		l = tls.NewListener(l, secure)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if line, _ := bufio.NewReader(conn).ReadString('\n'); line == "config get cluster\r\n" {
					fmt.Fprint(conn, config())
				}
			}()
		}
	}()
	return l.Addr().String()
}

func answer(text string) string {
	return fmt.Sprintf("CONFIG cluster 0 %d\r\n%s\r\nEND\r\n", len(text), text)
}

func TestElastiCacheListsTheNodes(t *testing.T) {
	for text, want := range map[string][]string{
		"12\nshop.0001.use1.cache.amazonaws.com|10.82.235.120|11211 shop.0002.use1.cache.amazonaws.com|10.80.249.27|11212\n": {
			"shop.0001.use1.cache.amazonaws.com:11211", "shop.0002.use1.cache.amazonaws.com:11212"},
		"1\nshop.0001.use1.cache.amazonaws.com||11211\n": {"shop.0001.use1.cache.amazonaws.com:11211"},
		"1\n|10.82.235.120|11211\n":                      {"10.82.235.120:11211"},
		"1\n|2001:db8::1|11211":                          {"[2001:db8::1]:11211"},
	} {
		e := &discovery.ElastiCache{Endpoint: endpoint(t, func() string { return answer(text) }, nil)}
		if got, err := e.Servers(t.Context()); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

func TestWhatIsNoConfigurationIsAnError(t *testing.T) {
	for name, reply := range map[string]string{
		"a memcached":        "ERROR\r\n",
		"nothing":            "",
		"no end of the line": strings.Repeat("x", 1<<16),
		"no nodes":           answer("1\n\n"),
		"no version":         answer("shop|10.0.0.1|11211\n"),
		"half a node":        answer("1\nshop|11211\n"),
		"half":               answer("1\nshop|10.0.0.1|11211\n")[:40],
		"too long":           "CONFIG cluster 0 4294967295\r\n",
		"another key":        strings.Replace(answer("1\nshop|10.0.0.1|11211\n"), "cluster", "other", 1),
	} {
		e := &discovery.ElastiCache{Endpoint: endpoint(t, func() string { return reply }, nil)}
		if got, err := e.Servers(t.Context()); err == nil || got != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		} else if strings.Contains(err.Error(), "xxx") {
			t.Errorf("%s: the error has the server's words: %v", name, err)
		}
	}
}

func TestOlderVersionIsRefused(t *testing.T) {
	var version atomic.Int64
	e := &discovery.ElastiCache{Endpoint: endpoint(t, func() string {
		return answer(fmt.Sprintf("%d\ncache%d||11211\n", version.Load(), version.Load()))
	}, nil)}
	for _, step := range []struct {
		version int64
		fails   bool
	}{{2, false}, {3, false}, {2, true}, {3, false}, {4, false}} {
		version.Store(step.version)
		if got, err := e.Servers(t.Context()); (err != nil) != step.fails {
			t.Errorf("version %d: %q, %v", step.version, got, err)
		}
	}
}

func TestElastiCacheOverTLS(t *testing.T) {
	authority := memcachedtest.NewAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{authority.Certificate(time.Now().Add(time.Hour))}}
	e := &discovery.ElastiCache{
		Endpoint: endpoint(t, func() string { return answer("1\ncache1||11211\n") }, config),
		TLS:      authority.Config(),
	}
	if got, err := e.Servers(t.Context()); err != nil || !slices.Equal(got, []string{"cache1:11211"}) {
		t.Errorf("%q, %v", got, err)
	}
	e.TLS = new(tls.Config)
	if _, err := e.Servers(t.Context()); err == nil {
		t.Error("an unknown authority is trusted")
	}
}

func TestEndpointThatHangsEndsWithTheContext(t *testing.T) {
	block := make(chan bool)
	defer close(block)
	e := &discovery.ElastiCache{Endpoint: endpoint(t, func() string { <-block; return "" }, nil)}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := e.Servers(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

// nameserver answers each question with SRV records, target and port each, and
// returns a resolver that asks it.
func nameserver(t *testing.T, records map[string]uint16) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		question := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(question)
			if err != nil {
				return
			}
			_, _ = conn.WriteTo(srvReply(question[:n], records), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// srvReply makes a message of RFC 1035, section 4, of a question.
func srvReply(question []byte, records map[string]uint16) []byte {
	end := 12
	for question[end] != 0 {
		end += 1 + int(question[end])
	}
	end += 5
	reply := slices.Clone(question[:end])
	reply[2], reply[3] = 0x81, 0x80
	if len(records) == 0 {
		reply[3] |= 3 // no such name
	}
	copy(reply[6:], []byte{0, byte(len(records)), 0, 0, 0, 0})
	for target, port := range records {
		var name []byte
		for label := range strings.SplitSeq(strings.TrimSuffix(target, "."), ".") {
			name = append(append(name, byte(len(label))), label...)
		}
		if target != "." {
			name = append(name, 0)
		}
		reply = append(reply, 0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 5)
		reply = binary.BigEndian.AppendUint16(reply, uint16(6+len(name)))
		reply = append(reply, 0, 1, 0, 1)
		reply = binary.BigEndian.AppendUint16(reply, port)
		reply = append(reply, name...)
	}
	return reply
}

func TestSRVListsTheTargets(t *testing.T) {
	s := discovery.SRV{Service: "memcache", Proto: "tcp", Name: "cache.example.com",
		Resolver: nameserver(t, map[string]uint16{"cache-0.cache.example.com.": 11211, "cache-1.cache.example.com.": 11212})}
	got, err := s.Servers(t.Context())
	slices.Sort(got)
	if err != nil || !slices.Equal(got, []string{"cache-0.cache.example.com:11211", "cache-1.cache.example.com:11212"}) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestNoSRVRecordsAreAnError(t *testing.T) {
	for name, records := range map[string]map[string]uint16{"none": nil, "no such service": {".": 0}} {
		s := discovery.SRV{Name: "cache.example.com", Resolver: nameserver(t, records)}
		if got, err := s.Servers(t.Context()); err == nil || got != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
