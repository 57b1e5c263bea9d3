package gob_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

// The tests compare what the codecs do with what encoding/gob does, by way of
// gob.AppendFresh and gob.DecodeFresh.

// differ compares both for the value that at points to, in both directions.
func differ(t *testing.T, at reflect.Value) {
	t.Helper()
	typ := at.Type().Elem()
	if gob.IsLeft(typ) {
		t.Fatalf("%v is left to encoding/gob", typ)
	}
	ours, err := gob.AppendValue([]byte("head"), at)
	theirs, errTheirs := gob.AppendFresh(nil, at)
	if (err == nil) != (errTheirs == nil) {
		t.Fatalf("%v: error %v, of encoding/gob %v", typ, err, errTheirs)
	}
	if err != nil {
		return
	}
	ours = ours[len("head"):]
	if got, want := outline(t, ours), outline(t, theirs); got != want {
		t.Errorf("the stream of %v tells of\n%s\nthat of encoding/gob of\n%s", typ, got, want)
	}
	if got, want := valueOf(t, ours), valueOf(t, theirs); !holdsMap(typ, nil) && !bytes.Equal(got, want) {
		t.Errorf("value of %v: %x, of encoding/gob %x", typ, got, want)
	}
	for name, data := range map[string][]byte{"our": ours, "encoding/gob's": theirs} {
		got, want := reflect.New(typ), reflect.New(typ)
		err, errTheirs := gob.DecodeValue(string(data), got), gob.DecodeFresh(string(data), want)
		if err != nil || errTheirs != nil {
			t.Fatalf("%s %v: error %v, of encoding/gob %v", name, typ, err, errTheirs)
		}
		if !reflect.DeepEqual(got.Interface(), want.Interface()) {
			t.Errorf("of %s %v it reads %+v, encoding/gob %+v", name, typ, got.Elem(), want.Elem())
		}
	}
	if !gob.IsOwn(string(ours), typ) {
		t.Errorf("the stream of %v is not recognised", typ)
	}
	if gob.DecodeValue(string(ours)+"\x00", reflect.New(typ)) == nil {
		t.Errorf("a byte behind a %v is accepted", typ)
	}
	for n := 0; n < len(ours); n += 1 + len(ours)/50 {
		if gob.DecodeValue(string(ours[:n]), reflect.New(typ)) == nil {
			t.Errorf("of %d bytes of a %v %d are accepted", len(ours), typ, n)
		}
	}
}

func TestGobCodecAgreesWithEncodingGob(t *testing.T) {
	one, yes := 1, true
	p := &one
	zero, empty := 0, ""
	at := time.Unix(1_700_000_000, 123).In(time.FixedZone("", 3600))
	for _, v := range []any{
		true, false, 0, 1, -1, math.MaxInt, math.MinInt, int8(math.MinInt8), int16(-300), int32(math.MaxInt32), int64(math.MinInt64),
		uint(0), uint(127), uint(128), uint8(255), uint16(65535), uint32(1 << 31), uint64(math.MaxUint64), uintptr(9),
		0.0, math.Copysign(0, -1), 1.5, math.Inf(-1), math.MaxFloat64, float32(math.SmallestNonzeroFloat32),
		0i, complex(1, -2), complex64(3i), "", "text", strings.Repeat("long ", 1000), level(-1), label("l"), letter(200), toggle(true),
		[]byte(nil), []byte{}, []byte{1}, make([]byte, 126), blob{1}, json.RawMessage("{}"), []letter{1, 2},
		[]int(nil), []int{}, []int{1, -2, 300}, []string{"", "a"}, []bool{true, false}, []float32{0, 1}, names{"a"}, [][]string{nil, {}, {"x"}},
		[0]int{}, [2]int{1}, [16]byte{1, 255}, [2]*int{p, &zero}, matrix{}, [2]tree{{Name: "a"}},
		map[string]int(nil), map[string]int{}, map[string]int{"a": 0, "b": 2}, map[int]map[string]bool{1: nil, 2: {"x": true}}, map[[2]int]*int{{1, 2}: p},
		map[pair[string, int]][]byte{{"k", 1}: nil}, indexMap{"a": nil},
		struct{}{}, base{}, base{"i", ""}, pair[string, int]{}, tree{}, tree{Left: &tree{Right: &tree{Name: "deep"}}}, chain{}, chain{&chain{nil, 2}, 1},
		named{}, named{{}, {{}}}, struct{ P, Q *int }{nil, &zero}, struct{ P **int }{&p}, struct{ S *string }{&empty}, struct{ B *bool }{&yes},
		struct {
			F float64
			C complex64
		}{math.Copysign(0, -1), complex64(complex(math.Copysign(0, -1), 0))},
		p, &p, &tree{Name: "x"}, (*int)(nil), []*tree{{}, {Name: "a"}}, []*tree{nil}, map[string]*tree{"a": nil}, [1]**int{},
		time.Time{}, at, &at, []time.Time{{}, at}, struct{ T time.Time }{}, struct{ T *time.Time }{&time.Time{}}, struct{ T **time.Time }{},
		uuid.UUID{}, uuid.UUID{1}, []uuid.UUID{{}, {1}}, map[uuid.UUID]time.Time{{1}: at}, struct{ ID uuid.UUID }{},
		*big.NewInt(0), *big.NewInt(42), big.NewInt(42), struct{ B big.Int }{}, struct{ B *big.Int }{new(big.Int)}, []big.Int{{}, *big.NewInt(7)}, big.NewRat(1, 3),
		netip.Addr{}, netip.MustParseAddr("1.2.3.4"), struct{ netip.Addr }{}, url.URL{}, url.URL{Host: "h"}, url.Values{"a": {"b"}},
		everything{}, someEverything(), &everything{Int: 7}, []everything{someEverything(), {}},
	} {
		at := reflect.New(reflect.TypeOf(v))
		at.Elem().Set(reflect.ValueOf(v))
		differ(t, at)
	}
}
