package faults

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// sizes are the sessions whose size docs/operations.md tells, by their names there.
var sizes = map[string]func(t *testing.T, sessions *Sessions, n int){
	"a number": func(t *testing.T, sessions *Sessions, n int) {
		mustIssue(t, sessions, SessionFields{Count: n + 1})
	},
	"five small variables": func(t *testing.T, sessions *Sessions, n int) { mustIssue(t, sessions, fiveSmall) },
	"five small variables, with an account": func(t *testing.T, sessions *Sessions, n int) {
		s := mustOpen(t, sessions, "")
		s.SetOwner(fiveSmall.Owner)
		s.SetCount(fiveSmall.Count)
		s.SetWord(fiveSmall.Word)
		s.SetNotice(fiveSmall.Notice)
		s.SetCode(fiveSmall.Code)
		if err := s.Login(t.Context(), fmt.Sprint("user", n)); err != nil {
			t.Fatal(err)
		}
	},
	"five small variables and a text of 10,000 bytes": func(t *testing.T, sessions *Sessions, n int) {
		fields := fiveSmall
		fields.Draft = strings.Repeat("x", 10_000)
		mustIssue(t, sessions, fields)
	},
}

var fiveSmall = SessionFields{Owner: "somebody", Count: 1000, Word: "a word", Notice: "saved", Code: "123456"}

// stored returns the bytes that memcached counts for all items, and the bytes of
// the chunks that they are in.
func (m *memcached) stored(t *testing.T) (items, chunks int) {
	t.Helper()
	items, err := strconv.Atoi(m.stat("bytes"))
	if err != nil {
		t.Fatal(err)
	}
	size := make(map[string]int)
	for _, found := range regexp.MustCompile(`STAT (\d+):(chunk_size|used_chunks) (\d+)`).FindAllStringSubmatch(m.ask("stats slabs", "END"), -1) {
		n, _ := strconv.Atoi(found[3])
		if found[2] == "chunk_size" {
			size[found[1]] = n
		} else {
			chunks += n * size[found[1]]
		}
	}
	return items, chunks
}

// round rounds to two digits, as the page does.
func round(n float64) int {
	unit := math.Pow(10, math.Floor(math.Log10(n))-1)
	return int(math.Round(n/unit) * unit)
}

func TestSizesOfSessionsAreAsThePageSays(t *testing.T) {
	page, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, store := range sizes {
		const sessions = 500
		server := startMemcached(t)
		manager := newSessions(t, runtime.Config{Store: newStore(t, server.addr), Keys: oneKey[0]})
		store(t, manager, 0)
		before, chunksBefore := server.stored(t)
		for n := range sessions {
			store(t, manager, n+1)
		}
		after, chunksAfter := server.stored(t)
		items, chunks := float64(after-before)/sessions, float64(chunksAfter-chunksBefore)/sessions
		row := fmt.Sprintf("| %s | %d | %d | %d |", name, round(items), round(chunks), round((1<<30)/chunks))
		if !strings.Contains(strings.ReplaceAll(string(page), ",", ""), strings.ReplaceAll(row, ",", "")) {
			t.Errorf("docs/operations.md does not have %s", row)
		}
	}
}
