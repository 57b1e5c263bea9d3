//go:build memcachedproxy

package faults

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/storetest"
)

// proxyEnv names the environment variable with the path of a memcached that was
// built with --enable-proxy. Distributions don't do that, so these tests have a build
// tag: see make proxy.
const proxyEnv = "SESSIONGEN_TEST_PROXY"

// routes is a configuration of memcached's proxy as docs/operations.md has it.
func routes(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```lua\n")
	text, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/operations.md has no configuration of the proxy")
	}
	return text
}

// startProxied runs three memcached, and memcached's own proxy in front of them.
func startProxied(t *testing.T) (proxy string, servers []*memcached) {
	t.Helper()
	path := os.Getenv(proxyEnv)
	if path == "" {
		t.Fatal("it needs the path of a memcached that was built with --enable-proxy in " + proxyEnv)
	}
	servers, addrs := startServers(t, 3)
	text := routes(t)
	for i, addr := range addrs {
		text = strings.ReplaceAll(text, fmt.Sprintf("10.0.0.%d:11211", i+1), addr)
	}
	dir := t.TempDir()
	for ; len(dir) > len(os.TempDir()); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil { // it runs as nobody
			t.Fatal(err)
		}
	}
	config := filepath.Join(t.TempDir(), "routes.lua")
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	proxy = freeAddr(t)
	_, port, _ := net.SplitHostPort(proxy)
	cmd := exec.Command(path, "-l", "127.0.0.1", "-p", port, "-U", "0", "-u", "nobody", "-o", "proxy_config="+config)
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		if conn, err := net.Dial("tcp", proxy); err == nil {
			conn.Close()
			return proxy, servers
		}
		if time.Now().After(deadline) {
			t.Fatal("the proxy does not start")
		}
	}
}

func TestMemcachedsProxyPassesAsAStore(t *testing.T) {
	proxy, _ := startProxied(t)
	storetest.Run(t, func(t *testing.T) runtime.Store { return newStore(t, proxy) })
}

func TestGuaranteesHoldBehindMemcachedsProxy(t *testing.T) {
	proxy, servers := startProxied(t)
	t.Run("logout", func(t *testing.T) { testLogout(t, proxy) })
	t.Run("EndAll", func(t *testing.T) { testEndAll(t, newArenaAt(t, oneKey, proxy), times(2000, 100_000)) })
	for i, m := range servers {
		if m.stat("cmd_set") == "0" {
			t.Errorf("server %d has nothing", i)
		}
	}
}

func TestServerBehindTheProxyThatIsDownIsUnavailable(t *testing.T) {
	proxy, servers := startProxied(t)
	sessions := newSessions(t, runtime.Config{Store: newStore(t, proxy)})
	tokens := make([]string, 60)
	for i := range tokens {
		tokens[i] = mustIssue(t, sessions, SessionFields{Owner: "me"})
	}
	servers[1].kill()
	down := 0
	for _, token := range tokens {
		s, err := sessions.Open(t.Context(), token)
		switch {
		case err == nil && s.GetOwner() == "me":
		case errors.Is(err, runtime.ErrUnavailable) && strings.Contains(err.Error(), "is a proxy that can't reach the memcached behind it"):
			down++
		default:
			t.Errorf("%v", err)
		}
	}
	if down == 0 || down == len(tokens) {
		t.Errorf("%d of %d sessions are unavailable", down, len(tokens))
	}
}
