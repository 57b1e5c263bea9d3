// Package trip takes random values through generated code to a store and back.
package trip

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/sessiongen/sessiongen/runtime"
)

// constructors are those of the packages to test, by the names of the declared
// types.
var constructors = map[string]any{}

// Register adds a generated constructor.
func Register(declared string, constructor any) { constructors[declared] = constructor }

// Run tests all that is registered, prints what is wrong, and tells whether
// nothing is.
func Run(out io.Writer, seed uint64, want int) bool {
	ok := len(constructors) == want
	if !ok {
		fmt.Fprintf(out, "%d types are registered, want %d\n", len(constructors), want)
	}
	for _, name := range slices.Sorted(maps.Keys(constructors)) {
		if err := run(name, constructors[name], seed); err != nil {
			fmt.Fprintf(out, "%s: %v\n", name, err)
			ok = false
		}
	}
	return ok
}

// failure is what the steps of a trip panic with.
type failure struct{ error }

func failf(format string, args ...any) { panic(failure{fmt.Errorf(format, args...)}) }

func must(err error) {
	if err != nil {
		panic(failure{err})
	}
}

func run(name string, constructor any, seed uint64) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case failure:
			err = r.error
		default:
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	hash := fnv.New64a()
	io.WriteString(hash, name)
	t := traveller{random: rand.New(rand.NewPCG(seed, hash.Sum64()))}
	// What is derived from the accessor's name may have letters that are not
	// allowed in keys and cookies.
	config := runtime.Config{Store: runtime.NewMemory(), Namespace: "trip", CookieName: "trip"}
	made := reflect.ValueOf(constructor).Call([]reflect.Value{reflect.ValueOf(config)})
	must(asError(made[1]))
	t.sessions = made[0]
	t.variables = variablesOf(t.open("").Type(), t.declared())
	t.setAndSave()
	t.update()
	t.renew()
	t.clear()
	t.issue()
	return nil
}

// A variable is a field of the declared type that has accessors.
type variable struct {
	reflect.StructField
	lazy, flash, json bool
}

func variablesOf(session, declared reflect.Type) []variable {
	var list []variable
	for i := range session.NumMethod() {
		name, ok := strings.CutPrefix(session.Method(i).Name, "Update")
		if !ok {
			continue
		}
		field, found := declared.FieldByName(name)
		if !found {
			failf("no field %s", name)
		}
		get, _ := session.MethodByName("Get" + name)
		_, flash := session.MethodByName("Pop" + name)
		_, options, _ := strings.Cut(field.Tag.Get("session"), ",")
		list = append(list, variable{field, get.Type.NumIn() == 2, flash, slices.Contains(strings.Split(options, ","), "json")})
	}
	return list
}

// A traveller knows what is in one session.
type traveller struct {
	random    *rand.Rand
	sessions  reflect.Value
	variables []variable
	cookie    string
	want      map[string]reflect.Value // what is set, by the field
}

var background = reflect.ValueOf(context.Background())

func (t *traveller) declared() reflect.Type {
	return t.sessions.MethodByName("Issue").Type().In(1)
}

func (t *traveller) open(cookie string) reflect.Value {
	out := t.sessions.MethodByName("Open").Call([]reflect.Value{background, reflect.ValueOf(cookie)})
	must(asError(out[1]))
	return out[0]
}

// value returns a random value of a variable, which is no nil pointer.
func (t *traveller) value(v variable) reflect.Value {
	value := reflect.New(v.Type).Elem()
	filler{t.random, v.json}.fill(value, 4, false)
	return value
}

func (t *traveller) setAndSave() {
	s := t.open("")
	t.want = map[string]reflect.Value{}
	for _, v := range t.variables {
		value := t.value(v)
		s.MethodByName("Set" + v.Name).Call([]reflect.Value{value})
		t.want[v.Name] = value
	}
	t.check("after Set", s)
	t.save(s)
	t.check("after Save", t.open(t.cookie))
}

// save stores what was set, and takes the cookie if there is a new one.
func (t *traveller) save(s reflect.Value) {
	must(asError(s.MethodByName("Save").Call([]reflect.Value{background})[0]))
	if c := s.MethodByName("Cookie").Call(nil)[0].Interface().(*http.Cookie); c != nil {
		t.cookie = c.Value
	}
}

