//lint:file-ignore SA5008 How encoding/json takes odd tags is what is tested.

package storable

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"sync"
	"time"
	"unsafe"

	"github.com/google/uuid"
)

// samples are checked by their static types, which the test reads from this
// file, and by what becomes of their values.
var samples = []sample{
	// Basic kinds.
	of(true),
	of(int(-1)),
	of(int8(-1)),
	of(int16(-1)),
	of(int32(-1)),
	of(int64(-1)),
	of(uint(1)),
	of(uint8(1)),
	of(uint16(1)),
	of(uint32(1)),
	of(uint64(1)),
	of(uintptr(1)),
	of(float32(1.5)),
	of(float64(1.5)),
	of(complex64(1 + 2i)).noJSON(": JSON can't hold complex64; skip the field with `session:\"-\"`"),
	of(complex128(1 + 2i)).noJSON(": JSON can't hold complex128; skip the field with `session:\"-\"`"),
	of("s"),
	of('r'),
	of(namedInt(1)),
	of([]byte("b")),
	of(namedBytes("b")),
	of(unsafe.Pointer(&anInt)).noGob(": gob can't store unsafe.Pointer; skip the field with `session:\"-\"`").
		noJSON(": JSON can't hold unsafe.Pointer; skip the field with `session:\"-\"`"),

	// Types of other packages.
	of(time.Unix(1, 2).UTC()),
	of(time.Hour),
	of(time.March),
	of(uuid.UUID{1}),
	of(netip.MustParseAddr("::1")),
	of(netip.MustParsePrefix("10.0.0.0/8")),
	of(net.ParseIP("::1")),
	of(net.IPNet{IP: net.IPv4(1, 2, 3, 4), Mask: net.CIDRMask(8, 32)}),
	of(*big.NewInt(7)),
	of(big.NewInt(7)),
	of(*big.NewRat(7, 3)),
	of(*mustParse("https://u@h/p?q#f")).
		noJSON(".User: encoding/json stores nothing of url.Userinfo, which has no exported fields; " + exportJSON),
	of(mustParse("https://u@h/p?q#f")).
		noJSON(".User: encoding/json stores nothing of url.Userinfo, which has no exported fields; " + exportJSON),
	of(json.RawMessage("{}")),
	of(json.Number("1")),

	// Composites.
	of([]int{1}),
	of([2]string{"a", "b"}),
	of([0]int{}),
	of(map[string]int{"a": 1}),
	of(map[point]string{{1, 2}: "a"}).
		noJSON("[key]: storable.point can't be the key of a JSON object; " + useKey),
	of(map[bool]int{true: 1}).noJSON("[key]: bool can't be the key of a JSON object; " + useKey),
	of(map[float64]int{1: 1}).noJSON("[key]: float64 can't be the key of a JSON object; " + useKey),
	of(map[[2]int]int{{1}: 1}).noJSON("[key]: [2]int can't be the key of a JSON object; " + useKey),
	of(map[namedInt]bool{1: true}),
	of(map[namedString]bool{"a": true}),
	of(map[uuid.UUID]bool{{1}: true}),
	of(map[netip.Addr]bool{netip.MustParseAddr("::1"): true}),
	of(map[time.Time]bool{time.Unix(1, 2).UTC(): true}),
	of(map[int][]map[string][2]point{1: {{"a": {{1, 2}, {3, 4}}}}}),
	of(struct{}{}),
	of(map[string]struct{}{"a": {}}),
	of([]struct{}{{}, {}}),
	of(struct{ A, B int }{1, 2}),
	of(point{1, 2}),
	of([]point{{1, 2}}),
	of(&point{1, 2}),
	of(map[string]*point{"a": {1, 2}}),
	of(pointer(pointer(point{1, 2}))),
	of([]**int{pointer(&anInt)}),
	of(namedPointer(&point{1, 2})),
	of(ignored{Kept: 1, hook: nil, hidden: hidden{}}),

	of(pair2[string, []point]{"a", []point{{1, 2}}}),
	of(pair2[int, pair2[int, alias]]{1, pair2[int, alias]{1, point{1, 2}}}),
	of(alias{1, 2}),
	of(genericAlias[int]{1, 2}),

	// Recursion.
	of(tree{Kids: []tree{{Name: "a"}}, Up: &tree{Name: "b"}, ByName: map[string]tree{"c": {Name: "c"}}, Name: "d"}),
	of(list2{nil, list2{nil}}),
	of(dict{"a": dict{"b": dict{}}}),
	of(evens{"a": odds{evens{}}}),
	of(node[int]{1, &node[int]{2, nil}}),
	of(endless(nil)).noGob(": storable.endless points to itself without end; use another type").
		noJSON(": storable.endless points to itself without end; use another type").
		but("", "nil"),

	// Types that marshal themselves, in all places.
	of(binary{1}),
	of([]binary{{1}}),
	of(map[string]binary{"a": {1}}),
	of(map[binary]int{{1}: 1}).noJSON("[key]: storable.binary can't be the key of a JSON object; " + useKey),
	of(struct{ B **binary }{pointer(&binary{1})}),
	of([]*big.Int{big.NewInt(7)}),
	of([]big.Int{*big.NewInt(7)}),
	of([2]big.Int{*big.NewInt(7), *big.NewInt(8)}),
	of(struct{ N big.Int }{*big.NewInt(7)}),
	of(struct{ N **big.Int }{pointer(big.NewInt(7))}),
	of([]**big.Int{pointer(big.NewInt(7))}),
	of(map[string]**big.Int{"a": pointer(big.NewInt(7))}),
	of(pointer(big.NewInt(7))),
	of(pointer(pointer(pointer(big.NewInt(7))))),
	of(map[string]*big.Int{"a": big.NewInt(7)}),
	of(map[string][]big.Int{"a": {*big.NewInt(7)}}),
	of(map[string]*price{"a": {*big.NewInt(7)}}),
	of(map[string]big.Int{"a": *big.NewInt(7)}).
		noGob("[]: big.Int marshals only through its pointer, which can't be had in a map; use *big.Int").
		noJSON("[]: big.Int marshals only through its pointer, which can't be had in a map; use *big.Int"),
	of(map[string]price{"a": {*big.NewInt(7)}}).
		noGob("[].Amount: big.Int marshals only through its pointer, which can't be had in a map; use *big.Int").
		noJSON("[].Amount: big.Int marshals only through its pointer, which can't be had in a map; use *big.Int"),
	of(map[string][1]price{"a": {{*big.NewInt(7)}}}).
		noGob("[][].Amount: big.Int marshals only through its pointer, which can't be had in a map; use *big.Int").
		noJSON("[][].Amount: big.Int marshals only through its pointer, which can't be had in a map; use *big.Int"),
	of(struct {
		A []price
		B map[string]price
	}{[]price{{*big.NewInt(7)}}, map[string]price{"a": {*big.NewInt(7)}}}).
		noGob(".B[].Amount: big.Int marshals only through its pointer, which can't be had in a map; use *big.Int").
		noJSON(".B[].Amount: big.Int marshals only through its pointer, which can't be had in a map; use *big.Int"),
	of(map[onlyPointerKey]int{{1}: 1}).
		noGob("[key]: MarshalBinary of storable.onlyPointerKey has a pointer as its receiver, which can't be had in the key of a map; declare it on the value, or use another key").
		noJSON("[key]: MarshalText of storable.onlyPointerKey has a pointer as its receiver, which can't be had in the key of a map; declare it on the value, or use another key"),
	of(struct{ N namedBig }{namedBig(big.NewInt(7))}).
		noGob(".N: the methods of big.Int are not found through the pointer type storable.namedBig; use *big.Int").
		noJSON(".N: the methods of big.Int are not found through the pointer type storable.namedBig; use *big.Int"),
	of(namedBig(big.NewInt(7))).
		noGob(": the methods of big.Int are not found through the pointer type storable.namedBig; use *big.Int").
		noJSON(": the methods of big.Int are not found through the pointer type storable.namedBig; use *big.Int"),
	of(selfChan(make(chan int, 1))).noJSON(": JSON can't hold storable.selfChan; skip the field with `session:\"-\"`"),
	of([]odd{1}),
	of([1]odd{1}).
		noGob("[]: storable.odd has MarshalBinary but not UnmarshalBinary; give it UnmarshalBinary too"),

	// Half of a pair.
	of(gobEncodeOnly{1}).noGob(": storable.gobEncodeOnly has GobEncode but not GobDecode; give it GobDecode too"),
	of(gobDecodeOnly{1}).noGob(": storable.gobDecodeOnly has GobDecode but not GobEncode; give it GobEncode too"),
	of([]binaryOnly{{1}}).noGob("[]: storable.binaryOnly has MarshalBinary but not UnmarshalBinary; give it UnmarshalBinary too"),
	of(unbinaryOnly{1}).noGob(": storable.unbinaryOnly has UnmarshalBinary but not MarshalBinary; give it MarshalBinary too"),
	of(mixed{1}).noGob(": storable.mixed has GobEncode but not GobDecode; give it GobDecode too"),
	of(wrongSignature{1}),
	of(jsonOnly{1}).noJSON(": storable.jsonOnly has MarshalJSON but not UnmarshalJSON; give it UnmarshalJSON too"),
	of(unjsonOnly{1}).noJSON(": storable.unjsonOnly has UnmarshalJSON but not MarshalJSON; give it MarshalJSON too"),
	of(valueReceiver{1}).
		noGob(": what UnmarshalBinary of storable.valueReceiver decodes is lost, because it has a value as its receiver; declare it on the pointer").
		noJSON(": what UnmarshalJSON of storable.valueReceiver decodes is lost, because it has a value as its receiver; declare it on the pointer"),

	// Text, which gob does not use.
	of(textual{1}).noGob(": gob does not use the text methods of storable.textual, and it has no others; " + addJSON),
	of([]textualExported{{1}}).
		noGob("[]: gob does not use the text methods of storable.textualExported, and it has no others; "+addJSON).
		but("exported fields may be a part of it only", ""),
	of(textOnly{1}).
		noGob(": gob does not use the text methods of storable.textOnly, and it has no others; "+marshalGob).
		noJSON(": storable.textOnly has MarshalText but not UnmarshalText; give it UnmarshalText too").
		but("exported fields may be a part of it only", ""),
	of(level(3)),
	of(map[level]int{3: 1}),
	of(map[textual]int{{1}: 1}).
		noGob("[key]: gob does not use the text methods of storable.textual, and it has no others; " + addJSON),
	of(map[levelOut]int{3: 1}).
		noJSON("[key]: storable.levelOut has MarshalText but not UnmarshalText; give it UnmarshalText too"),
	of(map[shout]int{"a": 1}).
		noJSON("[key]: encoding/json writes a key of type storable.shout as it is, but reads it with UnmarshalText; "+plainKey).
		but("", "the method takes what it is given"),
	of(map[shoutIn]int{"a": 1}).
		noJSON("[key]: encoding/json writes a key of type storable.shoutIn as it is, but reads it with UnmarshalText; " + plainKey),
	of(map[shoutOut]int{"a": 1}).
		noJSON("[key]: with GOEXPERIMENT=jsonv2, encoding/json writes a key of type storable.shoutOut with MarshalText, but reads it as it is; "+plainKey).
		but("", "without it"),
	of(map[shoutJSON]int{"a": 1}),
	of(map[dual]int{{1}: 1}).
		noGob("[key]: gob does not use the text methods of storable.dual, and it has no others; " + marshalGob).
		noJSON("[key]: encoding/json reads a key of type storable.dual with UnmarshalJSON, but does not write it with MarshalJSON; " + useTextKey),
	of(map[dualInt]int{1: 1}).
		noJSON("[key]: encoding/json reads a key of type storable.dualInt with UnmarshalJSON, but does not write it with MarshalJSON; " + useTextKey),
	of(map[halfDual]int{{1}: 1}).
		noGob("[key]: gob does not use the text methods of storable.halfDual, and it has no others; " + addJSON),
	of(map[slog.Level]int{slog.LevelWarn: 1}),
	of(map[justTime]int{{time.Unix(1, 2).UTC()}: 1}),
	of(map[struct{ time.Time }]int{{time.Unix(1, 2).UTC()}: 1}),
	of(map[port]int{{netip.MustParseAddr("::1"), 80}: 1}).
		noGob("[key]: storable.port has MarshalBinary and UnmarshalBinary from an embedded field, so its other fields are lost; " + ownMethods).
		noJSON("[key]: storable.port has MarshalText and UnmarshalText from an embedded field, so its other fields are lost; " + ownMethods),
	of(map[*textual]int{{1}: 1}).
		noGob("[key]: gob does not use the text methods of storable.textual, and it has no others; " + marshalGob).
		noJSON("[key]: *storable.textual can't be the key of a JSON object; " + useKey),

	// Embedding.
	of(embeds{Point{1, 2}, 3}),
	of(embedsPointer{&Point{1, 2}, 3}),
	of(embedsUnexported{base{1}, 3}).
		noGob(".base: gob drops the embedded storable.base, because its name is unexported; export its name, or do not embed it"),
	of(embedsUnexportedPointer{&base{1}, 3}).
		noGob(".base: gob drops the embedded storable.base, because its name is unexported; export its name, or do not embed it").
		noJSON(".base: JSON can't be decoded into the embedded pointer, because the name of storable.base is unexported; export its name, or do not embed it"),
	of(embedsTime{time.Unix(1, 2).UTC(), 1}).
		noGob(": storable.embedsTime has GobEncode and GobDecode from an embedded field, so its other fields are lost; " + ownMethods).
		noJSON(": storable.embedsTime has MarshalJSON and UnmarshalJSON from an embedded field, so its other fields are lost; " + ownMethods),
	of(justTime{time.Unix(1, 2).UTC()}),
	of([]struct{ time.Time }{{time.Unix(1, 2).UTC()}}).
		noJSON("[]: encoding/json does not find the method UnmarshalJSON of an unnamed struct; give the type a name"),
	of(&struct{ time.Time }{time.Unix(1, 2).UTC()}),
	of(embedsTimePointer{pointer(time.Unix(1, 2).UTC())}).
		noGob(": storable.embedsTimePointer has GobDecode from an embedded pointer or interface, which is nil when it is called; " + ownMethods).
		noJSON(": storable.embedsTimePointer has UnmarshalJSON from an embedded pointer or interface, which is nil when it is called; " + ownMethods),
	of(ambiguous{justTime{time.Unix(1, 2).UTC()}, bigger{*big.NewInt(7)}, 1}).
		noGob(": storable.ambiguous has MarshalBinary and UnmarshalBinary from an embedded field, so its other fields are lost; "+ownMethods).
		noJSON(".justTime: encoding/json does not use MarshalJSON of the embedded storable.justTime; name the field",
			".bigger: encoding/json does not use MarshalJSON of the embedded storable.bigger; name the field"),
	of(embedsMutex{N: 1}).
		noGob(".Mutex: gob stores nothing of sync.Mutex, which has no exported fields; add the json option, " + exportGob),
	of(hides{point{1, 2}, 3}).
		noJSON(".X: it has the same name in JSON as point.X, \"X\", so one is lost; give it another name in its json tag").
		noGob(".point: gob drops the embedded storable.point, because its name is unexported; export its name, or do not embed it"),
	of(taggedEmbedded{point{1, 2}, 3}).
		noGob(".point: gob drops the embedded storable.point, because its name is unexported; export its name, or do not embed it"),
	of(Chain{&Chain{nil, 1}, 2}).
		noJSON(".Chain: encoding/json drops storable.Chain, which is embedded in itself; " + nameIt),

	of(taggedPointer{&point{1, 2}, 3}).
		noGob(".point: gob drops the embedded storable.point, because its name is unexported; " + exportName).
		noJSON(".point: JSON can't be decoded into the embedded pointer, because the name of storable.point is unexported; " + exportName),
	of(taggedPointer{nil, 3}).
		noGob(".point: gob drops the embedded storable.point, because its name is unexported; "+exportName).
		noJSON(".point: JSON can't be decoded into the embedded pointer, because the name of storable.point is unexported; "+exportName).
		but("nil", ""),
	of(embedsNothing{nil, 3}),
	of(taggedMethods{justTime{time.Unix(1, 2).UTC()}, bigger{*big.NewInt(7)}}).
		noGob(": storable.taggedMethods has MarshalBinary and UnmarshalBinary from an embedded field, so its other fields are lost; "+ownMethods).
		noJSON(".justTime: encoding/json can't call the methods of the embedded storable.justTime, because its name is unexported; "+exportName,
			".bigger: encoding/json can't call the methods of the embedded storable.bigger, because its name is unexported; "+exportName),
	of(taggedZeroer{zeroer{1}, 3}).
		noGob(".zeroer: gob drops the embedded storable.zeroer, because its name is unexported; " + exportName).
		noJSON(".zeroer: encoding/json can't call IsZero of the embedded storable.zeroer, because its name is unexported; " + exportName),
	of(struct {
		zeroer `json:"z"`
		N      int
	}{zeroer{1}, 3}).
		noGob(".zeroer: gob drops the embedded storable.zeroer, because its name is unexported; " + exportName),

	// Tags.
	of(struct {
		S  string      `json:",string"`
		B  bool        `json:",string"`
		I  int         `json:",string,omitempty"`
		P  *float64    `json:",string"`
		N  json.Number `json:",string"`
		L  []int       `json:",string"`
		T  time.Time   `json:",string"`
		PP **level     `json:",string"`
	}{"\"null", true, 1, pointer(1.5), "1", []int{1}, time.Unix(1, 2).UTC(), pointer(pointer(level(3)))}),
	of(struct {
		L slog.Level `json:",string"`
	}{slog.LevelWarn}).
		noJSON(".L: encoding/json can't read slog.Level back if the tag has the option string, because it marshals itself; " + noString),
	of([]struct {
		A level  `json:"a,omitempty,string"`
		B *level `json:",string"`
		C shout  `json:",string"`
	}{{3, pointer(level(3)), "a"}}).
		noJSON("[].A: encoding/json can't read storable.level back if the tag has the option string, because it marshals itself; "+noString,
			"[].B: encoding/json can't read storable.level back if the tag has the option string, because it marshals itself; "+noString,
			"[].C: encoding/json can't read storable.shout back if the tag has the option string, because it marshals itself; "+noString),
	of(struct {
		ID int
		Id int
		iD int
		X  int `json:"id"`
		Y  int `json:"-,"`
		Z  int `json:"a<b&c>é"`
	}{ID: 1, Id: 2, X: 3, Y: 4, Z: 5}),
	of(struct {
		A int `json:"it's"`
		B int `json:"b\\c"`
	}{1, 2}),
	of(struct {
		A int `json:"it's"`
		B int `json:"A"`
	}{1, 2}).
		noJSON(".B: it has the same name in JSON as A, \"A\", so one is lost; give it another name in its json tag (encoding/json does not accept \"it's\")"),
	of(struct {
		A int
		B int `json:"A"`
	}{1, 2}).
		noJSON(".B: it has the same name in JSON as A, \"A\", so one is lost; give it another name in its json tag"),
	of(struct {
		B int `json:"A"`
		A int `json:"\""`
	}{1, 2}).
		noJSON(".A: it has the same name in JSON as B, \"A\", so one is lost; give it another name in its json tag (encoding/json does not accept \"\\\"\")"),
	of(struct {
		Point `json:"it's"`
		X     int
	}{Point{1, 2}, 3}).
		noJSON(".X: it has the same name in JSON as Point.X, \"X\", so one is lost; give it another name in its json tag (encoding/json does not accept \"it's\")"),

	// What nothing can carry.
	of(make(chan int)).noGob(": gob can't store chan int; skip the field with `session:\"-\"`").
		noJSON(": JSON can't hold chan int; skip the field with `session:\"-\"`"),
	of(func() {}).noGob(": gob can't store func(); skip the field with `session:\"-\"`").
		noJSON(": JSON can't hold func(); skip the field with `session:\"-\"`"),
	of(pointer(func() {})).noGob(": gob can't store func(); skip the field with `session:\"-\"`").
		noJSON(": JSON can't hold func(); skip the field with `session:\"-\"`"),
	of([]func(){func() {}}).noGob("[]: gob can't store func(); use another type").
		noJSON("[]: JSON can't hold func(); use another type"),
	of(map[chan int]int{make(chan int): 1}).noGob("[key]: gob can't store chan int; use another type").
		noJSON("[key]: chan int can't be the key of a JSON object; " + useKey),
	of([]order{{[]line{{1, func() {}}}, make(chan int), nil}}).
		noGob("[].Lines[].Hook: gob drops a field of type func(); "+unexport,
			"[].Done: gob drops a field of type chan int; "+unexport,
			"[].Raw: gob can't store unsafe.Pointer; "+unexport).
		noJSON("[].Lines[].Hook: JSON can't hold func(); "+tagJSON,
			"[].Done: JSON can't hold chan int; "+tagJSON,
			"[].Raw: JSON can't hold unsafe.Pointer; "+tagJSON),
	of(withSelfChan{make(chan int), 1}).
		noGob(".C: gob drops a field of type storable.selfChan; " + unexport).
		noJSON(".C: JSON can't hold storable.selfChan; " + tagJSON),
	of(skipsInJSON{Hook: func() {}, N: 1}).
		noGob(".Hook: gob drops a field of type func(); add the json option, "+unexport).
		but("", "left out by its tag"),
	of(allSkipped{1}).
		noJSON(": encoding/json stores nothing of storable.allSkipped, which has no exported fields; " + exportJSON),
	of(hidden{1}).noGob(": gob stores nothing of storable.hidden, which has no exported fields; " + exportGob).
		noJSON(": encoding/json stores nothing of storable.hidden, which has no exported fields; " + exportJSON),
	of(struct {
		A, B hidden
		N    int
	}{hidden{1}, hidden{1}, 1}).
		noGob(".A: gob stores nothing of storable.hidden, which has no exported fields; "+exportGob,
			".B: gob stores nothing of storable.hidden, which has no exported fields; "+exportGob).
		noJSON(".A: encoding/json stores nothing of storable.hidden, which has no exported fields; "+exportJSON,
			".B: encoding/json stores nothing of storable.hidden, which has no exported fields; "+exportJSON),

	// Interfaces.
	of[any]("s").noGob(": gob can't tell what is in an interface (any); add the json option, or use a concrete type").
		but("string is registered with gob", ""),
	of(map[string]any{"a": []any{true, "b"}}).
		noGob("[]: gob can't tell what is in an interface (any); add the json option, or use a concrete type"),
	of([]fmt.Stringer{namedInt(1)}).
		noGob("[]: gob can't tell what is in an interface (fmt.Stringer); use a concrete type").
		noJSON("[]: JSON can't be decoded into an interface with methods (fmt.Stringer); use a concrete type, or any"),
	of(struct{ E error }{fmt.Errorf("e")}).
		noGob(".E: gob can't tell what is in an interface (error); use a concrete type").
		noJSON(".E: JSON can't be decoded into an interface with methods (error); use a concrete type, or any"),
	of[marshalsItself](&binary{1}).
		noGob(": gob can't tell what is in an interface (storable.marshalsItself); use a concrete type").
		noJSON(": JSON can't be decoded into an interface with methods (storable.marshalsItself); use a concrete type, or any"),
	of(map[any]int{"a": 1}).
		noGob("[key]: gob can't tell what is in an interface (any); use a concrete type").
		noJSON("[key]: any can't be the key of a JSON object; "+useKey).
		but("string is registered with gob", ""),
}

