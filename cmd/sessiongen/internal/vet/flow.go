package vet

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/cfg"
	"golang.org/x/tools/go/types/typeutil"
)

// A flow is the order in which the statements of one function run. What a
// function literal within it does is not a part of it.
type flow struct{ graph *cfg.CFG }

// newFlow returns the flow of a function's body.
func newFlow(info *types.Info, body *ast.BlockStmt) flow {
	return flow{cfg.New(body, func(call *ast.CallExpr) bool { return !neverReturns(info, call) })}
}

// neverReturns tells whether a call ends the function that it is in.
func neverReturns(info *types.Info, call *ast.CallExpr) bool {
	switch callee := typeutil.Callee(info, call).(type) {
	case *types.Builtin:
		return callee.Name() == "panic"
	case *types.Func:
		switch callee.FullName() {
		case "os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln", "log.Panic", "log.Panicf", "log.Panicln", "runtime.Goexit",
			"(*log.Logger).Fatal", "(*log.Logger).Fatalf", "(*log.Logger).Fatalln",
			"(*testing.common).Fatal", "(*testing.common).Fatalf", "(*testing.common).FailNow",
			"(*testing.common).Skip", "(*testing.common).Skipf", "(*testing.common).SkipNow",
			"(testing.TB).Fatal", "(testing.TB).Fatalf", "(testing.TB).FailNow":
			return true
		}
	}
	return false
}

// A point is a place in a flow.
type point struct {
	block *cfg.Block
	index int
	node  ast.Node
}

// at returns the point that a node is at, and whether it is in the flow at all.
// Of the nodes around it the smallest counts.
func (f flow) at(node ast.Node) (point, bool) {
	var found point
	for _, b := range f.graph.Blocks {
		for i, n := range b.Nodes {
			if !b.Live || n.Pos() > node.Pos() || node.End() > n.End() {
				continue
			}
			if found.block == nil || n.End()-n.Pos() < found.node.End()-found.node.Pos() {
				found = point{b, i, n}
			}
		}
	}
	return found, found.block != nil
}

// reaches tells whether b may run after a. Within one statement, neither does.
func (f flow) reaches(a, b point) bool {
	if a.block == b.block && a.index < b.index {
		return true
	}
	return visits(a.block.Succs, nil, b.block)
}

// precedes tells whether a has always run when b runs.
func (f flow) precedes(a, b point) bool {
	if a.block == b.block {
		return a.index < b.index
	}
	return !visits(f.graph.Blocks[:1], a.block, b.block)
}

// leadsTo tells whether b always runs after a, unless something panics.
func (f flow) leadsTo(a, b point) bool {
	if a.block == b.block && a.index < b.index {
		return true
	}
	for _, end := range f.graph.Blocks {
		if end.Live && len(end.Succs) == 0 && end != b.block && (end == a.block || visits(a.block.Succs, b.block, end)) {
			return false
		}
	}
	return true
}

// visits tells whether a way from one of the blocks leads to another, around a
// third one.
func visits(from []*cfg.Block, around, to *cfg.Block) bool {
	seen := map[*cfg.Block]bool{around: true}
	for todo := append([]*cfg.Block(nil), from...); len(todo) > 0; {
		b := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[b] {
			continue
		}
		if b == to {
			return true
		}
		seen[b] = true
		todo = append(todo, b.Succs...)
	}
	return false
}
