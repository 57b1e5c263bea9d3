package storable

import "go/types"

// noteUnexported notes a field that is left out beside others that are stored.
// A blank one has nothing to lose.
func noteUnexported(w *walk, v value, f *types.Var, encoding, methods string) {
	if f.Name() != "_" {
		w.note(v, "export it to keep it, or "+methods, "%s leaves out an unexported field", encoding)
	}
}

// noteText notes, once for a variable, that there is a string in it.
func noteText(w *walk) {
	w.note(value{}, "use []byte to keep other bytes", "JSON replaces what is not UTF-8 in a string by U+FFFD")
}
