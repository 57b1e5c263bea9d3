package peer

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// A Work is what a visitor comes for: one request, or several, one after the
// other. It is data, which libraries that keep a session in a map follow as it
// is; what sessiongen's typed accessors do instead stands beside it.
type Work struct {
	Name     string
	Requests []Request

	Fresh    bool // the visitor has no session before, each time
	Once     bool // it uses a session up, so there is another one for each time
	Together bool // visitors side by side have one session
	Again    bool // n times are one request, which reads a variable n times or sets it from 1 to n
}

// A Request is what a handler does with the session, in this order.
type Request struct {
	Renews   bool             // gives the session a new cookie
	Reads    []string         // variables
	Changes  []Change         // reads variables and sets them to something else
	Sets     []shape.Variable // to these values
	Leaves   []shape.Variable // as messages that the next request takes
	Takes    []string         // messages: reads and removes them
	Destroys bool             // the session

	// Typed does the same with a session of sessiongen's, and adds up what it
	// has read. It is nil if the session is not touched.
	Typed typed
}

// A Change of a variable.
type Change struct {
	Name string
	Make func(any) any // what comes after the value, which it may write to
}

// typed does what a request does. The number is that of Work.Again.
type typed func(ctx context.Context, s accessor, n int) (found int, err error)

// with returns a typed function for sessions of one type.
func with[S any](do func(S) int) typed {
	return func(_ context.Context, s accessor, _ int) (int, error) { return do(s.(S)), nil }
}

// asking does so where the store is asked at once.
func asking[S any](do func(context.Context, S) (int, error)) typed {
	return func(ctx context.Context, s accessor, _ int) (int, error) { return do(ctx, s.(S)) }
}

// again does so for Work.Again.
func again[S any](do func(S, int) int) typed {
	return func(_ context.Context, s accessor, n int) (int, error) { return do(s.(S), n), nil }
}

// writes tells whether the request changes the session.
func (r *Request) writes() bool {
	return r.Renews || len(r.Changes)+len(r.Sets)+len(r.Leaves)+len(r.Takes) != 0 || r.Destroys
}

// weigh turns a value that was read into a number, so that requests can add up
// what they have found, and visitors can check it.
func weigh(value any) int {
	switch v := value.(type) {
	case int:
		return v
	case string:
		return len(v)
	case []byte:
		return len(v)
	case time.Time:
		return int(v.Unix())
	case shape.Profile:
		return weighProfile(v)
	case shape.User:
		return weighUser(v)
	case []shape.CartItem:
		return weighCart(v)
	case nil:
		return 0
	}
	panic(fmt.Sprintf("nobody weighs a %T", value))
}

func weighProfile(p shape.Profile) int { return len(p.Name) + len(p.Email) }
func weighUser(u shape.User) int       { return len(u.Name) + len(u.Email) + len(u.Groups) }

func weighCart(items []shape.CartItem) int {
	sum := 0
	for i := range items {
		sum += items[i].Count
	}
	return sum
}

// A model is the session as it should be.
type model map[string]any

// newModel returns the session that the work begins with.
func newModel(w Work, s shape.Shape) model {
	m := model{}
	if !w.Fresh {
		for _, v := range s.Variables {
			m[v.Name] = v.Value
		}
	}
	return m
}

// after returns the session after n times of the work.
func after(w Work, s shape.Shape, n int) model {
	m := newModel(w, s)
	if w.Again {
		for _, c := range w.Requests[0].Changes {
			m[c.Name] = n
		}
		return m
	}
	if w.Fresh || w.Once {
		n = min(n, 1)
	}
	for range n {
		for i := range w.Requests {
			m.serve(&w.Requests[i])
		}
	}
	return m
}

// serve does what the request does, and returns what it finds.
func (m model) serve(r *Request) int {
	found := 0
	for _, name := range r.Reads {
		found += weigh(m[name])
	}
	for _, c := range r.Changes {
		found += weigh(m[c.Name])
		m[c.Name] = c.Make(clone(m[c.Name]))
	}
	for _, v := range slices.Concat(r.Sets, r.Leaves) {
		m[v.Name] = v.Value
	}
	for _, name := range r.Takes {
		found += weigh(m[name])
		delete(m, name)
	}
	if r.Destroys {
		clear(m)
	}
	return found
}

// clone returns a value that a Change may write to.
func clone(value any) any {
	if items, ok := value.([]shape.CartItem); ok {
		return slices.Clone(items)
	}
	return value
}
