// Pairs takes values from each type to another and back, as stored in gob and in
// JSON, and prints what went wrong first.
package main

import (
	"bytes"
	"cmp"
	"encoding/gob"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

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
		seed := r.Uint64()
		own := check[Old, New](rand.New(rand.NewPCG(seed, 0)), json, runtime.Gob[Old](), runtime.Gob[New]())
		std := check[Old, New](rand.New(rand.NewPCG(seed, 0)), json, standard[Old]{}, standard[New]{})
		for i, what := range strings.Split(own, "\t") {
			if other := strings.Split(std, "\t")[i]; (what == "") != (other == "") {
				return fmt.Sprintf("BUILDS DIFFER: %q, and with encoding/gob %q\t", what, other)
			}
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

// check returns the first thing that goes wrong when the new type reads values of
// the old one; and, behind a tab, when the old one reads these as the new one has
// stored them again, or values of the new type with numbers that the old one has
// room for.
func check[Old, New any](r *rand.Rand, json bool, older runtime.Codec[Old], newer runtime.Codec[New]) string {
	there, back := "", ""
	for _, how := range []filler{{r, json, small}, {r, json, small}, {r, json, highest}, {r, json, lowest}, {r, json, small}} {
		for range 4 {
			var v Old
			how.fill(&v)
			var w New
			if what := move(older, newer, &v, &w, json); what != "" {
				there = cmp.Or(there, fmt.Sprintf("%+v: %s", v, what))
				continue
			}
			var again Old
			// What v has nothing of may be a nil pointer in w that can't be stored.
			if what := move(newer, older, &w, &again, json); what != "" && !strings.HasPrefix(what, unstored) {
				back = cmp.Or(back, fmt.Sprintf("%+v: %s", v, what))
			}
		}
	}
	for range 20 {
		var w New
		filler{r, json, small}.fill(&w)
		var v Old
		if what := move(newer, older, &w, &v, json); what != "" {
			back = cmp.Or(back, fmt.Sprintf("%+v, new: %s", w, what))
		}
	}
	return strings.ReplaceAll(there, "\t", " ") + "\t" + strings.ReplaceAll(back, "\t", " ")
}

const unstored = "UNSTORED: "

// move stores a value and reads it as another type.
func move[A, B any](from runtime.Codec[A], to runtime.Codec[B], a *A, b *B, json bool) string {
	data, err := from.Append(nil, a)
	if err != nil {
		return unstored + err.Error()
	}
	if err := to.Decode(string(data), b); err != nil {
		return err.Error()
	}
	return lost(a, b, json)
}