// update changes every variable, of which gob and JSON must not keep anything.
func (t *traveller) update() {
	s := t.open(t.cookie)
	for _, v := range t.variables {
		value := t.value(v)
		method := s.MethodByName("Update" + v.Name)
		fn := reflect.MakeFunc(method.Type().In(1), func(args []reflect.Value) []reflect.Value {
			if old := t.want[v.Name]; !same(old, args[0].Elem()) {
				failf("Update%s was given %#v, want %#v", v.Name, args[0].Elem(), old)
			}
			args[0].Elem().Set(value)
			return []reflect.Value{reflect.Zero(reflect.TypeFor[error]())}
		})
		must(asError(method.Call([]reflect.Value{background, fn})[0]))
		t.want[v.Name] = value
	}
	t.save(s)
	t.check("after Update", s)
	t.check("after Update, read again", t.open(t.cookie))
}

func (t *traveller) renew() {
	if len(t.variables) == 0 {
		return
	}
	old := t.cookie
	s := t.open(t.cookie)
	must(asError(s.MethodByName("Renew").Call([]reflect.Value{background})[0]))
	t.save(s)
	if t.cookie == old {
		failf("Renew gave no new cookie")
	}
	t.check("after Renew", t.open(t.cookie))
	if isNew := t.open(old).MethodByName("IsNew").Call(nil)[0]; !isNew.Bool() {
		failf("the old cookie opens the session after Renew")
	}
}

// clear clears about half of the variables, in one of the ways that they have.
func (t *traveller) clear() {
	s := t.open(t.cookie)
	for _, v := range t.variables {
		switch n := t.random.IntN(4); {
		case n == 0 && v.Type.Kind() == reflect.Pointer:
			s.MethodByName("Set" + v.Name).Call([]reflect.Value{reflect.Zero(v.Type)})
		case n < 2 && v.flash:
			if popped := s.MethodByName("Pop" + v.Name).Call(nil)[0]; !same(t.want[v.Name], popped) {
				failf("Pop%s returned %#v, want %#v", v.Name, popped, t.want[v.Name])
			}
		case n < 2:
			s.MethodByName("Clear" + v.Name).Call(nil)
		default:
			continue
		}
		delete(t.want, v.Name)
	}
	t.save(s)
	t.check("after Clear", s)
	t.check("after Clear, read again", t.open(t.cookie))
}

// issue stores the values of a declared struct, some of whose fields are zero.
func (t *traveller) issue() {
	values := reflect.New(t.declared()).Elem()
	t.want = map[string]reflect.Value{}
	for _, v := range t.variables {
		if t.random.IntN(3) == 0 {
			continue
		}
		value := t.value(v)
		values.FieldByIndex(v.Index).Set(value)
		if !value.IsZero() {
			t.want[v.Name] = value
		}
	}
	out := t.sessions.MethodByName("Issue").Call([]reflect.Value{background, values})
	must(asError(out[1]))
	t.cookie = out[0].Interface().(*http.Cookie).Value
	t.check("after Issue", t.open(t.cookie))
}

// check compares all getters, and Values, with what is set.
func (t *traveller) check(when string, s reflect.Value) {
	for _, v := range t.variables {
		want, set := t.want[v.Name]
		if !set {
			want = reflect.Zero(v.Type)
		}
		if has := read(v, s, "Has"); has.Bool() != set {
			failf("%s: Has%s is %v", when, v.Name, has)
		}
		if got := read(v, s, "Get"); !same(want, got) {
			failf("%s: Get%s is %#v, want %#v", when, v.Name, got, want)
		}
	}
	values := s.MethodByName("Values").Call(nil)[0]
	for _, v := range t.variables {
		want, set := t.want[v.Name]
		if got := values.FieldByIndex(v.Index); set && !same(want, got) {
			failf("%s: %s of Values is %#v, want %#v", when, v.Name, got, want)
		}
	}
}

// read calls a getter, which takes a context and returns an error if the
// variable is lazy.
func read(v variable, s reflect.Value, verb string) reflect.Value {
	method := s.MethodByName(verb + v.Name)
	if !v.lazy {
		return method.Call(nil)[0]
	}
	out := method.Call([]reflect.Value{background})
	must(asError(out[1]))
	return out[0]
}

func asError(v reflect.Value) error {
	err, _ := v.Interface().(error)
	return err
}
