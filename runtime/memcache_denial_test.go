//go:build unix

package runtime

import (
	"cmp"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// A denial is a way in which a server, or what is there in its place, says no.
type denial struct {
	// serve starts it, sets the fields of m, which is to be used with it, and
	// returns its address.
	serve func(t *testing.T, m *Memcache) string

	// call is the call that fails; Add by default.
	call string

	value int // size of the value, in bytes

	is error // ErrUnavailable by default

	// says is how the error ends.
	says string
}

var denials = map[string]denial{
	"connection limit": {
		serve: func(t *testing.T, m *Memcache) string {
			m.Timeout = 100 * time.Millisecond
			return fullMemcached(t)
		},
		says: "refuses more connections, as those of all its clients have reached its limit: raise its option -c, or lower Memcache.MaxConns: context deadline exceeded",
	},
	"connection limit, with a password": {
		serve: func(t *testing.T, m *Memcache) string {
			m.Username, m.Password, m.Timeout = "shop", "secret", 100*time.Millisecond
			return fullMemcached(t)
		},
		says: "refuses more connections, as those of all its clients have reached its limit: raise its option -c, or lower Memcache.MaxConns: context deadline exceeded",
	},
	"user name wanted": {
		serve: func(t *testing.T, m *Memcache) string {
			return memcachedtest.Start(t, "-Y", memcachedtest.ReadableFile(t, "shop:secret\n"))
		},
		says: "wants a user name and a password, as it does with its option -Y: set Memcache.Username and Memcache.Password",
	},
	"wrong password": {
		serve: func(t *testing.T, m *Memcache) string {
			m.Username, m.Password = "shop", "guess"
			return memcachedtest.Start(t, "-Y", memcachedtest.ReadableFile(t, "shop:secret\n"))
		},
		says: "does not take Memcache.Username and Memcache.Password: compare with the file of its option -Y",
	},
	"TLS wanted": {
		serve: func(t *testing.T, m *Memcache) string { return memcachedtest.NewAuthority(t).Start(soon()).Addr },
		says:  "it closed a new connection without a word, as a memcached with its option -Z does unless Memcache.TLS is set, or one that has just ended",
	},
	"no TLS": {
		serve: func(t *testing.T, m *Memcache) string {
			m.TLS = new(tls.Config)
			return memcachedtest.Start(t)
		},
		says: "it does not speak TLS: start it with its option -Z, or leave Memcache.TLS nil",
	},
	"TLS server full": {
		serve: func(t *testing.T, m *Memcache) string {
			m.TLS, m.Timeout = &tls.Config{InsecureSkipVerify: true}, 100*time.Millisecond
			addr := memcachedtest.NewAuthority(t).Start(soon(), "-t", "1", "-c", "30").Addr
			for _, conn := range occupy(t, addr) {
				t.Cleanup(func() { conn.Close() })
			}
			return addr
		},
		says: "refuses more connections, as those of all its clients have reached its limit: raise its option -c, or lower Memcache.MaxConns: context deadline exceeded",
	},
	"unknown authority": {
		serve: func(t *testing.T, m *Memcache) string {
			m.TLS = new(tls.Config)
			return memcachedtest.NewAuthority(t).Start(soon()).Addr
		},
		says: "set Memcache.TLS.RootCAs to the authority that has signed its certificate",
	},
	"another name": {
		serve: func(t *testing.T, m *Memcache) string {
			a := memcachedtest.NewAuthority(t)
			m.TLS = &tls.Config{RootCAs: a.Roots, ServerName: "cache1.example.com"}
			return a.Start(soon()).Addr
		},
		says: "use a name that its certificate has, or set Memcache.TLS.ServerName to one",
	},
	"expired certificate": {
		serve: func(t *testing.T, m *Memcache) string {
			a := memcachedtest.NewAuthority(t)
			m.TLS = &tls.Config{RootCAs: a.Roots}
			return a.Start(time.Now().Add(-time.Second)).Addr
		},
		says: "renew its certificate, and compare the clocks",
	},
	"client's certificate wanted": {
		serve: func(t *testing.T, m *Memcache) string {
			a := memcachedtest.NewAuthority(t)
			m.TLS = &tls.Config{RootCAs: a.Roots}
			return a.Start(soon(), "-o", "ssl_verify_mode=2").Addr
		},
		says: "it wants a client's certificate that it knows: set Memcache.TLS.Certificates",
	},
	"old version of TLS": {
		serve: func(t *testing.T, m *Memcache) string {
			a := memcachedtest.NewAuthority(t)
			m.TLS = &tls.Config{RootCAs: a.Roots, MaxVersion: tls.VersionTLS12}
			return a.Start(soon(), "-o", "ssl_min_version=3").Addr
		},
		says: "it speaks no version of TLS that Memcache.TLS allows",
	},
	"web server": {
		serve: func(t *testing.T, m *Memcache) string {
			return httptest.NewServer(http.NotFoundHandler()).Listener.Addr().String()
		},
		says: "answered what is not memcached's protocol, but HTTP: check the address",
	},
	"Redis": {
		serve: func(t *testing.T, m *Memcache) string {
			return memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
				if c.Command() != nil {
					c.Answer("-ERR unknown command 'add', with args beginning with: \r\n")
				}
			}).Addr
		},
		says: "answered what is not memcached's protocol, but that of Redis and Valkey: check the address, or use contrib/valkey",
	},
	"another protocol": {
		serve: func(t *testing.T, m *Memcache) string {
			return memcachedtest.StartFake(t, func(c *memcachedtest.Conn) { c.Answer("SSH-2.0-OpenSSH_9.2\r\n"); c.Hang() }).Addr
		},
		says: "answered what is not memcached's protocol: check the address",
	},
	"out of memory": {
		serve: func(t *testing.T, m *Memcache) string {
			addr := memcachedtest.Start(t, "-M", "-m", "2")
			filler := NewMemcache(addr)
			defer filler.Close()
			for n := range 1000 {
				item := Item{Key: sessionOf(n + 1)[0].Key, Value: make([]byte, 100_000)}
				if filler.Add(t.Context(), []Item{item})[0] != nil {
					return addr
				}
			}
			t.Fatal("it takes everything")
			return ""
		},
		value: 100_000,
		says:  "is out of memory: raise its option -m; with its option -M it evicts nothing to make room",
	},
	"smaller values": {
		serve: func(t *testing.T, m *Memcache) string {
			return memcachedtest.Start(t, "-I", "128k", "-o", "slab_chunk_max=65536")
		},
		value: 200_000,
		says:  "takes only smaller ones: raise its option -I, or lower Config.MaxValueSize",
		is:    ErrTooLarge,
	},
	"proxy without a server": says("SERVER_ERROR backend failure", "is a proxy that can't reach the memcached behind it"),
	"server error":           says("SERVER_ERROR x", "answered SERVER_ERROR: see its log, with its option -v"),
	"client error":           says("CLIENT_ERROR x", "answered CLIENT_ERROR: see its log, with its option -v"),
	"unknown command":        says("ERROR", "answered ERROR: it does not know one of the commands gets, add, cas and delete"),
	"another answer": {
		serve: says("VALUE other 0 1 7\r\nx\r\nEND", "").serve,
		call:  "Get",
		says:  "answered what it was not asked for",
	},
	"without versions": {
		serve: func(t *testing.T, m *Memcache) string {
			addr := memcachedtest.Start(t, "-C")
			filler := NewMemcache(addr)
			defer filler.Close()
			mustAdd(t, filler, sessionOf(0)[:1])
			return addr
		},
		call: "Get",
		says: "answered without versions, as it does with its option -C: start it without",
	},
	"not running": {
		serve: func(t *testing.T, m *Memcache) string {
			s := memcachedtest.New(t)
			s.Stop()
			return s.Addr
		},
		says: "nothing listens there: is it running, and is that its address?",
	},
	"no such name": {
		serve: func(t *testing.T, m *Memcache) string { return "cache1.invalid:11211" },
		says:  "check the name, and the resolver of this machine",
	},
	"no connection": {
		serve: func(t *testing.T, m *Memcache) string {
			m.Timeout = 100 * time.Millisecond
			return full(t)
		},
		says: "no connection in time: context deadline exceeded",
	},
	"no answer": {
		serve: func(t *testing.T, m *Memcache) string {
			s := memcachedtest.New(t)
			s.Pause()
			m.Timeout = 100 * time.Millisecond
			return s.Addr
		},
		says: "no answer in time: context deadline exceeded",
	},
}

