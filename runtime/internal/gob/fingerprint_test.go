package gob

import (
	"encoding/hex"
	"math/big"
	"net/netip"
	"reflect"
	"testing"
	"time"
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
	prints := map[Fingerprint]string{}
	for name, print := range map[string]Fingerprint{
		"string":        FingerprintOf("gob", reflect.TypeFor[string]()),
		"json string":   FingerprintOf("json", reflect.TypeFor[string]()),
		"int":           FingerprintOf("gob", reflect.TypeFor[int]()),
		"int64":         FingerprintOf("gob", reflect.TypeFor[int64]()),
		"[]int":         FingerprintOf("gob", reflect.TypeFor[[]int]()),
		"[][]int":       FingerprintOf("gob", reflect.TypeFor[[][]int]()),
		"[2]int":        FingerprintOf("gob", reflect.TypeFor[[2]int]()),
		"[3]int":        FingerprintOf("gob", reflect.TypeFor[[3]int]()),
		"map":           FingerprintOf("gob", reflect.TypeFor[map[string]int]()),
		"other map":     FingerprintOf("gob", reflect.TypeFor[map[int]string]()),
		"struct a":      FingerprintOf("gob", reflect.TypeFor[a]()),
		"struct b":      FingerprintOf("gob", reflect.TypeFor[b]()),
		"recursive":     FingerprintOf("gob", reflect.TypeFor[chain]()),
		"named":         FingerprintOf("gob", reflect.TypeFor[named]()),
		"time":          FingerprintOf("gob", reflect.TypeFor[time.Time]()),
		"big.Int":       FingerprintOf("gob", reflect.TypeFor[big.Int]()),
		"json struct":   FingerprintOf("json", reflect.TypeFor[a]()),
		"tagged struct": FingerprintOf("json", reflect.TypeFor[tagged]()),
		"nested":        FingerprintOf("gob", reflect.TypeFor[struct{ A []a }]()),
		"nested other":  FingerprintOf("gob", reflect.TypeFor[struct{ A []b }]()),
		"named pointer": FingerprintOf("gob", reflect.TypeFor[boolPointer]()),
		"another":       FingerprintOf("gob", reflect.TypeFor[floatPointer]()),
		"ring":          FingerprintOf("gob", reflect.TypeFor[ring]()),
		"embeds a time": FingerprintOf("gob", reflect.TypeFor[struct{ time.Time }]()),
		"embeds an IP":  FingerprintOf("gob", reflect.TypeFor[struct{ netip.Addr }]()),
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
	if FingerprintOf("gob", reflect.TypeFor[renamed]()) != FingerprintOf("gob", reflect.TypeFor[*plain]()) {
		t.Error("names of types, unexported fields or pointers change it")
	}
	if FingerprintOf("gob", reflect.TypeFor[boolPointer]()) != FingerprintOf("gob", reflect.TypeFor[bool]()) {
		t.Error("a named pointer changes it")
	}
}

// What is stored outlives the process, so the fingerprint of a declaration
// must stay what it is.
func TestFingerprintIsPinned(t *testing.T) {
	for want, got := range map[string]Fingerprint{
		"89e9c108": FingerprintOf("gob", reflect.TypeFor[string]()),
		"b56c7494": FingerprintOf("gob", reflect.TypeFor[chain]()),
		"61bbf087": FingerprintOf("json", reflect.TypeFor[map[string][]time.Time]()),
	} {
		if hex.EncodeToString(got[:]) != want {
			t.Errorf("fingerprint %x, want %s", got, want)
		}
	}
}
