package schema

import (
	"fmt"
	"go/types"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/storable"
)

// A remedy is tried before it is given: what it leads to must not be refused for
// another reason.

// stores tells whether a variable of a type would be stored, with the json option
// or without.
func (b *builder) stores(t types.Type, json bool) bool {
	return lockIn(t) == "" && len(b.problems(t, json)) == 0 && !nestedDeeper(t, maxNesting)
}

func (b *builder) problems(t types.Type, json bool) []storable.Problem {
	if json {
		return storable.JSON(t)
	}
	return storable.Gob(t, b.Package.Types)
}

// asOneValue says what to do about an embedded field that can't be flattened.
// What names it in the message.
func (b *builder) asOneValue(embedded *types.Var, what string) string {
	t := embedded.Type()
	_, isPointer := t.(*types.Pointer)
	for _, json := range []bool{false, true} {
		option := ""
		if json {
			option = ",json"
		}
		switch {
		case b.stores(t, json) && embedded.Exported():
			return fmt.Sprintf("give %s a tag, as in `session:\"name%s\"`, to store it as one value", what, option)
		case b.stores(t, json) && json:
			return fmt.Sprintf("give %s an exported name and the json option, to store it as one value", what)
		case b.stores(t, json):
			return fmt.Sprintf("give %s an exported name, to store it as one value", what)
		case !isPointer && b.stores(types.NewPointer(t), json) && embedded.Exported():
			return fmt.Sprintf("make %s a pointer with a tag, as in `session:\"name%s\"`, to store it as one value", what, option)
		}
	}
	if isPointer {
		return "embed it without the pointer"
	}
	return fmt.Sprintf("replace %s by fields for what is needed of it", what)
}

// unexported says what to do about a field of the package that is not exported.
func (b *builder) unexported(f field, json bool) string {
	const skip = "skip it with `session:\"-\"`"
	switch lock := lockIn(f.Type()); {
	case lock != "":
		return fmt.Sprintf("%s, and make it a pointer, because it holds a lock, %s", skip, lock)
	case f.Name() == "_" || !b.stores(f.Type(), json):
		return skip
	}
	return "export it, or " + skip
}
