package gob

import (
	"math"
	"reflect"
	"testing"
)

// description returns the message that describes a type.
func description(t *testing.T, id int64, w wireType) []byte {
	t.Helper()
	body, err := wireTypeType().append(appendInt(nil, -id), reflect.ValueOf(&w).Elem(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return gobMessage(body)
}

func gobMessage(body []byte) []byte {
	data, at := beginMessage(nil)
	return endMessage(append(data, body...), at)
}

func structOf(fields ...wireField) wireType { return wireType{StructT: &wireStruct{Fields: fields}} }

func mapOf(key, elem int32) wireType { return wireType{MapT: &wireMap{Key: key, Elem: elem}} }

func TestFieldsThatHaveOneTypeNowAndHadTwoBeforeAreNotMixedUp(t *testing.T) {
	type (
		home    struct{ Street string }
		work    struct{ Company string }
		address struct{ Street, Company string }
		after   struct{ Home, Work address }
	)
	doesNotTranslate[after](t, struct {
		Home home
		Work work
	}{home{"Elm"}, work{"Acme"}})
	doesNotTranslate[[]after](t, []struct {
		Home home
		Work work
	}{{home{"Elm"}, work{"Acme"}}})
	doesNotTranslate[struct{ Home, Work []*address }](t, struct {
		Home []home
		Work []work
	}{[]home{{"Elm"}}, []work{{"Acme"}}})
	doesNotTranslate[struct{ Home, Work map[string]address }](t, struct {
		Home map[string]home
		Work map[string]work
	}{map[string]home{"": {"Elm"}}, map[string]work{"": {"Acme"}}})
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
	reserved := allocated(func() {
		var got T
		if err := Of[T]().Decode(string(data), &got); err == nil {
			t.Errorf("%T: accepted", got)
		}
	})
	if reserved > 4*reserve+32*uint64(len(data)) {
		t.Errorf("%T: %d bytes cost %d", *new(T), len(data), reserved)
	}
}

func TestCountIsNotReadAsAnotherFieldOfThatType(t *testing.T) {
	type elem struct {
		M map[string]int
		X uint
	}
	data := description(t, 66, structOf(wireField{"F", 67}, wireField{"G", 68}))
	data = append(data, description(t, 67, structOf(wireField{"M", 69}))...)
	data = append(data, description(t, 68, structOf(wireField{"X", idUint}))...)
	data = append(data, description(t, 69, mapOf(idString, idInt))...)
	value := append(appendInt(nil, 66), 2, 1)
	isCheap[struct{ F, G elem }](t, append(data, gobMessage(append(appendUint(value, 1<<23), 0, 0))...))
}

func TestIDsThatEncodingGobWouldCutOffAreRefused(t *testing.T) {
	type inner struct {
		A, B int
		M    map[string]int
	}
	data := description(t, 66, structOf(wireField{"F", 67}))
	data = append(data, description(t, 67, structOf(wireField{"A", idInt}, wireField{"B", idInt}, wireField{"M", 68}))...)
	data = append(data, description(t, 68, mapOf(idString, idInt))...)
	value := append(appendInt(nil, 66-1<<32), 1, 3)
	data = append(data, gobMessage(append(appendInt(value, 1<<22), 0, 0))...)
	isCheap[struct{ F inner }](t, append(data, gobMessage(append(appendInt(nil, idInt), 0, 2))...))
	isCheap[int](t, gobMessage(append(appendInt(nil, idInt+1<<32), 0, 2)))
	isCheap[int](t, gobMessage(append(appendInt(nil, math.MinInt64), 0, 2)))
}

func TestFieldsThatAreIgnoredCostLittle(t *testing.T) {
	const chain, fields = 1000, 5000
	var data []byte
	for i := range int32(chain) {
		elem := 101 + i
		if i == chain-1 {
			elem = idInt
		}
		data = append(data, description(t, int64(100+i), wireType{SliceT: &wireSlice{Elem: elem}})...)
	}
	sent := []wireField{{"A", idInt}}
	for range fields {
		sent = append(sent, wireField{"Gone", 100})
	}
	data = append(data, description(t, 66, structOf(sent...))...)
	data = append(data, gobMessage(append(appendInt(nil, 66), 0))...)
	isCheap[struct{ A int }](t, data)
}

type deepMap map[string]deepMap

func TestCountsWithinCountsReserveNoMoreThanTheDataBearsOut(t *testing.T) {
	const size, levels = 200_000, 2000
	data, at := newStream(reflect.TypeFor[named]()).begin(nil)
	for i := range levels {
		data = appendUint(data, uint64(size-4*i-100))
	}
	isCheap[named](t, endMessage(append(data, make([]byte, size-4*levels)...), at))

	data, at = newStream(reflect.TypeFor[deepMap]()).begin(nil)
	for i := range levels {
		data = append(appendUint(data, uint64(size-5*i-100)), 0)
	}
	isCheap[deepMap](t, endMessage(append(data, make([]byte, size-5*levels)...), at))
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
	if got := roundTrip(t, Of[holder](), holder{&want}); !reflect.DeepEqual(got, holder{&want}) {
		t.Errorf("read %v", got.P)
	}
	differ(t, reflect.ValueOf(&holder{&want}))
	differ(t, reflect.ValueOf(&ringed{&ringed{nil, 1}, 2}))
	p := namedPointer(&want)
	differ(t, reflect.ValueOf(&p))

	data, at := newStream(reflect.TypeFor[holder]()).begin(nil)
	isCheap[holder](t, endMessage(append(appendUint(append(data, 1), 1<<23), 0, 0), at))

	ring := ringed{Value: 1}
	ring.Next = &ring
	refuses(t, Of[ringed](), ring)

	if newStream(reflect.TypeFor[keepPointer]()) != nil {
		t.Error("a named pointer is taken to have the methods of what it points to")
	}
}

func TestPointerWithoutAnEndIsAnError(t *testing.T) {
	var p endlessPointer
	p = &p
	refuses(t, Of[endlessPointer](), p)
	if err := Of[endlessPointer]().Decode("\x03\x04\x00\x02", &p); err == nil {
		t.Error("it is read")
	}
}