const (
	exportGob  = "export what is to be kept, give it GobEncode and GobDecode, or use another type"
	exportJSON = "export what is to be kept, give it MarshalJSON and UnmarshalJSON, or use another type"
	marshalGob = "give it MarshalBinary and UnmarshalBinary"
	addJSON    = "add the json option, or " + marshalGob
	exportName = "export its name, or do not embed it"
	noString   = "remove the option, or use another type"
	plainKey   = "use string"
	useTextKey = "use a string, an integer, or a type with MarshalText and UnmarshalText that has no UnmarshalJSON"
	useKey     = "use a string, an integer, or a type with MarshalText and UnmarshalText"
	ownMethods = "name the embedded field, or give the type methods of its own"
	nameIt     = "name the field, or give it a name in its json tag"
	unexport   = "make the field unexported, give the struct GobEncode and GobDecode, or use another type"
	tagJSON    = "tag the field with `json:\"-\"`, give the struct MarshalJSON and UnmarshalJSON, or use another type"
)

var anInt = 1

func pointer[T any](v T) *T { return &v }

func mustParse(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

type (
	namedInt     int
	namedString  string
	namedBytes   []byte
	point        struct{ X, Y int }
	namedPointer *point
	namedBig     *big.Int
	alias        = point

	genericAlias[T any] = struct{ A, B T }

	ignored struct {
		Kept int
		hook func()
		hidden
	}
	pair2[A, B any] struct {
		A A
		B B
	}
	price struct{ Amount big.Int }

	tree struct {
		Kids   []tree
		Up     *tree
		ByName map[string]tree
		Name   string
	}
	list2       []list2
	dict        map[string]dict
	evens       map[string]odds
	odds        []evens
	endless     *endless
	node[T any] struct {
		Value T
		Next  *node[T]
	}

	base                    struct{ ID int }
	embedsUnexportedPointer struct {
		*base
		N int
	}
	embedsUnexported struct {
		base
		N int
	}
	Point  struct{ X, Y int }
	embeds struct {
		Point
		N int
	}
	embedsPointer struct {
		*Point
		N int
	}
	embedsTime struct {
		time.Time
		N int
	}
	justTime          struct{ time.Time }
	bigger            struct{ big.Int }
	embedsTimePointer struct{ *time.Time }
	ambiguous         struct {
		justTime
		bigger
		N int
	}
	port struct {
		netip.Addr
		Number int
	}
	embedsMutex struct {
		sync.Mutex
		N int
	}
	hides struct {
		point
		X int
	}
	taggedEmbedded struct {
		point `json:"p"`
		X     int
	}
	Chain struct {
		*Chain
		N int
	}
	taggedPointer struct {
		*point `json:"p"`
		N      int
	}
	embedsNothing struct {
		*hidden
		N int
	}
	taggedMethods struct {
		justTime `json:"t"`
		bigger   `json:"b"`
	}
	taggedZeroer struct {
		zeroer `json:"z,omitzero"`
		N      int
	}

	line struct {
		N    int
		Hook func()
	}
	order struct {
		Lines []line
		Done  chan int
		Raw   unsafe.Pointer
	}
	withSelfChan struct {
		C selfChan
		N int
	}
	skipsInJSON struct {
		Hook func() `json:"-"`
		N    int
	}
	allSkipped struct {
		N int `json:"-"`
	}
	hidden struct{ n int }

	marshalsItself interface {
		MarshalBinary() ([]byte, error)
		UnmarshalBinary([]byte) error
	}
)

func (namedInt) String() string { return "" }
