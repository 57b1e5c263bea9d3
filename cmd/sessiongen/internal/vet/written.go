package vet

import (
	"go/ast"
	"go/constant"
	"go/types"
	"slices"

	"golang.org/x/tools/go/types/typeutil"
)

// writing are functions that write to their first argument.
var writing = []string{
	"fmt.Fprint", "fmt.Fprintf", "fmt.Fprintln", "io.WriteString", "io.Copy", "io.CopyN", "io.CopyBuffer",
	"net/http.Error", "net/http.NotFound", "net/http.Redirect",
	"net/http.ServeContent", "net/http.ServeFile", "net/http.ServeFileFS",
	"(*html/template.Template).Execute", "(*html/template.Template).ExecuteTemplate",
	"(*text/template.Template).Execute", "(*text/template.Template).ExecuteTemplate",
}

// writesTo tells whether a call begins the response of w, or goes on with it.
// What only may write, such as a function that gets w, does not count.
func writesTo(info *types.Info, call *ast.CallExpr, w *types.Var) bool {
	fn, ok := typeutil.Callee(info, call).(*types.Func)
	if !ok {
		return false
	}
	if len(call.Args) > 0 && isVar(info, call.Args[0]) == w && slices.Contains(writing, fn.FullName()) {
		return true
	}
	selector, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	switch on := ast.Unparen(selector.X).(type) {
	case *ast.Ident:
		return isVar(info, on) == w && (fn.Name() == "Write" || fn.Name() == "WriteHeader" && isFinal(info, call))
	case *ast.TypeAssertExpr: // w.(http.Flusher)
		return isVar(info, on.X) == w && fn.Name() == "Flush"
	case *ast.CallExpr: // json.NewEncoder(w), http.NewResponseController(w)
		maker, ok := typeutil.Callee(info, on).(*types.Func)
		if !ok || len(on.Args) == 0 || isVar(info, on.Args[0]) != w {
			return false
		}
		switch maker.FullName() {
		case "encoding/json.NewEncoder", "encoding/xml.NewEncoder":
			return fn.Name() == "Encode"
		case "net/http.NewResponseController":
			return fn.Name() == "Flush"
		}
	}
	return false
}

// isFinal tells whether the status of a WriteHeader is that of the response, and
// not of one that goes before it, such as 103 Early Hints.
func isFinal(info *types.Info, call *ast.CallExpr) bool {
	if len(call.Args) != 1 {
		return false
	}
	status, ok := constant.Int64Val(constant.ToInt(orUnknown(info.Types[call.Args[0]].Value)))
	return ok && (status == 101 || status >= 200)
}

func orUnknown(v constant.Value) constant.Value {
	if v == nil {
		return constant.MakeUnknown()
	}
	return v
}
