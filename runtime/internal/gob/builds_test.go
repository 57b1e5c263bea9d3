package gob_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

// processTypes are met in this order by one process, in the reverse by another.
var processTypes = []any{
	tree{Name: "a", Left: &tree{Name: "l"}}, []tree{{Name: "b"}}, map[string]pair[int, tree]{"c": {1, tree{}}}, named{nil, {nil}}, [2]matrix{{{1}}},
	time.Unix(1_700_000_000, 0).UTC(), []time.Time{{}}, struct{ At *time.Time }{&time.Time{}}, map[uint][]map[string]bool{1: {{"x": true}}},
}

const processFile = "CODEC_PROCESS_FILE"

// Each process writes all types with encoding/gob first, which numbers them in
// the order in which it meets them.
func TestStreamsAreTheSameInEveryProcess(t *testing.T) {
	if file, order, ok := strings.Cut(os.Getenv(processFile), "?"); ok {
		writeStreams(t, file, order == "reverse")
		return
	}
	forward, reverse := streamsOf(t, "forward"), streamsOf(t, "reverse")
	n := len(processTypes)
	if len(forward) != 2*n || len(reverse) != 2*n {
		t.Fatalf("%d and %d streams", len(forward), len(reverse))
	}
	numbered := false
	for i, v := range processTypes {
		if !bytes.Equal(forward[n+i], reverse[n+i]) {
			t.Errorf("%T: %x in one process, %x in another", v, forward[n+i], reverse[n+i])
		}
		numbered = numbered || !bytes.Equal(forward[i], reverse[i])
		for _, data := range [][]byte{forward[i], reverse[i], forward[n+i]} {
			at := reflect.New(reflect.TypeOf(v))
			if err := gob.DecodeValue(string(data), at); err != nil || !reflect.DeepEqual(at.Elem().Interface(), v) {
				t.Errorf("%T of another process: %+v, %v", v, at.Elem(), err)
			}
		}
	}
	if !numbered {
		t.Error("encoding/gob numbers the types alike, so that the test shows nothing")
	}
}

// writeStreams writes what encoding/gob makes of all types, in one order or the
// other, and then what their codecs do.
func writeStreams(t *testing.T, file string, reverse bool) {
	n := len(processTypes)
	lines := make([]string, 2*n)
	for i := range 2 * n {
		j := i % n
		if reverse {
			j = n - 1 - j
		}
		at := reflect.New(reflect.TypeOf(processTypes[j]))
		at.Elem().Set(reflect.ValueOf(processTypes[j]))
		write := gob.AppendFresh
		if i >= n {
			write = func(dst []byte, at reflect.Value) ([]byte, error) {
				return gob.AppendValue(dst, at)
			}
		}
		data, err := write(nil, at)
		if err != nil {
			t.Fatal(err)
		}
		lines[i-i%n+j] = hex.EncodeToString(data)
	}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
}

// streamsOf returns what another process writes.
func streamsOf(t *testing.T, order string) (streams [][]byte) {
	t.Helper()
	file := filepath.Join(t.TempDir(), order)
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), processFile+"="+file+"?"+order)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		data, err := hex.DecodeString(line)
		if err != nil {
			t.Fatal(err)
		}
		streams = append(streams, data)
	}
	return streams
}

// What is stored must be read for as long as sessions last, by later versions,
// and fast.
func TestStreamIsPinned(t *testing.T) {
	for want, v := range map[string]any{

		"0304000d":         -7,
		"070c000474657874": "text", "0cff81020102ff82000104000006ff8200020204": []int{1, 2},
		"2aff81030102ff8200010301044e616d65010c0001044c65667401ff82000105526967687401ff8200000008ff8201016e010000": tree{Name: "n", Left: &tree{}},
		"0fff81040102ff8200010c01ff8400000aff83050102ff8400000016ff82000101740f010000000e7791f70000000000ffff":     map[string]time.Time{"t": time.Unix(0, 0).UTC()},
		"0fff81010102ff820001ff84010200000aff83060102ff8400000015ff8200011000000000000000000000000000000000":       [1]uuid.UUID{},
	} {
		at := reflect.New(reflect.TypeOf(v))
		at.Elem().Set(reflect.ValueOf(v))
		got, err := gob.AppendValue(nil, at)
		if err != nil || hex.EncodeToString(got) != want {
			t.Errorf("%T: %x, %v; want %s", v, got, err, want)
		}
	}
}

