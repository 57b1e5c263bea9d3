package schema

import "go/types"

// maxNesting is how deep types may be nested without a name between them. The
// compiler infers the type arguments of calls 50 deep, and panics beyond; what
// the output puts around a variable's type takes some of that.
const maxNesting = 40

// inferable tells whether the compiler can infer a field's type in the calls of
// the output, and reports it if not.
func (b *builder) inferable(f field) bool {
	if !nestedDeeper(f.Type(), maxNesting) {
		return true
	}
	b.add(f.at, f.subject(), "types are nested more than %d deep in it; give a part of it a name", maxNesting)
	return false
}

func nestedDeeper(t types.Type, depth int) bool {
	if depth < 0 {
		return true
	}
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		for arg := range t.TypeArgs().Types() {
			if nestedDeeper(arg, depth-1) {
				return true
			}
		}
	case *types.Struct:
		for f := range t.Fields() {
			if nestedDeeper(f.Type(), depth-1) {
				return true
			}
		}
	case *types.Map:
		return nestedDeeper(t.Key(), depth-1) || nestedDeeper(t.Elem(), depth-1)
	case interface{ Elem() types.Type }:
		return nestedDeeper(t.Elem(), depth-1)
	}
	return false
}
