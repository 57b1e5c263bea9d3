package main

import (
	"errors"
	"fmt"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/invocation"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/revision"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/schema"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/schemafile"
)

// A history is what the schema files of a run are to become: of each target what
// its sessions store, and what earlier versions of it did.
type history struct {
	invocation.Invocation
	used map[string]bool // of the names to accept or forget
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

// files returns the schema files of all targets that have one.
func (h history) files(targets []target, sessions []schema.Session) ([]output, error) {
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
	change := schemafile.Change{Declared: declared(s), Accept: h.Accept, Forget: h.Forget}
	fresh, _ := schemafile.File{}.Next(change)
	file, err := readSchema(token.Position{Filename: o.name}, o.old, fresh)
	if err != nil {
		return o, err
	}
	if h.Against != "" {
		if change.Against, err = h.against(t, fresh); err != nil {
			return o, err
		}
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
		i := slices.IndexFunc(s.Variables, func(v schema.Variable) bool { return v.Name == p.Name })
		v := s.Variables[i]
		errs.Add(v.At, s.Declared+"."+v.Path+p.Path, "%s; %s", p.What, p.Do)
	}
	o.data = next.Text()
	return o, errs.Err()
}

// against returns the schema file of a target in a git revision, nil if there is
// none.
func (h history) against(t target, fresh schemafile.File) (*schemafile.File, error) {
	data, err := revision.Show(h.Against, t.schemaFile())
	if err != nil || data == nil {
		return nil, err
	}
	file, err := readSchema(token.Position{Filename: h.Against + ":" + filepath.Base(t.schemaFile())}, data, fresh)
	return &file, err
}

// readSchema parses a schema file. What sessiongen has not written is an error,
// which says where it differs from what is declared.
func readSchema(pos token.Position, data []byte, fresh schemafile.File) (schemafile.File, error) {
	var errs diagnostic.List
	pos.Line, pos.Column = 1, 1
	if !schemafile.Generated(data) {
		errs.Add(pos, "", "this file was not written by sessiongen; remove it, or give the output another name with -o")
		return schemafile.File{}, errs
	}
	file, err := schemafile.Parse(data)
	var wrong *schemafile.Error
	if !errors.As(err, &wrong) {
		return file, err
	}
	pos.Line = wrong.Line
	what := "after a merge, this file is not one that sessiongen has written"
	if names := fresh.Differing(data); len(names) > 0 {
		what = fmt.Sprintf("%s: it differs from the declaration in %s", what, strings.Join(names, ", "))
	}
	errs.Add(pos, "", "%s: %s; take the file of one side, as with git checkout --ours %s, generate, and then do so again with -against the other side's revision",
		wrong.What, what, filepath.Base(pos.Filename))
	return file, errs
}

// declared returns how the variables are stored.
func declared(s schema.Session) []schemafile.Declared {
	var list []schemafile.Declared
	for _, v := range s.Variables {
		list = append(list, schemafile.Declared{
			Name:   v.Name,
			Flash:  v.Flash,
			Record: schemafile.Record{JSON: v.JSON, Form: v.Stored, Lazy: v.Lazy, Evictable: v.Evictable, TTL: v.TTL},
		})
	}
	return list
}