func TestStreamsOfOtherDeclarationsAreRead(t *testing.T) {
	type inner struct {
		A int
		B string
	}
	type newInner struct {
		C map[string]int
		B string
		A int
	}
	type before struct {
		Name  string
		Gone  []inner
		Inner inner
		List  []inner
		Map   map[string]inner
		Count int8
	}
	type after struct {
		Count int64
		Map   map[string]*newInner
		List  []*newInner
		Inner *newInner
		Name  *string
		More  []string
	}
	name := "name"
	old := before{"name", []inner{{1, "x"}}, inner{2, "y"}, []inner{{3, "z"}, {}}, map[string]inner{"k": {4, "m"}}, -5}
	want := after{-5, map[string]*newInner{"k": {nil, "m", 4}}, []*newInner{{nil, "z", 3}, {}}, &newInner{nil, "y", 2}, &name, nil}
	translates(t, old, want)
	old.Gone = nil
	translates(t, want, old)
	translates(t, inner{1, "x"}, struct{ B string }{"x"})
	translates(t, []int8{1, 2}, []int64{1, 2})
	translates(t, 7, int16(7))
	translates(t, &name, "name")
	translates(t, uint8(9), uint64(9))
	translates(t, []byte("bytes"), letters("bytes"))
}

type letters []letter

// translates checks that a To is read of what a From writes, with our codecs
// and with encoding/gob.
func translates[From, To any](t *testing.T, from From, want To) {
	t.Helper()
	ours, err := gob.Of[From]().Append(nil, &from)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := gob.AppendFresh(nil, reflect.ValueOf(&from))
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{ours, theirs} {
		var got To
		if err := gob.Of[To]().Decode(string(data), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("of a %T: %+v, %v; want %+v", from, got, err, want)
		}
		var again To
		if err := gob.DecodeFresh(string(data), reflect.ValueOf(&again)); err != nil || !reflect.DeepEqual(again, want) {
			t.Errorf("encoding/gob reads of a %T: %+v, %v; want %+v", from, again, err, want)
		}
	}
}

func TestStreamsThatDoNotFitAreRefused(t *testing.T) {
	type inner struct{ A int }
	doesNotTranslate[string](t, 7)
	doesNotTranslate[uint](t, 7)
	doesNotTranslate[int8](t, 128)
	doesNotTranslate[[]string](t, []int{1})
	doesNotTranslate[[2]int](t, [3]int{})
	doesNotTranslate[struct{ A string }](t, inner{1})
	doesNotTranslate[struct{ B int }](t, inner{1})
	doesNotTranslate[time.Time](t, inner{1})
	doesNotTranslate[map[string]int](t, []int{1})
}

func doesNotTranslate[To, From any](t *testing.T, from From) {
	t.Helper()
	data, err := gob.Of[From]().Append(nil, &from)
	if err != nil {
		t.Fatal(err)
	}
	var to To
	if err := gob.Of[To]().Decode(string(data), &to); err == nil {
		t.Errorf("a %T is read as %+v", from, to)
	}
}

// Embedded is reached by gob through the embedding struct's fields.
type Embedded struct{ Deep int }

func TestStreamWhoseFieldIsReachedThroughANilPointerIsNoPanic(t *testing.T) {
	data, err := gob.Of[Embedded]().Append(nil, &Embedded{1})
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ *Embedded }
	if err := gob.Of[struct{ *Embedded }]().Decode(string(data), &got); err == nil {
		t.Errorf("read %+v", got)
	}
}
