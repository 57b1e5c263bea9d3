package schema

import (
	"go/token"
	"slices"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/load"
)

// Methods and fields that every accessor and every manager has.
var (
	accessorMembers = strings.Fields("Values IsNew ID Renew Login EndOthers Destroy Save Cookie session vars")
	managerMembers  = strings.Fields("Middleware From Open Issue List End EndAll Error Stats CookieName manager")
)

// predeclared are the names of Go itself that the output uses.
var predeclared = strings.Fields("bool error nil string")

// clashes reports what the package declares by a name that the output needs.
func (b *builder) clashes(declared load.Declared, s Session) {
	for _, name := range []string{s.Names.Accessor, s.Names.Manager, s.Names.Constructor} {
		b.taken(declared.Names, name, name, "rename it, or choose another name with -name")
	}
	for _, name := range predeclared {
		if pos, taken := declared.Names[name]; taken {
			b.add(b.Spec.Name, "", "%s, declared at %s, hides the predeclared one, which the generated code needs; rename it", name, b.place(pos))
		}
	}
	for _, name := range s.accessorMembers() {
		b.taken(declared.Methods[s.Names.Accessor], name, s.Names.Accessor+"."+name, "rename the method")
	}
	for _, name := range managerMembers {
		b.taken(declared.Methods[s.Names.Manager], name, s.Names.Manager+"."+name, "rename the method")
	}
}

func (b *builder) taken(names map[string]token.Pos, name, full, remedy string) {
	if pos, taken := names[name]; taken {
		b.add(b.Spec.Name, "", "the generated name %s is declared at %s already; %s", full, b.place(pos), remedy)
	}
}

// accessorMembers returns the methods and fields of the accessor type.
func (s Session) accessorMembers() []string {
	members := slices.Clone(accessorMembers)
	for _, v := range s.Variables {
		for _, verb := range []string{"Get", "Set", "Has", "Clear", "Update"} {
			members = append(members, verb+v.Field)
		}
		if v.Flash {
			members = append(members, "Pop"+v.Field)
		}
	}
	return members
}

// Clash returns a name that two outputs in one package would both declare, or
// "".
func (n Names) Clash(other Names) string {
	for _, mine := range []string{n.Accessor, n.Manager, n.Constructor} {
		if mine == other.Accessor || mine == other.Manager || mine == other.Constructor {
			return mine
		}
	}
	return ""
}
