package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/tag"
)

// A declarer writes the source of one package: struct types for sessions, at
// random from all that the store carries, and the types that they are made of.
// The packages in testdata/random are at hand.
type declarer struct {
	*rand.Rand
	path        string            // of the package, whose last element is its name
	taken       map[string]bool   // names at package scope, and of imports
	types       map[slot][]string // declared types that may stand there
	files       map[string]string // text, by name
	field       int               // counts the fields that need a name of their own
	*sourceFile                   // that is being written
}

// A sourceFile is one file of the package. Each calls its imports as it likes.
type sourceFile struct {
	imports map[string]string // names, by path
	decls   strings.Builder
}

// A slot is where a type stands, which limits what it may be.
type slot struct {
	json  bool // stored as JSON, else as gob
	inMap bool // without an address, so methods of the pointer are not found
	key   bool // key of a map
}

func (p slot) elem() slot   { return slot{json: p.json} }
func (p slot) inAMap() slot { return slot{json: p.json, inMap: true} }
func (p slot) asAKey() slot { return slot{json: p.json, inMap: true, key: true} }

// A leaf is a type that is not made up here. Its package, if any, is before
// the last dot.
type leaf struct {
	name                   string
	gob, json              bool
	inMap, gobKey, jsonKey bool
}

const helpers = "example.com/random"

var leaves = slices.Concat(
	several("string int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 uintptr rune byte time.Duration "+helpers+"/one/model.Kind "+helpers+"/two/model.Kind", leaf{"", true, true, true, true, true}),
	several("github.com/google/uuid.UUID net/netip.Addr net/netip.Prefix time.Time", leaf{"", true, true, true, true, true}),
	several("bool float32 float64 struct{} "+helpers+"/one/model.Point "+helpers+"/one/model.Stamp "+helpers+"/internal/secret.Note", leaf{"", true, true, true, true, false}),
	several("complex64 complex128 "+helpers+"/one/model.Sealed", leaf{"", true, false, true, true, false}),
	several("[]byte encoding/json.RawMessage net/http.Header "+helpers+"/one/model.Flags "+helpers+"/one/model.Orders "+helpers+"/go-odd.Thing", leaf{"", true, true, true, false, false}),
	several(helpers+"/two/model.Order "+helpers+"/dots.Dotted", leaf{"", true, true, true, false, false}),
	several("math/big.Int", leaf{"", true, true, false, false, false}),
	several("net/url.URL", leaf{"", true, false, false, false, false}),
	several("any", leaf{"", false, true, true, false, false}),
)

func several(names string, like leaf) []leaf {
	var list []leaf
	for _, name := range strings.Fields(names) {
		like.name = name
		list = append(list, like)
	}
	return list
}

func (l leaf) fits(p slot) bool {
	switch {
	case p.key && p.json:
		return l.jsonKey
	case p.key:
		return l.gobKey
	case p.inMap && !l.inMap:
		return false
	case p.json:
		return l.json
	}
	return l.gob
}

// What the package may call its types and imports, beside plain names: what the
// output uses itself, what Go predeclares, and other letters.
var (
	scopeNames = strings.Fields(`config ctx err fn m manager next s token v values context http runtime time uuid url
		json model session vars len cap new append copy min print iota Größe 数 Ärger ωmega imp Context Time`)
	importNames = strings.Fields("runtime context http s v m fn err config model time ctx next values token manager imp any1 長さ")
	fieldNames  = strings.Fields(`Type Func Range Map Chan Interface Select Go Defer Return Var Package Import String Error Len Nil
		True Any Iota S V M Ctx Next Fn Err Config Value Values Session Sessions Cookie ID Save Renew Token UserID HTTPSURL OAuth X9y User_ID
		Größe Ärger Ωmega Éa Has Get Set Clear Update Pop GetA Runtime Context Time`)
)

func newDeclarer(r *rand.Rand, path string) *declarer {
	return &declarer{
		Rand: r, path: path,
		taken: map[string]bool{}, types: map[slot][]string{}, files: map[string]string{},
	}
}

