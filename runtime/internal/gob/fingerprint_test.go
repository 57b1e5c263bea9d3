package gob_test

import (
	"encoding/hex"
	"math/big"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

type chain struct {
	Next  *chain
	Value int
}

type named []named

type (
	boolPointer  *bool
	floatPointer *float64
	ring         *struct{ Next ring }
)

func TestFingerprintTellsShapesApart(t *testing.T) {
	type a struct{ X int }
	type b struct{ Y int }
	type tagged struct {
		X int `json:"x"`
	}
	prints := map[gob.Fingerprint]string{}
	for name, print := range map[string]gob.Fingerprint{
		"string":        gob.FingerprintOf("gob", reflect.TypeFor[string]()),
		"json string":   gob.FingerprintOf("json", reflect.TypeFor[string]()),
		"int":           gob.FingerprintOf("gob", reflect.TypeFor[int]()),
		"int64":         gob.FingerprintOf("gob", reflect.TypeFor[int64]()),
		"[]int":         gob.FingerprintOf("gob", reflect.TypeFor[[]int]()),
		"[][]int":       gob.FingerprintOf("gob", reflect.TypeFor[[][]int]()),
		"[2]int":        gob.FingerprintOf("gob", reflect.TypeFor[[2]int]()),
		"[3]int":        gob.FingerprintOf("gob", reflect.TypeFor[[3]int]()),
		"map":           gob.FingerprintOf("gob", reflect.TypeFor[map[string]int]()),
		"other map":     gob.FingerprintOf("gob", reflect.TypeFor[map[int]string]()),
		"struct a":      gob.FingerprintOf("gob", reflect.TypeFor[a]()),
		"struct b":      gob.FingerprintOf("gob", reflect.TypeFor[b]()),
		"recursive":     gob.FingerprintOf("gob", reflect.TypeFor[chain]()),
		"named":         gob.FingerprintOf("gob", reflect.TypeFor[named]()),
		"time":          gob.FingerprintOf("gob", reflect.TypeFor[time.Time]()),
		"big.Int":       gob.FingerprintOf("gob", reflect.TypeFor[big.Int]()),
		"json struct":   gob.FingerprintOf("json", reflect.TypeFor[a]()),
		"tagged struct": gob.FingerprintOf("json", reflect.TypeFor[tagged]()),
		"nested":        gob.FingerprintOf("gob", reflect.TypeFor[struct{ A []a }]()),
		"nested other":  gob.FingerprintOf("gob", reflect.TypeFor[struct{ A []b }]()),
		"named pointer": gob.FingerprintOf("gob", reflect.TypeFor[boolPointer]()),
		"another":       gob.FingerprintOf("gob", reflect.TypeFor[floatPointer]()),
		"ring":          gob.FingerprintOf("gob", reflect.TypeFor[ring]()),
		"embeds a time": gob.FingerprintOf("gob", reflect.TypeFor[struct{ time.Time }]()),
		"embeds an IP":  gob.FingerprintOf("gob", reflect.TypeFor[struct{ netip.Addr }]()),
	} {
		if other, ok := prints[print]; ok {
			t.Errorf("%s and %s have one fingerprint", name, other)
		}
		prints[print] = name
	}
}

func TestFingerprintIgnoresWhatIsNotStored(t *testing.T) {
	type renamed struct {
		X       int
		private bool
	}
	_ = renamed{private: true}
	type plain struct{ X int }
	_ = renamed{}.private
	if gob.FingerprintOf("gob", reflect.TypeFor[renamed]()) != gob.FingerprintOf("gob", reflect.TypeFor[*plain]()) {
		t.Error("names of types, unexported fields or pointers change it")
	}
	if gob.FingerprintOf("gob", reflect.TypeFor[boolPointer]()) != gob.FingerprintOf("gob", reflect.TypeFor[bool]()) {
		t.Error("a named pointer changes it")
	}
}

// What is stored outlives the process, so the fingerprint of a declaration
// must stay what it is.
func TestFingerprintIsPinned(t *testing.T) {
	for want, got := range map[string]gob.Fingerprint{
		"89e9c108": gob.FingerprintOf("gob", reflect.TypeFor[string]()),
		"b56c7494": gob.FingerprintOf("gob", reflect.TypeFor[chain]()),
		"61bbf087": gob.FingerprintOf("json", reflect.TypeFor[map[string][]time.Time]()),
	} {
		if hex.EncodeToString(got[:]) != want {
			t.Errorf("fingerprint %x, want %s", got, want)
		}
	}
}
