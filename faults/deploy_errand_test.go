package faults

import (
	"fmt"
	"reflect"
)

// An errand is a request to one version of the app, and what it must see.
type errand struct {
	*build
	tasks []task
	wants []want // one for each task

	isNew   bool            // the visitor has no session
	changed map[string]bool // variables of which it must meet what it can't read
	beside  bool            // others run beside it, so what it meets of some variables is not told
	allowed map[string]bool // kinds of events beside changed
}

// A want is what a task must see.
type want struct {
	set   bool
	value any
	open  bool // anything
}

func (v *errand) add(d task, w want) { v.tasks, v.wants = append(v.tasks, d), append(v.wants, w) }

// check returns an error if the answer is not as it must be.
func (v *errand) check(a answer) error {
	if a.New != v.isNew {
		return fmt.Errorf("the session is new: %v", a.New)
	}
	for i, w := range v.wants {
		saw, d := a.Seen[i], v.tasks[i]
		if s := v.shapes[d.Name]; s != nil {
			saw.Value = s.of(saw.Value)
		}
		if !w.open && (saw.Set != w.set || !reflect.DeepEqual(saw.Value, w.value)) {
			return fmt.Errorf("task %d, %s %s, sees %v, set: %v; want %v, %v", i, d.Do, d.Name, saw.Value, saw.Set, w.value, w.set)
		}
	}
	changed := map[string]bool{}
	for _, e := range a.events {
		_, accepted := retyped[e.name]
		switch {
		case e.kind == "changed" && accepted:
			changed[e.name] = true
		case !v.allowed[e.kind]:
			return fmt.Errorf("event %q of %q: %s", e.kind, e.name, e.err)
		}
	}
	if !v.beside && !reflect.DeepEqual(changed, v.changed) {
		return fmt.Errorf("what can't be read was met of %v; want %v", changed, v.changed)
	}
	return nil
}
