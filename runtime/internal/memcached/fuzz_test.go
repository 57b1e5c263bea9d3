package memcached_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// FuzzAnswers compares the carrier with gomemcache's own calls: what the
// carrier takes for an answer, these calls must take for the same answer. The
// carrier is stricter.
func FuzzAnswers(f *testing.F) {
	items := variablesOf(3, []byte("value"))
	for _, answers := range []string{
		valueLines(items), valueLines(items[1:]), valueLines(nil), valueLines([]memcached.Command{items[1], items[0]}), valueLines(items)[:50],
		"STORED\r\nSTORED\r\nSTORED\r\n", "NOT_STORED\r\nSTORED\r\nSTORED\r\n", "STORED\r\nSERVER_ERROR object too large for cache\r\nSTORED\r\n",
		"EXISTS\r\nNOT_FOUND\r\nSTORED\r\n", "SERVER_ERROR out of memory storing object\r\nNOT_STORED\r\n",
		"DELETED\r\nNOT_FOUND\r\nDELETED\r\n", "DELETED\r\nERROR\r\n", "CLIENT_ERROR bad data chunk\r\nERROR\r\n",
		"VALUE " + items[0].Key + " 0 1073741824 1\r\nx\r\nEND\r\n",
	} {
		f.Add(answers, 7)
	}
	keys := keysOf(items)
	f.Fuzz(func(t *testing.T, answers string, piece int) {
		l, conn := scriptedLane("")
		conn.answers = &pieces{answers, max(piece, 1)}
		carried := lookupOf(t, keys)
		if err := l.Get(carried.query, carried.found); err != nil {
			if !l.Closed() {
				t.Errorf("get: %v, and the connection is kept", err)
			}
		} else {
			plainLane, _ := scriptedLane(answers)
			plain := lookupOf(t, keys)
			if err := plainLane.PlainGet(plain.query, plain.found); err != nil || !sameItems(carried.items(), plain.items()) {
				t.Errorf("get: carried %v, plain %v, %v", carried.found, plain.found, err)
			}
		}
		lines := strings.SplitAfter(answers, "\n")
		for _, v := range []memcached.Verb{memcached.Add, memcached.Swap, memcached.Delete} {
			l, conn := scriptedLane("")
			conn.answers = &pieces{answers, max(piece, 1)}
			commands := slices.Clone(items)
			err := l.Do(v, commands)
			answered := len(commands)
			for i, c := range commands {
				if c.Outcome == memcached.Unknown && c.Err == nil {
					answered = min(answered, i)
				} else if i > answered {
					t.Errorf("%s: command %d is answered, and %d is not", v, i, answered)
				}
			}
			if (err == nil) == l.Closed() || err == nil && answered != len(commands) {
				t.Errorf("%s: %v, closed: %t, %d answers", v, err, l.Closed(), answered)
			}
			for i, c := range commands[:answered] {
				plainLane, _ := scriptedLane(lines[i])
				outcome, err := plainLane.PlainDo(v, &items[i])
				if outcome != c.Outcome || err != c.Err {
					t.Errorf("%s answered with %q: carried %v, %v, plain %v, %v", v, lines[i], c.Outcome, c.Err, outcome, err)
				}
			}
		}
	})
}

func sameItems(a, b map[string]memcached.Command) bool {
	for key, item := range a {
		if other, ok := b[key]; !ok || !bytes.Equal(item.Value, other.Value) || item.Version != other.Version || item.Key != other.Key {
			return false
		}
	}
	return len(a) == len(b)
}
