package vet

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// inRequest tells whether a function that a node is in has a request.
func inRequest(info *types.Info, cur inspector.Cursor) bool {
	for f := range cur.Enclosing(functions...) {
		if takesRequest(info, signature(f.Node())) {
			return true
		}
	}
	return false
}

// takesRequest tells whether a function has a parameter that belongs to one
// request.
func takesRequest(info *types.Info, f *ast.FuncType) bool {
	for _, field := range f.Params.List {
		if isRequest(info.TypeOf(field.Type)) {
			return true
		}
	}
	return false
}

// isRequest tells whether a type is of one request of net/http, or what a framework
// hands to its handlers, which has one.
func isRequest(t types.Type) bool {
	if is(t, "net/http", "Request") || is(t, "net/http", "ResponseWriter") {
		return true
	}
	if t == nil {
		return false
	}
	o, _, _ := types.LookupFieldOrMethod(t, true, nil, "Request")
	if o == nil {
		return false
	}
	t = o.Type()
	if fn, ok := t.(*types.Signature); ok && fn.Params().Len() == 0 && fn.Results().Len() == 1 {
		t = fn.Results().At(0).Type()
	}
	return is(t, "net/http", "Request")
}

// isAround tells whether a variable is declared around a handler of all requests
// that the node at cur is in: a function literal that takes the request.
func isAround(info *types.Info, cur inspector.Cursor, v *types.Var) bool {
	for f := range cur.Enclosing((*ast.FuncLit)(nil)) {
		lit := f.Node().(*ast.FuncLit)
		if lit.Pos() <= v.Pos() && v.Pos() < lit.End() || !takesRequest(info, lit.Type) {
			continue
		}
		// In a request, it may be an adapter, which has a handler serve this one.
		if around, ok := innermost(f); ok && !inRequest(info, around) && isMounted(info, f) {
			return true
		}
	}
	return false
}

// isMounted tells whether a function literal will serve requests to come: it is
// returned, or given to Handle or HandleFunc, as it is or in another handler.
func isMounted(info *types.Info, cur inspector.Cursor) bool {
	for ; ; cur = cur.Parent() {
		switch cur.ParentEdgeKind() {
		case edge.ParenExpr_X:
		case edge.ReturnStmt_Results:
			return true
		case edge.CallExpr_Args:
			call := cur.Parent().Node().(*ast.CallExpr)
			if fn, ok := typeutil.Callee(info, call).(*types.Func); ok && (fn.Name() == "Handle" || fn.Name() == "HandleFunc") {
				return true
			}
			if !isHandler(info.TypeOf(call)) {
				return false
			}
		default:
			return false
		}
	}
}

// isHandler tells whether a type is one of handlers.
func isHandler(t types.Type) bool {
	return is(t, "net/http", "Handler") || is(t, "net/http", "HandlerFunc")
}