func one[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// declare writes a package with n session structs, each in a file.
func (d *declarer) declare(n int) {
	for i := range n {
		d.sourceFile = &sourceFile{imports: map[string]string{}}
		register := d.use(helpers+"/trip", "Register")
		declared, accessor := d.session(i)
		constructor := "New" + accessor + "s"
		if first := []rune(accessor)[0]; first != []rune(strings.ToUpper(accessor))[0] {
			constructor = "new" + strings.ToUpper(string(first)) + accessor[len(string(first)):] + "s"
		}
		fmt.Fprintf(&d.decls, "\nfunc init() { %s(%q, %s) }\n", register, d.path+"."+declared, constructor)
		d.files[fmt.Sprintf("f%d.go", i)] = d.text()
	}
}

// preamble returns a file that imports all that there is.
func (d *declarer) preamble() string {
	d.sourceFile = &sourceFile{imports: map[string]string{}}
	for _, l := range leaves {
		if dot := strings.LastIndex(l.name, "."); dot >= 0 {
			fmt.Fprintf(&d.decls, "\nvar _ %s\n", d.use(l.name[:dot], l.name[dot+1:]))
		}
	}
	d.decls.WriteString("\ntype SessionFields struct{}\n")
	return d.text()
}

// text returns the file.
func (d *declarer) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\nimport (\n", path.Base(d.path))
	for _, p := range slices.Sorted(maps.Keys(d.imports)) {
		fmt.Fprintf(&b, "\t%s %q\n", d.imports[p], p)
	}
	return b.String() + ")\n" + d.decls.String()
}

// use returns the name of something in a package, which it imports.
func (d *declarer) use(pkg, name string) string {
	local, ok := d.imports[pkg]
	if !ok {
		local = d.importName(pkg)
		d.imports[pkg] = local
	}
	if local == "." {
		return name
	}
	return local + "." + name
}

// importName returns a name for a package that is none of another import of
// the file, nor of a declaration.
func (d *declarer) importName(pkg string) string {
	if pkg == helpers+"/dots" {
		return "."
	}
	used := slices.Collect(maps.Values(d.imports))
	for n := 0; ; n++ {
		name := one(d.Rand, importNames)
		if n > 3 {
			name = fmt.Sprint(path.Base(strings.ReplaceAll(pkg, "-", "")), n)
		}
		if !d.taken[name] && !slices.Contains(used, name) {
			// No declaration may have it. Other files may call theirs so.
			d.taken["import "+name] = true
			return name
		}
	}
}

// name returns a new name for a type at package scope.
func (d *declarer) name() string {
	for n := 0; ; n++ {
		name := one(d.Rand, scopeNames)
		if n > 2 {
			name = fmt.Sprint(name, "T", n)
		}
		if !d.taken[name] && !d.taken["import "+name] {
			d.taken[name] = true
			return name
		}
	}
}

// session writes a declared struct type, with its directive, and returns its
// name and the accessor's.
func (d *declarer) session(i int) (declared, accessor string) {
	accessor = fmt.Sprint(one(d.Rand, []string{"Session", "visitor", "Größe", "X", "sess", "ä"}), i)
	declared, flags := accessor+"Fields", ""
	switch d.IntN(4) {
	case 0:
		declared, accessor = accessor, accessor+"Session"
	case 1:
		declared, flags = fmt.Sprint("given", i), " -name "+accessor
	}
	fields := d.sessionFields()
	fmt.Fprintf(&d.decls, "\n//go:generate sessiongen%s\n\n// %s is what a test remembers.\ntype %s struct {\n%s}\n", flags, declared, declared, fields)
	return declared, accessor
}

// A fieldSet keeps the fields of one session apart.
type fieldSet struct {
	names, stored map[string]bool
	text          strings.Builder
}

func (d *declarer) sessionFields() string {
	set := &fieldSet{names: map[string]bool{}, stored: map[string]bool{}}
	for range 2 + d.IntN(8) {
		switch d.IntN(8) {
		case 0:
			d.embed(set)
		case 1:
			set.text.WriteString(one(d.Rand, []string{
				"\thidden" + fmt.Sprint(d.count()) + " chan int `session:\"-\"`\n",
				"\tSkipped" + fmt.Sprint(d.count()) + " func() `session:\"-\"`\n",
				"\t_ [0]int `session:\"-\"`\n",
			}))
		default:
			d.sessionField(set)
		}
	}
	return set.text.String()
}

func (d *declarer) count() int {
	d.field++
	return d.field
}

// sessionField writes a field with options at random.
func (d *declarer) sessionField(set *fieldSet) {
	name := one(d.Rand, fieldNames)
	if set.names[name] {
		name = fmt.Sprint(name, d.count())
	}
	set.names[name] = true
	options, isJSON := d.options()
	stored, _ := tag.Parse("", name)
	given := ""
	if stored.Name == "" || set.stored[stored.Name] || d.IntN(5) == 0 {
		given = fmt.Sprint("n_", d.count())
		stored.Name = given
	}
	set.stored[stored.Name] = true
	set.text.WriteString(d.comment())
	fmt.Fprintf(&set.text, "\t%s %s", name, d.typ(slot{json: isJSON}, 3))
	if given+options != "" {
		fmt.Fprintf(&set.text, " `json:\"-\" session:%q`", given+options)
	}
	set.text.WriteString("\n")
}

func (d *declarer) options() (options string, isJSON bool) {
	if d.IntN(4) == 0 {
		options, isJSON = ",json", true
	}
	options += one(d.Rand, []string{"", "", "", ",lazy", ",flash"})
	options += one(d.Rand, []string{"", "", "", ",evictable", ",ttl=2h", ",ttl=5400s"})
	return options, isJSON
}

func (d *declarer) comment() string {
	return one(d.Rand, []string{
		"", "", "\t// It has a comment.\n", "\t// One.\n\t//\n\t// Deprecated: use another.\n",
		"\t/* It has */ // no end */ \n", "\t// //go:build ignore\n", "\t//nolint:all\n", "\t/*\n\t\tTwo `quoted`\n\n\t lines\n\t*/\n",
	})
}

// embed writes an embedded struct, which is flattened unless it has a tag.
func (d *declarer) embed(set *fieldSet) {
	switch d.IntN(4) {
	case 0:
		if !set.names["AuditKind"] {
			set.names["AuditKind"] = true
			fmt.Fprintf(&set.text, "\t%s\n", d.use(helpers+"/one/model", "Audit"))
		}
	case 1:
		name := fmt.Sprint("Whole", d.count())
		d.declareStruct(name, slot{}, 2)
		fmt.Fprintf(&set.text, "\t%s%s `session:\"whole%d\"`\n", one(d.Rand, []string{"", "*"}), name, d.count())
	case 2:
		name := fmt.Sprint("generic", d.count())
		fmt.Fprintf(&d.decls, "\ntype %s[T any] struct {\n\tOf%d T\n\tMany%d []T `session:\",lazy\"`\n}\n", name, d.count(), d.count())
		fmt.Fprintf(&set.text, "\t%s[%s]\n", name, d.typ(slot{}, 1))
	default:
		name := d.name()
		for set.names[name] {
			name = d.name()
		}
		set.names[name] = true
		inner := &fieldSet{names: map[string]bool{}, stored: map[string]bool{}}
		for range 1 + d.IntN(3) {
			fmt.Fprintf(&inner.text, "%s\tInner%d %s\n", d.comment(), d.count(), d.typ(slot{}, 2))
		}
		fmt.Fprintf(&d.decls, "\ntype %s struct {\n%s}\n", name, inner.text.String())
		fmt.Fprintf(&set.text, "\t%s\n", name)
	}
}

// typ returns a type for a slot. What it is made of is no deeper than depth.
func (d *declarer) typ(p slot, depth int) string {
	if depth <= 0 || d.IntN(3) == 0 {
		return d.leaf(p)
	}
	if p.key {
		return d.keyType(p, depth)
	}
	switch d.IntN(9) {
	case 0:
		return "[]" + d.typ(p.elem(), depth-1)
	case 1:
		return fmt.Sprintf("[%d]%s", d.IntN(4), d.typ(p, depth-1))
	case 2:
		return fmt.Sprintf("map[%s]%s", d.typ(p.asAKey(), depth-1), d.typ(p.inAMap(), depth-1))
	case 3:
		return "*" + d.typ(p.elem(), depth-1)
	case 4:
		return d.anonymous(p, depth-1)
	case 5, 6:
		return d.generic(p, depth-1)
	default:
		return d.named(p, depth-1)
	}
}

func (d *declarer) keyType(p slot, depth int) string {
	if p.json {
		return d.leaf(p)
	}
	switch d.IntN(4) {
	case 0:
		return fmt.Sprintf("[%d]%s", d.IntN(3), d.typ(p, depth-1))
	case 1:
		return d.anonymous(p, depth-1)
	}
	return d.named(p, depth-1)
}

func (d *declarer) leaf(p slot) string {
	for {
		l := one(d.Rand, leaves)
		if !l.fits(p) {
			continue
		}
		dot := strings.LastIndex(l.name, ".")
		if dot < 0 {
			return l.name
		}
		return d.use(l.name[:dot], l.name[dot+1:])
	}
}

// anonymous returns a struct type without a name.
func (d *declarer) anonymous(p slot, depth int) string {
	return "struct {\n" + d.fields(p, depth) + "}"
}

// fields returns the fields of a struct.
func (d *declarer) fields(p slot, depth int) string {
	var b strings.Builder
	for range 1 + d.IntN(3) {
		name := fmt.Sprint(one(d.Rand, fieldNames), d.count())
		fmt.Fprintf(&b, "%s\t%s %s%s\n", d.comment(), name, d.typ(p, depth), one(d.Rand, []string{"", "", " `json:\",omitempty\"`", " `x:\"\\\"\"`"}))
	}
	if d.IntN(4) == 0 && !p.key {
		fmt.Fprintf(&b, "\thidden%d func()\n", d.count())
	}
	return b.String()
}

// generic returns an instance of a generic type.
func (d *declarer) generic(p slot, depth int) string {
	model := helpers + "/one/model"
	switch d.IntN(5) {
	case 0:
		return fmt.Sprintf("%s[%s, %s]", d.use(model, "Both"), d.typ(p, depth), d.typ(p, depth))
	case 1:
		return fmt.Sprintf("%s[%s]", d.use(helpers+"/dots", "DotOf"), d.typ(p.elem(), depth))
	case 2:
		tree := d.once("tree", "[K comparable, V any] struct {\n\tLeaves map[K]V\n\tKids []NAME[K, V]\n}")
		return fmt.Sprintf("%s[%s, %s]", tree, d.typ(p.asAKey(), depth), d.typ(p.inAMap(), depth))
	case 3:
		maybe := d.once("maybe", "[T any] struct{ Is *T }")
		return fmt.Sprintf("%s[%s]", maybe, d.typ(p.elem(), depth))
	default:
		few := d.once("few", "[T any] = [2]T")
		return fmt.Sprintf("%s[%s]", few, d.typ(p, depth))
	}
}

// once returns the name of a type that the package declares just once.
func (d *declarer) once(name, decl string) string {
	if name = name + "OfAny"; !d.taken[name] {
		d.taken[name] = true
		fmt.Fprintf(&d.decls, "\ntype %s%s\n", name, strings.ReplaceAll(decl, "NAME", name))
	}
	return name
}

// named returns the name of a declared type, often of a new one.
func (d *declarer) named(p slot, depth int) string {
	if known := d.types[p]; len(known) > 0 && d.IntN(2) == 0 {
		return one(d.Rand, known)
	}
	name := d.name()
	switch d.IntN(6) {
	case 0:
		fmt.Fprintf(&d.decls, "\ntype %s = %s\n", name, d.typ(p, depth))
	case 1:
		if p.key {
			fmt.Fprintf(&d.decls, "\ntype %s [2]%s\n", name, d.leaf(p))
			break
		}
		fmt.Fprintf(&d.decls, "\ntype %s []%s\n", name, d.typ(p.elem(), depth))
	case 2:
		if p.key {
			fmt.Fprintf(&d.decls, "\ntype %s %s\n", name, one(d.Rand, []string{"string", "int8", "uint64"}))
			break
		}
		fmt.Fprintf(&d.decls, "\ntype %s map[%s]%s\n", name, d.typ(p.asAKey(), depth), d.typ(p.inAMap(), depth))
	default:
		d.declareStruct(name, p, depth)
	}
	d.types[p] = append(d.types[p], name)
	return name
}

// declareStruct writes a struct type, which may be recursive.
func (d *declarer) declareStruct(name string, p slot, depth int) {
	fields := d.fields(p, depth)
	if !p.key && d.IntN(2) == 0 {
		fields += fmt.Sprintf("\tNext%d *%s\n", d.count(), name)
	}
	if !p.key && d.IntN(3) == 0 {
		fields += fmt.Sprintf("\tKids%d []%s\n", d.count(), name)
	}
	if p.inMap && !p.key && d.IntN(3) == 0 {
		fields += fmt.Sprintf("\tBy%d map[%s]*%s\n", d.count(), d.leaf(p.asAKey()), name)
	}
	fmt.Fprintf(&d.decls, "\ntype %s struct {\n%s}\n", name, fields)
}
