package vet

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// shared says what a place is that other requests find as well, if the function at
// cur puts something there, or into what the place refers to: a package variable,
// a part of a handler that serves all requests, or a variable around such a
// handler. It returns "" if the place may be one request's own.
func shared(pass *analysis.Pass, cur inspector.Cursor, place ast.Expr, refers bool) string {
	info := pass.TypesInfo
	field := ""
	base := place
	for {
		of, indirect := whole(info, base)
		if of == nil {
			break
		}
		if _, ok := ast.Unparen(base).(*ast.SelectorExpr); ok {
			field = types.ExprString(base)
		}
		refers = refers || indirect
		base = of
	}
	v := isVar(info, base)
	switch {
	case v == nil:
		return ""
	case asPackageVar(v) != nil:
		return "a package variable"
	case v == receiver(info, cur):
		switch {
		case !refers || !servesAll(pass, cur, v): // of a copy, a part is one as well
			return ""
		case field == "":
			return v.Name() + ", a handler that serves all requests"
		}
		return field + ", a field of a handler that serves all requests"
	case isAround(info, cur, v):
		return v.Name() + ", a variable that is there for all requests"
	}
	return ""
}

// whole returns what an expression is a part of, such as the struct of a field,
// nil if it is no part, and whether the part is reached through a pointer, a slice
// or a map, so that a copy of the whole has it in common.
func whole(info *types.Info, e ast.Expr) (of ast.Expr, indirect bool) {
	switch x := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		selection := info.Selections[x]
		if selection == nil {
			return x.Sel, false // of another package
		}
		return x.X, selection.Indirect()
	case *ast.IndexExpr:
		_, array := info.TypeOf(x.X).Underlying().(*types.Array)
		return x.X, !array
	case *ast.StarExpr:
		return x.X, true
	case *ast.UnaryExpr:
		if x.Op == token.AND {
			return x.X, false
		}
	}
	return nil, false
}

func asPackageVar(o types.Object) *types.Var {
	v, ok := o.(*types.Var)
	if !ok || v.IsField() || v.Pkg() == nil || v.Parent() != v.Pkg().Scope() {
		return nil
	}
	return v
}

// receiver returns the receiver of the method that a node is in, nil if there is
// none.
func receiver(info *types.Info, cur inspector.Cursor) *types.Var {
	top, _ := outermost(cur)
	if decl, ok := top.Node().(*ast.FuncDecl); ok && decl.Recv != nil && len(decl.Recv.List[0].Names) > 0 {
		return isVar(info, decl.Recv.List[0].Names[0])
	}
	return nil
}

// servesAll tells whether a receiver is a handler that serves all requests: its
// method, or a function literal there, takes a request, and what it is called on
// is made where there is none. A struct with a request or a context of its own is
// made for one, and so may be one that this package does not make.
func servesAll(pass *analysis.Pass, cur inspector.Cursor, recv *types.Var) bool {
	if !inRequest(pass.TypesInfo, cur) {
		return false
	}
	owner := named(recv.Type())
	if owner == nil || owner.TypeParams().Len() > 0 || isOfOneRequest(owner) {
		return false
	}
	return madeOutsideOfRequests(pass, cur.Inspector(), owner)
}

// isOfOneRequest tells whether a struct has what belongs to one request.
func isOfOneRequest(owner *types.Named) bool {
	s, ok := owner.Underlying().(*types.Struct)
	if !ok {
		return true
	}
	for f := range s.Fields() {
		if isRequest(f.Type()) || is(f.Type(), "context", "Context") {
			return true
		}
	}
	return false
}

// madeOutsideOfRequests tells whether the package makes values of a type, and no
// function that has a request makes one or gets one from elsewhere, be it from a
// function that makes it or from a pool.
func madeOutsideOfRequests(pass *analysis.Pass, in *inspector.Inspector, owner *types.Named) bool {
	made := false
	for cur := range in.Root().Preorder((*ast.CompositeLit)(nil), (*ast.CallExpr)(nil), (*ast.TypeAssertExpr)(nil), (*ast.ValueSpec)(nil)) {
		makes := makes(pass.TypesInfo, cur.Node(), owner)
		if (makes || gets(pass.TypesInfo, cur.Node(), owner)) && inRequest(pass.TypesInfo, cur) {
			return false
		}
		made = made || makes
	}
	return made
}

// makes tells whether a node makes a value of a type.
func makes(info *types.Info, node ast.Node, owner *types.Named) bool {
	switch n := node.(type) {
	case *ast.CompositeLit:
		return named(info.TypeOf(n)) == owner
	case *ast.CallExpr:
		b, ok := typeutil.Callee(info, n).(*types.Builtin)
		return ok && b.Name() == "new" && named(info.TypeOf(n)) == owner
	case *ast.ValueSpec:
		return n.Type != nil && types.Unalias(info.TypeOf(n.Type)) == owner
	}
	return false
}

// gets tells whether a node is a call that returns a value of a type, or takes one
// out of an interface.
func gets(info *types.Info, node ast.Node, owner *types.Named) bool {
	e, ok := node.(ast.Expr)
	if !ok {
		return false
	}
	if all, ok := info.TypeOf(e).(*types.Tuple); ok {
		for v := range all.Variables() {
			if named(v.Type()) == owner {
				return true
			}
		}
		return false
	}
	return named(info.TypeOf(e)) == owner
}