// says is a denial of a server that a test can't bring into that state.
func says(answer, says string) denial {
	return denial{
		serve: func(t *testing.T, m *Memcache) string {
			return memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
				if c.Command() != nil {
					c.Answer(answer + "\r\n")
				}
			}).Addr
		},
		says: says,
	}
}

func soon() time.Time { return time.Now().Add(time.Hour) }

// fullMemcached starts a memcached that takes no more connections.
func fullMemcached(t *testing.T) (addr string) {
	addr = memcachedtest.Start(t, "-t", "1", "-c", "20")
	for _, conn := range occupy(t, addr) {
		t.Cleanup(func() { conn.Close() })
	}
	return addr
}

// occupy takes all connections that a server has.
func occupy(t *testing.T, addr string) (taken []net.Conn) {
	t.Helper()
	for {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		taken = append(taken, conn)
		// One that is taken says nothing until it is asked.
		if err := conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if n, _ := conn.Read(make([]byte, 1)); n == 1 {
			return taken
		}
	}
}

func TestEveryNoOfMemcachedIsInTheGuide(t *testing.T) {
	page, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| the error says |")
	table, _, _ = strings.Cut(table, "\n\n")
	told := make(map[string]bool)
	for _, row := range strings.Split(table, "\n")[2:] {
		told[strings.TrimSpace(strings.Split(row, "|")[1])] = true
	}
	source, err := os.ReadFile("internal/memcached/errors.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`answerError = "(.*)"`).FindAllStringSubmatch(string(source), -1) {
		if !told[found[1]] && !strings.HasPrefix(found[1], "answered what is not memcached's protocol, but TLS") {
			t.Errorf("docs/operations.md does not tell of %s", found[1])
		}
	}
	tried := make(map[string]bool)
	for name, r := range denials {
		says := strings.TrimSuffix(r.says, ": context deadline exceeded")
		if tried[says] = true; !told[says] {
			t.Errorf("docs/operations.md does not tell of %s: %s", name, says)
		}
	}
	for says := range told {
		if !tried[says] {
			t.Errorf("nothing tries what docs/operations.md tells: %s", says)
		}
	}
}

func TestMemcachedsNoIsNamedWithItsRemedy(t *testing.T) {
	for name, r := range denials {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, w way) {
				m := w.newMemcache(t)
				addr := r.serve(t, m)
				m.addresses, m.err = memcached.ParseAddresses([]string{addr})
				items := sessionOf(0)[:1]
				items[0].Value = make([]byte, r.value)
				err := callsOf(t, m, items)[cmp.Or(r.call, "Add")]()
				if !errors.Is(err, cmp.Or(r.is, ErrUnavailable)) || !strings.HasSuffix(err.Error(), r.says) || !strings.Contains(err.Error(), "memcached at "+addr) {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

// full listens where no connection can be made, because as many wait already as
// may.
func full(t *testing.T) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	raw, err := l.(*net.TCPListener).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Control(func(fd uintptr) { err = syscall.Listen(int(fd), 0) }); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		var conn net.Conn
		if conn, err = net.DialTimeout("tcp", l.Addr().String(), 100*time.Millisecond); err == nil {
			t.Cleanup(func() { conn.Close() })
		}
	}
	return l.Addr().String()
}
