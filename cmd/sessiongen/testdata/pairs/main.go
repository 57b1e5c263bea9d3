// Pairs takes values from each type to another and back, as stored in gob and in
// JSON, and prints what went wrong first.
package main

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"

	"github.com/sessiongen/sessiongen/runtime"
)

// pairs are those of types.go.
var pairs = map[string]func(*rand.Rand) string{}

func pair[Old, New any](name string, json bool) {
	if json {
		pairs[name] = func(r *rand.Rand) string { return check[Old, New](r, json, runtime.JSON[Old](), runtime.JSON[New]()) }
		return
	}
	pairs[name] = func(r *rand.Rand) string {
		own := check[Old, New](r, json, runtime.Gob[Old](), runtime.Gob[New]())
		std := check[Old, New](r, json, standard[Old]{}, standard[New]{})
		if (own == "") != (std == "") {
			return fmt.Sprintf("BUILDS DIFFER: %q, and with encoding/gob %q", own, std)
		}
		return own
	}
}

// standard is encoding/gob itself.
type standard[T any] struct{}

func (standard[T]) Format() string { return "gob" }

func (standard[T]) Append(dst []byte, v *T) ([]byte, error) {
	b := bytes.NewBuffer(dst)
	err := gob.NewEncoder(b).Encode(v)
	return b.Bytes(), err
}

func (standard[T]) Decode(data string, v *T) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return gob.NewDecoder(bytes.NewReader([]byte(data))).Decode(v)
}

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	for name, check := range pairs {
		fmt.Printf("%s %s\n", name, check(rand.New(rand.NewPCG(seed, uint64(len(name))))))
	}
}

// check returns the first thing that goes wrong: a value of the old type that the
// new one can't read, or reads as something else; or what becomes of it when the
// new one has stored it again; or a value of the new type, with numbers that the
// old one has room for, that the old one can't read.
func check[Old, New any](r *rand.Rand, json bool, older runtime.Codec[Old], newer runtime.Codec[New]) string {
	for _, how := range []filler{{r, json, small}, {r, json, small}, {r, json, highest}, {r, json, lowest}, {r, json, small}} {
		for range 4 {
			var v Old
			how.fill(&v)
			var w New
			if what := move(older, newer, &v, &w, json); what != "" {
				return fmt.Sprintf("%+v: %s", v, what)
			}
			var back Old
			if what := move(newer, older, &w, &back, json); what != "" {
				return fmt.Sprintf("%+v: back: %s", v, what)
			}
		}
	}
	for range 12 {
		var w New
		filler{r, json, small}.fill(&w)
		var v Old
		if what := move(newer, older, &w, &v, json); what != "" {
			return fmt.Sprintf("%+v, new: %s", w, what)
		}
	}
	return ""
}

// move stores a value and reads it as another type.
func move[A, B any](from runtime.Codec[A], to runtime.Codec[B], a *A, b *B, json bool) string {
	data, err := from.Append(nil, a)
	if err != nil {
		return "UNSTORED: " + err.Error()
	}
	if err := to.Decode(string(data), b); err != nil {
		return err.Error()
	}
	return lost(a, b, json)
}
