package gob_test

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

func gobMessage(body []byte) []byte {
	data, at := gob.BeginMessage(nil)
	return gob.EndMessage(append(data, body...), at)
}

func structOf(fields ...gob.WireField) gob.WireType {
	return gob.WireType{StructT: &gob.WireStruct{Fields: fields}}
}

func mapOf(key, elem int32) gob.WireType {
	return gob.WireType{MapT: &gob.WireMap{Key: key, Elem: elem}}
}

func TestFieldsThatHaveOneTypeNowAndHadTwoAlikeAreRead(t *testing.T) {
	type (
		address struct{ Street string }
		home    struct {
			Street string
			Next   *home
		}
		work struct {
			Street string
			Next   *work
		}
		place struct {
			Street string
			Next   *place
		}
	)
	translates(t, struct {
		Home home
		Work work
	}{home{"Elm", &home{"Oak", nil}}, work{"Main", nil}}, struct{ Home, Work place }{place{"Elm", &place{"Oak", nil}}, place{"Main", nil}})
	translates(t, struct {
		Home []home
		Work [1]work
	}{[]home{{"Elm", nil}}, [1]work{{"Main", nil}}}, struct {
		Home []address
		Work [1]address
	}{[]address{{"Elm"}}, [1]address{{"Main"}}})
	// In structs of their own, the two may differ.
	type company struct{ Company string }
	type both struct{ Street, Company string }
	translates(t, struct {
		Home struct{ At address }
		Work struct{ At company }
	}{struct{ At address }{address{"Elm"}}, struct{ At company }{company{"Acme"}}}, struct {
		Home struct{ At both }
		Work struct{ At *both }
	}{struct{ At both }{both{Street: "Elm"}}, struct{ At *both }{&both{Company: "Acme"}}})
}

// isCheap checks that data is refused, without much memory.
func isCheap[T any](t *testing.T, data []byte) {
	t.Helper()
	if got, ok := readCheaply[T](t, data); ok {
		t.Errorf("%T: accepted", got)
	}
}

// readCheaply decodes data, and checks that it takes little memory.
func readCheaply[T any](t *testing.T, data []byte) (got T, ok bool) {
	t.Helper()
	reserved := allocated(func() { ok = gob.Of[T]().Decode(string(data), &got) == nil })
	if reserved > 4*gob.Reserve+64*uint64(len(data)) {
		t.Errorf("%T: %d bytes cost %d", *new(T), len(data), reserved)
	}
	return got, ok
}

func TestCountIsNotReadAsAnotherFieldOfThatType(t *testing.T) {
	type elem struct {
		M map[string]int
		X uint
	}
	data := gob.Description(66, structOf(gob.WireField{"F", 67}, gob.WireField{"G", 68}))
	data = append(data, gob.Description(67, structOf(gob.WireField{"M", 69}))...)
	data = append(data, gob.Description(68, structOf(gob.WireField{"X", gob.IDUint}))...)
	data = append(data, gob.Description(69, mapOf(gob.IDString, gob.IDInt))...)
	value := append(gob.AppendInt(nil, 66), 2, 1)
	data = append(data, gobMessage(append(gob.AppendUint(value, 1<<23), 0, 0))...)
	if got, ok := readCheaply[struct{ F, G elem }](t, data); !ok || got.G.X != 1<<23 || got.G.M != nil {
		t.Errorf("%+v, %v", got, ok)
	}
}

func TestIDsThatEncodingGobWouldCutOffAreRefused(t *testing.T) {
	type inner struct {
		A, B int
		M    map[string]int
	}
	data := gob.Description(66, structOf(gob.WireField{"F", 67}))
	data = append(data, gob.Description(67, structOf(gob.WireField{"A", gob.IDInt}, gob.WireField{"B", gob.IDInt}, gob.WireField{"M", 68}))...)
	data = append(data, gob.Description(68, mapOf(gob.IDString, gob.IDInt))...)
	value := append(gob.AppendInt(nil, 66-1<<32), 1, 3)
	data = append(data, gobMessage(append(gob.AppendInt(value, 1<<22), 0, 0))...)
	isCheap[struct{ F inner }](t, append(data, gobMessage(append(gob.AppendInt(nil, gob.IDInt), 0, 2))...))
	isCheap[int](t, gobMessage(append(gob.AppendInt(nil, gob.IDInt+1<<32), 0, 2)))
	isCheap[int](t, gobMessage(append(gob.AppendInt(nil, math.MinInt64), 0, 2)))
}

