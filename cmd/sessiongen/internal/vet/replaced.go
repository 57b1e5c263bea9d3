package vet

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// isReplaced tells whether an expression is a part of a variable, and may have been
// given another value by the time it is mentioned, as in
//
//	profile.Colors = slices.Clone(profile.Colors)
//
// What is changed through it from then on is not what the getter returned.
func (t *trace) isReplaced(mention inspector.Cursor) bool {
	part, ok := mention.Node().(ast.Expr)
	if !ok {
		return false
	}
	if of, _ := whole(t.info, part); of == nil {
		return false
	}
	for cur := range t.top.Preorder((*ast.AssignStmt)(nil)) {
		assign := cur.Node().(*ast.AssignStmt)
		if assign.Tok != token.ASSIGN {
			continue
		}
		for i, to := range assign.Lhs {
			if !t.isSame(to, part) || len(assign.Rhs) == len(assign.Lhs) && t.isSame(t.origin(assign.Rhs[i]), part) {
				continue
			}
			if after, _ := t.order(cur, mention); after {
				return true
			}
		}
	}
	return false
}

// isSame tells whether two expressions are the same part of the same variable.
func (t *trace) isSame(a, b ast.Expr) bool {
	if types.ExprString(ast.Unparen(a)) != types.ExprString(ast.Unparen(b)) {
		return false
	}
	v := isVar(t.info, t.base(a))
	return v != nil && v == isVar(t.info, t.base(b))
}

// base returns what an expression is a part of in the end.
func (t *trace) base(e ast.Expr) ast.Expr {
	for of, _ := whole(t.info, e); of != nil; of, _ = whole(t.info, e) {
		e = of
	}
	return e
}

// origin returns the slice whose elements an expression has, as far as it is what
// append, a slice expression or a function that edits in place makes of it.
func (t *trace) origin(e ast.Expr) ast.Expr {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.SliceExpr:
			if hasNoCapacity(t.info, x) {
				return e
			}
			e = x.X
		case *ast.CallExpr:
			switch callee := typeutil.Callee(t.info, x).(type) {
			case *types.Builtin:
				if callee.Name() != "append" {
					return e
				}
			case *types.Func:
				if effectOf(callee, 0) != edits {
					return e
				}
			default:
				return e
			}
			e = x.Args[0]
		default:
			return e
		}
	}
}

// hasNoCapacity tells whether a slice expression is one like s[:0:0], with which
// nothing can be changed or read of what s has: append copies to somewhere else.
func hasNoCapacity(info *types.Info, slice *ast.SliceExpr) bool {
	if slice.Max == nil {
		return false
	}
	low, limit := constant.MakeInt64(0), info.Types[slice.Max].Value
	if slice.Low != nil {
		low = info.Types[slice.Low].Value
	}
	return low != nil && limit != nil && constant.Compare(constant.ToInt(low), token.EQL, constant.ToInt(limit))
}
