//lint:file-ignore SA5008 How encoding/json takes odd tags is what is tested.

package storable

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/types"
	"log/slog"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/runtime"
)

var (
	randomSeed  = flag.Uint64("random.seed", 0, "seed of the random types; 0 chooses one")
	randomCount = flag.Int("random.count", 2000, "number of random types")
)

// Whatever value a type has that is accepted, it comes back if it can be
// stored at all. Of a type that is refused there is a value that does not.
func TestJSONRulesHoldForTypesMadeAtRandom(t *testing.T) {
	seed := *randomSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("%d types; -random.count asks for more; -random.seed=%d makes them again", *randomCount, seed)
	m := newMaker(t, rand.New(rand.NewPCG(seed, 0)))
	accepted := 0
	for range *randomCount {
		typ := m.typ(3)
		problems := JSON(typ.static)
		if len(problems) == 0 {
			accepted++
		}
		if err := m.holds(typ.dynamic, len(problems) == 0); err != nil {
			t.Fatalf("%v\njudged %q: %v", typ.dynamic, problems, err)
		}
	}
	if refused := *randomCount - accepted; min(accepted, refused) < *randomCount/10 {
		t.Errorf("%d are accepted, %d refused", accepted, refused)
	}
}

// holds returns an error if the values of a type are unlike their judgement.
func (m maker) holds(typ reflect.Type, accepted bool) error {
	tries := 5
	if !accepted {
		tries = 200
	}
	for range tries {
		want := reflect.New(typ)
		m.fill(want.Elem(), 9)
		stored, err := trip(want)
		switch {
		case err == nil:
		case !accepted:
			return nil
		case stored:
			return fmt.Errorf("%s: %w", show(want), err)
		}
	}
	if !accepted {
		return errors.New("all values come back")
	}
	return nil
}

// trip takes a value through JSON as the runtime does. It tells whether the
// value could be stored, and returns an error if it does not come back.
func trip(want reflect.Value) (stored bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			stored, err = true, fmt.Errorf("panic: %v", r)
		}
	}()
	data, err := json.Marshal(want.Interface())
	if err != nil {
		return false, err
	}
	got := reflect.New(want.Type().Elem())
	if err := json.Unmarshal(data, got.Interface()); err != nil {
		return true, fmt.Errorf("%s: %w", data, err)
	}
	if !same(want.Elem(), got.Elem()) {
		return true, fmt.Errorf("%s came back as %s", data, show(got))
	}
	return true, nil
}

func show(v reflect.Value) string { return fmt.Sprintf("%+v", v.Elem()) }

// A twin is a type as the type checker and as reflection have it.
type twin struct {
	static  types.Type
	dynamic reflect.Type
}

// A maker makes types and values at random.
type maker struct {
	*rand.Rand
	pkg                  *types.Package
	leaves, keys, embeds []twin
}

func newMaker(t *testing.T, r *rand.Rand) maker {
	pkg := loadTests(t)
	list := func(variable string, dynamic []reflect.Type) (twins []twin) {
		static := typeArguments(t, pkg, variable, "as")
		if len(static) != len(dynamic) {
			t.Fatalf("%d types of %d in %s", len(static), len(dynamic), variable)
		}
		for i := range static {
			twins = append(twins, twin{static[i], dynamic[i]})
		}
		return twins
	}
	return maker{r, pkg.Types, list("leafTypes", leafTypes), list("keyTypes", keyTypes), list("embeddedTypes", embeddedTypes)}
}

func as[T any]() reflect.Type { return reflect.TypeFor[T]() }

