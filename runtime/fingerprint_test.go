package runtime

import (
	"encoding/hex"
	"math/big"
	"net/netip"
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
	prints := map[fingerprint]string{}
	for name, print := range map[string]fingerprint{
		"string":        fingerprintOf[string]("gob"),
		"json string":   fingerprintOf[string]("json"),
		"int":           fingerprintOf[int]("gob"),
		"int64":         fingerprintOf[int64]("gob"),
		"[]int":         fingerprintOf[[]int]("gob"),
		"[][]int":       fingerprintOf[[][]int]("gob"),
		"[2]int":        fingerprintOf[[2]int]("gob"),
		"[3]int":        fingerprintOf[[3]int]("gob"),
		"map":           fingerprintOf[map[string]int]("gob"),
		"other map":     fingerprintOf[map[int]string]("gob"),
		"struct a":      fingerprintOf[a]("gob"),
		"struct b":      fingerprintOf[b]("gob"),
		"recursive":     fingerprintOf[chain]("gob"),
		"named":         fingerprintOf[named]("gob"),
		"time":          fingerprintOf[time.Time]("gob"),
		"big.Int":       fingerprintOf[big.Int]("gob"),
		"json struct":   fingerprintOf[a]("json"),
		"tagged struct": fingerprintOf[tagged]("json"),
		"nested":        fingerprintOf[struct{ A []a }]("gob"),
		"nested other":  fingerprintOf[struct{ A []b }]("gob"),
		"named pointer": fingerprintOf[boolPointer]("gob"),
		"another":       fingerprintOf[floatPointer]("gob"),
		"ring":          fingerprintOf[ring]("gob"),
		"embeds a time": fingerprintOf[struct{ time.Time }]("gob"),
		"embeds an IP":  fingerprintOf[struct{ netip.Addr }]("gob"),
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
	if fingerprintOf[renamed]("gob") != fingerprintOf[*plain]("gob") {
		t.Error("names of types, unexported fields or pointers change it")
	}
	if fingerprintOf[boolPointer]("gob") != fingerprintOf[bool]("gob") {
		t.Error("a named pointer changes it")
	}
}

// What is stored outlives the process, so the fingerprint of a declaration
// must stay what it is.
func TestFingerprintIsPinned(t *testing.T) {
	for want, got := range map[string]fingerprint{
		"89e9c108": fingerprintOf[string]("gob"),
		"b56c7494": fingerprintOf[chain]("gob"),
		"61bbf087": fingerprintOf[map[string][]time.Time]("json"),
	} {
		if hex.EncodeToString(got[:]) != want {
			t.Errorf("fingerprint %x, want %s", got, want)
		}
	}
}
