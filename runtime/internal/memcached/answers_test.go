package memcached_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

func TestAnswersAgainstTheProtocolAreUnavailableAndNotQuoted(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		const words = "WORDS-OF-THE-SERVER"
		key := sessionOf(0)[0].Key
		item := memcached.Command{Key: key, Value: []byte("x"), Version: 1}
		for call, answers := range map[string][]string{
			"Get": {
				words + "\r\n",
				"SERVER_ERROR " + words + "\r\n",
				"CLIENT_ERROR " + words + "\r\n",
				"ERROR\r\n",
				"VALUE " + key + words + " 0 1 1\r\nx\r\nEND\r\n",
				"VALUE " + sessionOf(1)[0].Key + " 0 1 1\r\nx\r\nEND\r\n",
				"VALUE " + key + " 0 1 1\r\nx\r\nVALUE " + words + " 0 1 1\r\nx\r\nEND\r\n",
				"VALUE " + key + " 0 1\r\nx\r\nEND\r\n", // no version
				"VALUE " + key + " 0 1 0\r\nx\r\nEND\r\n",
				"VALUE " + key + " 0 2 1\r\nx\r\nEND\r\n",
				"VALUE " + key + " 0 99999999999999999999 1\r\nx\r\nEND\r\n",
				"VALUE " + key + " 0 -1 1\r\nx\r\nEND\r\n",
				"VALUE " + key + " 0 1 1\r\nx\r\n" + words + "\r\n",
				strings.Repeat("x", 10000) + "\r\n",
				"STORED\r\n",
				"\r\n",
			},
			"Add": {
				words + "\r\n", "SERVER_ERROR out of memory storing object " + words + "\r\n", "CLIENT_ERROR " + words + "\r\n",
				"ERROR\r\n", "EXISTS\r\n", "NOT_FOUND\r\n", "END\r\n", "OK\r\n", strings.Repeat("x", 10000) + "\r\n",
			},
			"Swap":   {words + "\r\n", "SERVER_ERROR " + words + "\r\n", "ERROR\r\n", "END\r\n", "DELETED\r\n", "NOT_STORED\r\n"},
			"Delete": {words + "\r\n", "SERVER_ERROR " + words + "\r\n", "ERROR\r\n", "END\r\n", "STORED\r\n", "EXISTS\r\n"},
		} {
			for _, answer := range answers {
				m := w.newStore(t, memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
					c.Command()
					c.Answer(answer)
				}).Addr)
				err := m.call(t.Context(), call, []memcached.Command{item})
				if !errors.Is(err, errUnknown) || errors.Is(err, errExists) || errors.Is(err, errNotFound) {
					t.Errorf("%s answered with %q gave %v, want errUnknown", call, answer, err)
				} else if strings.Contains(err.Error(), words) {
					t.Errorf("%s quotes the server: %v", call, err)
				}
			}
		}
	})
}

func TestAnswersThatAreNotAsAskedAreRefused(t *testing.T) {
	items := variablesOf(3, []byte("value"))
	keys := keysOf(items)
	a, b, c := items[0], items[1], items[2]
	whole := func(items ...memcached.Command) string { return valueLines(items) }
	value := func(header string) string { return header + "\r\nvalue\r\nEND\r\n" }
	for answer, want := range map[string]error{
		whole(b, a):    memcached.ErrUnasked, // another order
		whole(a, a):    memcached.ErrUnasked,
		whole(a, c, b): memcached.ErrUnasked,
		whole(a, memcached.Command{Key: "other", Version: 1}): memcached.ErrUnasked,
		whole(a, b, c) + "END\r\n":                            memcached.ErrUnasked,
		whole(a, b, c) + "x":                                  memcached.ErrUnasked,
		value("VALUE " + a.Key + " 0 5"):                      memcached.ErrUnversioned,
		value("VALUE " + a.Key + " 0 5 0"):                    memcached.ErrUnversioned,
		value("VALUE " + a.Key + " 0 5 "):                     memcached.ErrProtocol,
		value("VALUE " + a.Key + " 0 5 1 2"):                  memcached.ErrProtocol,
		value("VALUE " + a.Key + " 0 5 -1"):                   memcached.ErrProtocol,
		value("VALUE " + a.Key + " 0 +5 1"):                   memcached.ErrProtocol,
		value("VALUE " + a.Key + " 0  5 1"):                   memcached.ErrProtocol,
		value("VALUE " + a.Key + " x 5 1"):                    memcached.ErrProtocol,
		value("VALUE " + a.Key + " 4294967296 5 1"):           memcached.ErrProtocol,
		value("VALUE " + a.Key + " 0 4 1"):                    memcached.ErrProtocol,
		value("VALUE " + a.Key + " 0 6 1"):                    memcached.ErrProtocol,
		value("VALUE  " + a.Key + " 0 5 1"):                   memcached.ErrProtocol,
		value("value " + a.Key + " 0 5 1"):                    memcached.ErrProtocol,
		"VALUE " + a.Key + " 0 5 1\nvalue\r\nEND\r\n":         memcached.ErrProtocol,
		"END\n":                         memcached.ErrProtocol,
		"ERROR\r\n":                     memcached.ErrUnknown,
		"CLIENT_ERROR too long\r\n":     memcached.ErrClient,
		"SERVER_ERROR out of it\r\n":    memcached.ErrServer,
		strings.Repeat("x", 1<<20):      memcached.ErrProtocol,
		"VALUE " + a.Key + " 0 5 1\r\n": io.EOF,
		"EN":                            io.EOF,
		"":                              io.EOF,
	} {
		l, _ := scriptedLane(answer)
		if err := lookupOf(t, keys).on(l); !errors.Is(err, want) || !l.Closed() {
			t.Errorf("%.100q: %v, closed: %t; want %v", answer, err, l.Closed(), want)
		}
	}
	for _, found := range [][]memcached.Command{{}, {a}, {b}, {c}, {a, b}, {a, c}, {b, c}, {a, b, c}} {
		l, _ := scriptedLane(whole(found...))
		u := lookupOf(t, keys)
		if err := u.on(l); err != nil || l.Closed() || len(u.items()) != len(found) {
			t.Errorf("%d of the items: %v, closed: %t, got %d", len(found), err, l.Closed(), len(u.items()))
		}
	}
}

func TestMemcachedWithoutVersionsIsRefused(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		m := w.newStore(t, memcachedtest.Start(t, "-C"))
		m.mustAdd(t, sessionOf(0))
		if _, err := m.get(t.Context(), keysOf(sessionOf(0))); !errors.Is(err, errUnknown) || !strings.Contains(err.Error(), "-C") {
			t.Errorf("Get gave %v", err)
		}
	})
}