// Types to make others of.
var (
	leafTypes = []reflect.Type{
		as[bool](), as[int](), as[int8](), as[int64](), as[uint8](), as[uintptr](), as[float32](), as[float64](), as[string](),
		as[namedInt](), as[namedString](), as[[]byte](), as[namedBytes](), as[any](), as[json.Number](), as[json.RawMessage](),
		as[time.Time](), as[netip.Addr](), as[uuid.UUID](), as[slog.Level](), as[*big.Int](), as[big.Int](), as[namedBig](),
		as[point](), as[tree](), as[pair2[level, *point]](), as[namedPointer](), as[struct{ time.Time }](), as[runtime.Login](),

		as[binary](), as[odd](), as[jsonOnly](), as[unjsonOnly](), as[valueReceiver](), as[textual](), as[textualExported](),
		as[textOnly](), as[level](), as[levelOut](), as[shoutIn](), as[shoutOut](), as[shoutBoth](), as[dual](), as[dualInt](),
		as[shoutJSON](), as[halfDual](), as[onlyPointerKey](), as[zeroer](), as[digit](),

		as[embeds](), as[embedsPointer](), as[embedsUnexported](), as[embedsUnexportedPointer](), as[embedsTime](), as[justTime](),
		as[embedsTimePointer](), as[ambiguous](), as[hides](), as[taggedEmbedded](), as[taggedPointer](), as[taggedMethods](),
		as[taggedZeroer](), as[embedsNothing](), as[Chain](), as[skipsInJSON](), as[allSkipped](), as[hidden](), as[ignored](),

		as[chan int](), as[func()](), as[complex128](), as[selfChan](), as[fmt.Stringer](), as[marshalsItself](),
	}
	keyTypes = []reflect.Type{
		as[string](), as[string](), as[int](), as[int8](), as[uint64](), as[uintptr](), as[namedInt](), as[namedString](), as[json.Number](),
		as[time.Time](), as[netip.Addr](), as[uuid.UUID](), as[slog.Level](), as[justTime](), as[struct{ time.Time }](),
		as[textual](), as[textOnly](), as[level](), as[levelOut](), as[shoutIn](), as[shoutBoth](), as[shoutJSON](), as[dual](),
		as[dualInt](), as[halfDual](), as[onlyPointerKey](), as[binary](), as[port](),
		as[bool](), as[float64](), as[point](), as[[2]int](), as[any](), as[*textual](),
	}
	embeddedTypes = []reflect.Type{as[Point](), as[Chain](), as[Tagged](), as[Diamond](), as[Nothing](), as[Number]()}
)

// Types to embed. Reflection can't embed those that are unexported or have
// methods, so these are in types that are declared.
type (
	Tagged struct {
		Point `json:"p"`
		A     int `json:"B,omitempty"`
	}
	Diamond struct {
		*Tagged
		Z int `json:"it's"`
	}
	Nothing struct{ n int }
	Number  int
)

var _ = Nothing{n: 1}

// typ makes a type.
func (m maker) typ(depth int) twin {
	if depth == 0 || m.IntN(4) == 0 {
		return m.one(m.leaves)
	}
	switch m.IntN(8) {
	case 0:
		elem := m.typ(depth - 1)
		return twin{types.NewPointer(elem.static), reflect.PointerTo(elem.dynamic)}
	case 1:
		elem := m.typ(depth - 1)
		return twin{types.NewSlice(elem.static), reflect.SliceOf(elem.dynamic)}
	case 2:
		elem := m.typ(depth - 1)
		return twin{types.NewArray(elem.static, 2), reflect.ArrayOf(2, elem.dynamic)}
	case 3, 4:
		key, elem := m.one(m.keys), m.typ(depth-1)
		return twin{types.NewMap(key.static, elem.static), reflect.MapOf(key.dynamic, elem.dynamic)}
	}
	return m.structType(depth)
}

func (m maker) one(list []twin) twin { return list[m.IntN(len(list))] }

func (m maker) structType(depth int) twin {
	names := m.Perm(len(fieldNames))[:1+m.IntN(3)]
	var static []*types.Var
	var tags []string
	var dynamic []reflect.StructField
	add := func(name string, typ twin, embedded bool) {
		tag := m.tag()
		f := reflect.StructField{Name: name, Type: typ.dynamic, Anonymous: embedded, Tag: reflect.StructTag(tag)}
		if !types.NewVar(0, nil, name, nil).Exported() {
			f.PkgPath = m.pkg.Path()
		}
		static = append(static, types.NewField(0, m.pkg, name, typ.static, embedded))
		tags = append(tags, tag)
		dynamic = append(dynamic, f)
	}
	if m.IntN(3) == 0 {
		e := m.one(m.embeds)
		name := e.dynamic.Name()
		if m.IntN(3) == 0 {
			e = twin{types.NewPointer(e.static), reflect.PointerTo(e.dynamic)}
		}
		add(name, e, true)
	}
	for _, i := range names {
		add(fieldNames[i], m.typ(depth-1), false)
	}
	return twin{types.NewStruct(static, tags), reflect.StructOf(dynamic)}
}

var fieldNames = []string{"A", "B", "X", "ID", "Id", "Größe", "unexported"}

// tag returns a tag that may be odd.
func (m maker) tag() string {
	if m.IntN(3) == 0 {
		return ""
	}
	names := []string{"", "", "", "A", "B", "X", "id", "-", "it's", `b\\c`, "a<b&c>", "é d", "\u2028", "p"}
	options := []string{"", "", ",", ",string", ",string", ",omitempty", ",omitzero", ",omitempty,string", ",omitzero,string", ", string"}
	return fmt.Sprintf(`json:"%s%s"`, names[m.IntN(len(names))], options[m.IntN(len(options))])
}
