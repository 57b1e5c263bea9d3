package runtime

import (
	"bytes"
	"errors"
	"log/slog"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/gob"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// hugeSize finds replies that announce a value of gigabytes: gomemcache's own
// calls make room for it at once, which is more than a fuzzer should do.
var hugeSize = regexp.MustCompile(`[0-9]{9}`)

// FuzzMemcacheReply checks that whatever a server answers, a call ends within
// its deadline; that it claims success only for the one reply that says so;
// and that a session opens with nothing but what was sealed for it.
func FuzzMemcacheReply(f *testing.F) {
	visitor := sealed.Token{ID: "6ba7b810-9dad-41d1-80b4-00c04fd430c8"}
	v := sealed.NewVault(sealed.NewKeyring(nil), "session", visitor)
	stranger := sealed.NewVault(sealed.NewKeyring(nil), "session", sealed.NewToken())
	now := time.Date(2037, 1, 1, 0, 0, 0, 0, time.UTC) // so that seeds don't age
	hello, err := Gob[string]().Append(sealed.AppendHead(nil, gob.FingerprintOf("gob", reflect.TypeFor[string]()), time.Time{}), new("hello"))
	if err != nil {
		f.Fatal(err)
	}
	value := func(key string, sealed []byte) string {
		return "VALUE " + key + " 0 " + strconv.Itoa(len(sealed)) + " 7\r\n" + string(sealed) + "\r\n"
	}
	r := sealed.NewRecord(sealed.NewDeclared([]string{"text"}), now, sealed.Life{})
	r.Listed = r.Listed.WithName("text")
	recorded := value(v.Key, recordItem(&v, r, 0, now).Value)
	text := value(v.VariableKey("text"), variableItem(&v, "text", sealed.Body(hello), 0, now).Value)
	theirs := value(v.VariableKey("text"), variableItem(&stranger, "text", sealed.Body(hello), 0, now).Value)
	for _, reply := range []string{
		recorded + text + "END\r\n",
		text + recorded + "END\r\n",
		recorded + text + text + "END\r\n",
		recorded + theirs + "END\r\n",
		recorded + "END\r\n",
		recorded + text,
		value(stranger.Key, nil) + "END\r\n",
		value(v.Key, variableItem(&v, "text", sealed.Ended, 0, now).Value) + "END\r\n",
		"VALUE " + v.Key + " 0 1\r\nx\r\nEND\r\n",
		"VALUE " + v.Key + " 0 0 1\r\n\r\nEND\r\n",
		"VALUE " + v.Key + " 0 1073741824 1\r\nx\r\nEND\r\n",
		"END\r\n", "STORED\r\n", "NOT_STORED\r\n", "EXISTS\r\n", "NOT_FOUND\r\n", "DELETED\r\n", "OK\r\n",
		"ERROR\r\n", "CLIENT_ERROR bad\r\n", "SERVER_ERROR object too large for cache\r\n", "STORED\r\nSTORED\r\n", "\r\n", "\n", "",
	} {
		f.Add([]byte(reply), false)
	}
	f.Add([]byte("STORED"), true)

	var reply atomic.Pointer[[]byte]
	var hangs atomic.Bool
	server := memcachedtest.StartFake(f, func(c *memcachedtest.Conn) {
		if c.Command() != nil {
			c.Answer(string(*reply.Load()))
		}
		if hangs.Load() {
			c.Hang()
		}
	})
	type texts struct {
		session Session
		text    Var[string]
	}
	check := func(t *testing.T, answer []byte, hang, plain bool) {
		reply.Store(&answer)
		hangs.Store(hang)
		m := NewMemcache(server.Addr)
		m.Plain = plain
		defer m.Close()
		if m.Timeout = patient; hang {
			m.Timeout = 10 * time.Millisecond
		}
		item := Item{Key: v.Key, Value: []byte("x"), Version: 1}
		says := func(lines ...string) bool {
			return slices.ContainsFunc(lines, func(line string) bool { return bytes.HasPrefix(answer, []byte(line+"\r\n")) })
		}
		// failed tells whether err says that nothing is known of the outcome, or
		// that the server refused a large value.
		failed := func(err error) bool {
			if errors.Is(err, ErrTooLarge) {
				return bytes.Contains(answer, []byte("SERVER_ERROR object too large for cache"))
			}
			return errors.Is(err, ErrUnavailable) && !errors.Is(err, ErrExists) && !errors.Is(err, ErrNotFound)
		}
		judge := func(call string, err error, done, exists, notFound bool) {
			known := err == nil && done || errors.Is(err, ErrExists) && exists || errors.Is(err, ErrNotFound) && notFound
			if !known && !failed(err) {
				t.Errorf("%s answered with %q gave %v", call, answer, err)
			}
		}
		start := time.Now()
		judge("Add", m.Add(t.Context(), []Item{item})[0], says("STORED"), says("NOT_STORED"), false)
		judge("Swap", m.Swap(t.Context(), []Item{item})[0], says("STORED"), says("EXISTS"), says("NOT_FOUND"))
		// memcached never answers OK, but gomemcache would take it for DELETED.
		judge("Delete", m.Delete(t.Context(), []string{v.Key})[0], says("DELETED", "NOT_FOUND") || plain && says("OK"), false, false)

		asked := []string{v.Key, v.VariableKey("text")}
		items, err := m.Get(t.Context(), asked)
		if err != nil && (!failed(err) || items != nil) {
			t.Errorf("Get answered with %q gave %v, %v", answer, items, err)
		}
		for key, item := range items {
			if !slices.Contains(asked, key) || item.Key != key || item.Version == 0 || !bytes.Contains(answer, item.Value) {
				t.Errorf("Get answered with %q gave %q: %+v", answer, key, item)
			}
		}

		sessions, err := NewManager(Config{Store: m, Logger: slog.New(slog.DiscardHandler)}, Schema[texts]{
			Name:      "session",
			Session:   func(s *texts) *Session { return &s.session },
			Variables: []Variable[texts]{Eager("Text", "text", Gob[string](), func(s *texts) *Var[string] { return &s.text })},
		})
		if err != nil {
			t.Fatal(err)
		}
		s, err := sessions.Open(t.Context(), visitor.String())
		if err != nil && !errors.Is(err, ErrUnavailable) {
			t.Errorf("Open answered with %q gave %v", answer, err)
		}
		if err == nil && (s.session.IsNew() == s.text.Has() || s.text.Has() && s.text.Get() != "hello") {
			t.Errorf("Open answered with %q gave %q", answer, s.text.Get())
		}
		if took := time.Since(start); took > patient {
			t.Errorf("calls answered with %q took %v", answer, took)
		}
	}
	f.Fuzz(func(t *testing.T, answer []byte, hang bool) {
		check(t, answer, hang, false)
		if !hugeSize.Match(answer) {
			check(t, answer, hang, true)
		}
	})
}
