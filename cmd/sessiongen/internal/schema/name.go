package schema

import (
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/load"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/tag"
)

// NewNames returns the names for a declared type. The accessor's name is
// given, or follows from the type's: SessionFields is Session, and visitor is
// visitorSession.
func NewNames(declared, given string) (Names, error) {
	if declared == "_" {
		return Names{}, errors.New("a type named _ can't be used; give it another name")
	}
	accessor := given
	if accessor == "" {
		accessor = strings.TrimSuffix(declared, "Fields")
		if accessor == "" || accessor == declared {
			accessor = declared + "Session"
		}
	}
	if !token.IsIdentifier(accessor) || accessor == "_" || accessor == "init" || accessor == "main" {
		return Names{}, fmt.Errorf("%q can't be the name of the accessor type; choose another with -name", accessor)
	}
	manager := accessor + "s"
	for _, name := range []string{accessor, manager} {
		if types.Universe.Lookup(name) != nil {
			return Names{}, fmt.Errorf("the name %s would hide what Go predeclares; choose another with -name", name)
		}
	}
	constructor := "New" + manager
	if !token.IsExported(accessor) {
		first, size := utf8.DecodeRuneInString(manager)
		constructor = "new" + string(unicode.ToUpper(first)) + manager[size:]
	}
	return Names{accessor, tag.Snake(accessor), manager, constructor}, nil
}

// File returns the name of the output file for a type that is declared in a file.
func (n Names) File(declaring *load.File) string {
	return strings.ToLower(n.Accessor) + "_gen" + declaring.Suffix() + ".go"
}
