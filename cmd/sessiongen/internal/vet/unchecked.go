package vet

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// Unchecked finds calls whose error is dropped.
var Unchecked = newAnalyzer("sessionerr", `find errors of session methods that are ignored

A generated method returns an error if it talks to the store. Where it is
dropped, a store that is down looks like a visitor without a session, a login
that has failed like one that has not, and a logout leaves the session alive.
An error that is assigned to the blank identifier alone, as in _ = s.Save(ctx),
counts as looked at, and so do that of a session that is compared with nil, and
any in a test.`, checkUnchecked)

func checkUnchecked(pass *analysis.Pass, file inspector.Cursor) {
	if isTest(pass, file) {
		return
	}
	for cur := range file.Preorder((*ast.CallExpr)(nil)) {
		m, ok := methodOf(pass.TypesInfo, cur.Node())
		if !ok || !m.fallible {
			continue
		}
		deferred, dropped := drops(cur)
		if !dropped || isComparedWithNil(pass.TypesInfo, cur) {
			continue
		}
		advice := "answer with the error, or return it"
		if deferred {
			advice = "call it before the end of the function, where its error can be returned"
		}
		pass.ReportRangef(cur.Node(), "the error of %s is ignored, and %s; %s", m.name, consequence(m), advice)
	}
}

// drops tells whether nobody gets the error of a call, and whether that is
// because the call is deferred or a goroutine.
func drops(call inspector.Cursor) (deferred, dropped bool) {
	for call.ParentEdgeKind() == edge.ParenExpr_X {
		call = call.Parent()
	}
	switch call.ParentEdgeKind() {
	case edge.ExprStmt_X:
		return false, true
	case edge.DeferStmt_Call, edge.GoStmt_Call:
		return true, true
	case edge.AssignStmt_Rhs:
		return false, onlyErrorIsBlank(call.Parent().Node().(*ast.AssignStmt).Lhs)
	case edge.ValueSpec_Values:
		var names []ast.Expr
		for _, name := range call.Parent().Node().(*ast.ValueSpec).Names {
			names = append(names, name)
		}
		return false, onlyErrorIsBlank(names)
	}
	return false, false
}

// isComparedWithNil tells whether a call returns a session, without the error, that
// is compared with nil: it is nil if, and only if, there is an error.
func isComparedWithNil(info *types.Info, call inspector.Cursor) bool {
	to, ok := assigned(call)
	if !ok || !isSession(info.TypeOf(to)) {
		return false
	}
	session := isVar(info, to)
	top, ok := outermost(call)
	if session == nil || !ok {
		return false
	}
	for cur := range top.Preorder((*ast.BinaryExpr)(nil)) {
		e := cur.Node().(*ast.BinaryExpr)
		if (e.Op == token.EQL || e.Op == token.NEQ) && (isVar(info, e.X) == session || isVar(info, e.Y) == session) {
			return true
		}
	}
	return false
}

// onlyErrorIsBlank tells whether a result is used, and its error is not.
func onlyErrorIsBlank(results []ast.Expr) bool {
	return len(results) == 2 && !isBlank(results[0]) && isBlank(results[1])
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// consequence says what comes of an error that is ignored.
func consequence(m method) string {
	switch m.verb {
	case "From", "Open":
		return "the session is nil when the store is down"
	case "Get", "Has":
		return m.field + " looks as if it were not set when the store is down"
	case "Update":
		return m.field + " may not have changed"
	case "Save":
		return "what was set may not be stored"
	case "Renew":
		return "the session may still have its old id, which others may know"
	case "Login":
		return "the visitor may not be logged in"
	case "Destroy":
		return "the visitor may still be logged in"
	case "EndOthers", "End", "EndAll":
		return "the sessions may live on"
	case "List":
		return "the account looks as if it had no sessions when the store is down"
	default: // Issue
		return "the cookie is nil when the session is not stored"
	}
}
