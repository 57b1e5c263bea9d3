package main

import (
	"errors"
	"fmt"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/invocation"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/load"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/revision"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/schema"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/schemafile"
)

// A history is what the schema files of a run are to become: of each target what
// its sessions store, and what earlier versions of it did.
type history struct {
	invocation.Invocation
	earlier map[string][]byte // the schema files of the revision, by name
	used    map[string]bool   // of the names to accept or forget
}

// schemaFile returns the name of the target's schema file, "" if it has none: what
// goes to standard output is code alone, and sessions of a test outlive no deploy.
func (t target) schemaFile() string {
	if t.output == "-" || t.File.Test() {
		return ""
	}
	return schemaOf(t.output)
}

// schemaOf returns the name of the schema file beside an output file.
func schemaOf(output string) string {
	dir, name := filepath.Split(strings.TrimSuffix(output, ".go"))
	if i := strings.LastIndex(name, "_gen"); i >= 0 {
		if before, after := name[:i], name[i+len("_gen"):]; after == "" || after[0] == '_' {
			name = before + after
		}
	}
	return filepath.Join(dir, name+".schema")
}

// schemaFiles returns the schema files of all targets that have one.
func schemaFiles(targets []target, sessions []schema.Session, i invocation.Invocation) ([]output, error) {
	h := history{Invocation: i, used: map[string]bool{}}
	if i.Against != "" {
		var folders []string
		for _, t := range targets {
			folders = append(folders, t.Package.Dir)
		}
		var err error
		if h.earlier, err = revision.Read(i.Against, ".schema", folders); err != nil {
			return nil, err
		}
	}
	var outputs []output
	var errs diagnostic.List
	for i, t := range targets {
		if t.schemaFile() == "" {
			continue
		}
		o, err := h.file(t, sessions[i])
		if err != nil {
			errs = append(errs, diagnostic.Of(t.Pos(), err)...)
		}
		outputs = append(outputs, o)
	}
	errs = append(errs, h.renamed(targets)...)
	for _, name := range slices.Concat(h.Accept, h.Forget) {
		if !h.used[name] && len(errs) == 0 {
			errs.Add(token.Position{}, "", "there is nothing of a variable %q to accept or to forget; give the name that it is stored under", name)
		}
	}
	return outputs, errs.Err()
}

// file returns the schema file of a target.
func (h history) file(t target, s schema.Session) (output, error) {
	o := output{name: t.schemaFile()}
	var err error
	if o.old, err = t.Program.Read(o.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return o, err
	}
	change := schemafile.Change{Name: t.names.Snake, Accessor: t.names.Accessor, Declared: declared(s), Accept: h.Accept, Forget: h.Forget, Check: h.Check}
	fresh, _ := schemafile.File{}.Next(change)
	file, err := readSchema(o.name, o.old, fresh, "")
	if err != nil {
		return o, err
	}
	if data, ok := h.earlier[o.name]; ok {
		earlier, err := readSchema(o.name, data, fresh, h.Against)
		if err != nil {
			return o, err
		}
		change.Against, change.Revision = &earlier, h.Against
	}
	next, problems := file.Next(change)
	for _, name := range h.Accept {
		h.used[name] = h.used[name] || next.HasAccepted(name)
	}
	for _, name := range h.Forget {
		h.used[name] = h.used[name] || file.HasPast(name)
	}
	var errs diagnostic.List
	for _, p := range problems {
		if p.Name == "" {
			errs.Add(t.Pos(), s.Declared, "%s; %s", p.What, p.Do)
			continue
		}
		i := slices.IndexFunc(s.Variables, func(v schema.Variable) bool { return v.Name == p.Name })
		v := s.Variables[i]
		errs.Add(v.At, s.Declared+"."+v.Path+p.Path, "%s; %s", p.What, p.Do)
	}
	o.data = next.Text()
	return o, errs.Err()
}

// renamed reports targets that may be others of the revision by another name: they
// are new in their folders, and a schema file there has gone.
func (h history) renamed(targets []target) diagnostic.List {
	var errs diagnostic.List
	declared := map[string]bool{}
	for _, t := range targets {
		declared[t.schemaFile()] = true
	}
	for _, name := range slices.Sorted(maps.Keys(h.earlier)) {
		if declared[name] || !schemafile.Generated(h.earlier[name]) || exists(name) {
			continue
		}
		for _, t := range targets {
			if file := t.schemaFile(); filepath.Dir(file) == filepath.Dir(name) && h.earlier[file] == nil {
				errs.Add(t.Pos(), t.Spec.Name.Name, "it is new, and %s of %s is gone: %s; %s, or, if it is another type, remove the one in a change of its own",
					filepath.Base(name), h.Against, ifRenamed, keepNames)
			}
		}
	}
	return errs
}

// readSchema parses a schema file, be it of a revision. What sessiongen has not
// written is an error, which says where it differs from what is declared.
func readSchema(name string, data []byte, fresh schemafile.File, revision string) (schemafile.File, error) {
	data = load.Plain(data)
	var errs diagnostic.List
	pos := token.Position{Filename: name, Line: 1, Column: 1}
	here, _ := os.Getwd() // "" makes the name absolute
	in, remedy := "", "take the file of one side, as with git checkout HEAD^1 -- "+filepath.ToSlash(diagnostic.Relative(here, name))+", generate, and then do so again with -against the other side's revision"
	if revision != "" {
		in, remedy = "in "+revision+", ", "compare with another revision"
	}
	if !schemafile.Generated(data) {
		if revision == "" {
			remedy = "remove it, or give the output another name with -o"
		}
		errs.Add(pos, "", "%sthis file was not written by sessiongen; %s", in, remedy)
		return schemafile.File{}, errs
	}
	file, err := schemafile.Parse(data)
	var wrong *schemafile.Error
	if !errors.As(err, &wrong) {
		return file, err
	}
	if revision == "" {
		pos.Line = wrong.Line
	}
	if wrong.Conflict {
		remedy = strings.Replace(remedy, "HEAD^1", "HEAD", 1)
	}
	what := fmt.Sprintf("%s%s: after a merge, this file is not one that sessiongen has written", in, wrong.What)
	if names := fresh.Differing(data); len(names) > 0 {
		what = fmt.Sprintf("%s: it differs from the declaration in %s", what, strings.Join(names, ", "))
	}
	errs.Add(pos, "", "%s; %s", what, remedy)
	return file, errs
}

// declared returns how the variables are stored.
func declared(s schema.Session) []schemafile.Declared {
	var list []schemafile.Declared
	for _, v := range s.Variables {
		list = append(list, schemafile.Declared{
			Name:      v.Name,
			Flash:     v.Flash,
			Elsewhere: v.Foreign,
			Record:    schemafile.Record{JSON: v.JSON, Form: v.Stored, Lazy: v.Lazy, Evictable: v.Evictable, TTL: v.TTL},
		})
	}
	return list
}
