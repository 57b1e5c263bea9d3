package valkeytest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
)

// NewSentinel runs a sentinel until the end of the test. It watches a primary, which
// it knows by this name, and decides alone when that is down.
func NewSentinel(t testing.TB, name string, primary *Server) *Server {
	t.Helper()
	host, port, _ := net.SplitHostPort(primary.Addr)
	watch := fmt.Sprintf("sentinel monitor %s %s %s 1\nsentinel down-after-milliseconds %[1]s 500\nsentinel failover-timeout %[1]s 5000\n", name, host, port)
	return launch(t, Server{watch: watch})
}

// asSentinel writes the file without which no sentinel starts.
func (s *Server) asSentinel(port string) ([]string, error) {
	file := filepath.Join(s.dir, "sentinel.conf")
	text := fmt.Sprintf("port %s\nbind 127.0.0.1\ndir %s\n%s", port, s.dir, s.watch)
	return []string{file, "--sentinel"}, os.WriteFile(file, []byte(text), 0o600)
}