func TestFieldsThatAreIgnoredCostLittle(t *testing.T) {
	const chain, fields = 1000, 5000
	var data []byte
	for i := range int32(chain) {
		elem := 101 + i
		if i == chain-1 {
			elem = gob.IDInt
		}
		data = append(data, gob.Description(int64(100+i), gob.WireType{SliceT: &gob.WireSlice{Elem: elem}})...)
	}
	sent := []gob.WireField{{"A", gob.IDInt}}
	for i := range fields {
		sent = append(sent, gob.WireField{fmt.Sprint("Gone", i), 100})
	}
	data = append(data, gob.Description(66, structOf(sent...))...)
	data = append(data, gobMessage(append(gob.AppendInt(nil, 66), 0))...)
	if _, ok := readCheaply[struct{ A int }](t, data); !ok {
		t.Error("it is refused")
	}
}

type deepMap map[string]deepMap

func TestCountsWithinCountsReserveNoMoreThanTheDataBearsOut(t *testing.T) {
	const size, levels = 200_000, 2000
	data, at := gob.Begin(reflect.TypeFor[named]())
	for i := range levels {
		data = gob.AppendUint(data, uint64(size-4*i-100))
	}
	isCheap[named](t, gob.EndMessage(append(data, make([]byte, size-4*levels)...), at))

	data, at = gob.Begin(reflect.TypeFor[deepMap]())
	for i := range levels {
		data = append(gob.AppendUint(data, uint64(size-5*i-100)), 0)
	}
	isCheap[deepMap](t, gob.EndMessage(append(data, make([]byte, size-5*levels)...), at))
}

type (
	namedPointer   *map[string]int
	endlessPointer *endlessPointer
	ringPointer    *ringed
	ringed         struct {
		Next  ringPointer
		Value int
	}
	keepPointer *keeper
)

func TestNamedPointersAreReadAsOthersAre(t *testing.T) {
	type holder struct{ P namedPointer }
	want := map[string]int{"a": 1}
	if got := roundTrip(t, gob.Of[holder](), holder{&want}); !reflect.DeepEqual(got, holder{&want}) {
		t.Errorf("read %v", got.P)
	}
	differ(t, reflect.ValueOf(&holder{&want}))
	differ(t, reflect.ValueOf(&ringed{&ringed{nil, 1}, 2}))
	p := namedPointer(&want)
	differ(t, reflect.ValueOf(&p))

	data, at := gob.Begin(reflect.TypeFor[holder]())
	isCheap[holder](t, gob.EndMessage(append(gob.AppendUint(append(data, 1), 1<<23), 0, 0), at))

	ring := ringed{Value: 1}
	ring.Next = &ring
	refuses(t, gob.Of[ringed](), ring)

	if !gob.IsLeft(reflect.TypeFor[keepPointer]()) {
		t.Error("a named pointer is taken to have the methods of what it points to")
	}
}

func TestPointerWithoutAnEndIsAnError(t *testing.T) {
	var p endlessPointer
	p = &p
	refuses(t, gob.Of[endlessPointer](), p)
	if err := gob.Of[endlessPointer]().Decode("\x03\x04\x00\x02", &p); err == nil {
		t.Error("it is read")
	}
}

// The types of a web lead to each other, as those of the streams below do, so
// that each could be paired with each.
type (
	web[Next any] struct{ A, B, C, D *Next }
	web1          web[web2]
	web2          web[web3]
	web3          web[web4]
	web4          web[web5]
	web5          struct {
		A *web1
		B *web2
		C *web3
		D *web4
	}
)

func TestTypesThatAllLeadToEachOtherArePairedOnlySoOften(t *testing.T) {
	for _, n := range []int32{100, 20_000} {
		var data []byte
		for i := range n {
			to := func(step int32) int32 { return 100 + (i*step+step)%n }
			data = append(data, gob.Description(int64(100+i), structOf(gob.WireField{"A", to(2)}, gob.WireField{"B", to(3)}, gob.WireField{"C", to(5)}, gob.WireField{"D", to(7)}))...)
		}
		data = append(data, gobMessage(append(gob.AppendInt(nil, 100), 0))...)
		if _, ok := readCheaply[web1](t, data); ok != (n == 100) {
			t.Errorf("of %d types: %v", n, ok)
		}
	}
}

func TestDescriptionsOfManyTypesCostLittle(t *testing.T) {
	const types = 20_000
	var data []byte
	for i := range int64(types) {
		data = append(data, gob.Description(100+i, gob.WireType{SliceT: &gob.WireSlice{Elem: gob.IDInt}})...)
	}
	data = append(data, gobMessage(append(gob.AppendInt(nil, gob.IDInt), 0, 2))...)
	if _, ok := readCheaply[int](t, data); !ok {
		t.Error("it is refused")
	}
}
