package main

import (
	"errors"
	"fmt"
	"go/ast"
	"io"
	"slices"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/directive"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/invocation"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/load"
)

// choose returns the struct type of a file that the directive on a line is for,
// given all types and directives of the file.
//
// Directives often stand at the top of a file, with types of all kinds below. To
// take the first of them would quietly make a session of a helper.
func choose(types []load.Type, directives []directive.Directive, line int) (*ast.TypeSpec, error) {
	taken := map[string]int{} // the line of the directive that takes it, by its name
	for _, d := range slices.Backward(directives) {
		if d.Pos.Line <= line {
			break
		}
		if name := takes(types, taken, d); name != "" {
			taken[name] = d.Pos.Line
		}
	}
	found := candidates(types, taken, line)
	switch len(found) {
	case 0:
		return nil, errors.New("no struct type is declared below this directive; move it above one, or say with -type which")
	case 1:
		if isOther(types, found[0]) {
			return nil, fmt.Errorf("this directive is directly above %s, which is not declared as a struct type; write the fields there, or move the directive directly above the type that is meant", found[0].Name.Name)
		}
		return found[0], nil
	}
	var names []string
	for _, spec := range found {
		names = append(names, spec.Name.Name)
	}
	return nil, fmt.Errorf("this directive can be for %s; move it directly above the one that is meant, without a blank line between, or name it: -type %s",
		strings.Join(names, " or "), strings.Join(names, " or -type "))
}

func isOther(types []load.Type, spec *ast.TypeSpec) bool {
	return slices.ContainsFunc(types, func(t load.Type) bool { return t.Spec == spec && t.Kind == load.Other })
}

// takes returns the name of the type that a directive is for, if that is clear.
func takes(types []load.Type, taken map[string]int, d directive.Directive) string {
	i, err := invocation.Parse(d.Args, io.Discard)
	switch {
	case err != nil || i.Version || len(i.Packages) > 0:
		return ""
	case i.Type != "":
		return i.Type
	}
	if found := candidates(types, taken, d.Pos.Line); len(found) == 1 {
		return found[0].Name.Name
	}
	return ""
}

// candidates returns the types that the directive on a line can be for, the
// likely ones first, and just one if it is clear which.
func candidates(types []load.Type, taken map[string]int, line int) []*ast.TypeSpec {
	var fields, others, unfit []*ast.TypeSpec
	first := 0 // the line of the first type below
	for _, s := range types {
		switch {
		case s.Line <= line:
			continue
		case s.Doc <= line:
			return []*ast.TypeSpec{s.Spec}
		case s.Kind == load.Other, s.Kind == load.Like && !strings.HasSuffix(s.Spec.Name.Name, "Fields"):
			continue // it need not be a struct
		case first == 0:
			first = s.Line
		}
		// Directives without a type between them may be for the same one.
		if taken[s.Spec.Name.Name] > first {
			continue
		}
		switch {
		case s.Spec.TypeParams != nil || s.Spec.Name.Name == "_":
			unfit = append(unfit, s.Spec)
		case strings.HasSuffix(s.Spec.Name.Name, "Fields"):
			fields = append(fields, s.Spec)
		default:
			others = append(others, s.Spec)
		}
	}
	switch {
	case len(fields) == 1:
		return fields
	case len(fields)+len(others) > 0:
		return append(fields, others...)
	}
	return unfit // which is told why
}
