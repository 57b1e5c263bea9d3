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

	isNew      bool            // the visitor has no session
	unreadable map[string]bool // variables that it meets and can't read
	beside     bool            // others run beside it, and may set them meanwhile
	allowed    map[string]bool // kinds of events that may happen; changed, of what is unreadable, is none of them
}

// A want is what a task must see.
type want struct {
	set   bool
	value any
	open  bool // anything
}

func (e *errand) add(task task, w want) { e.tasks, e.wants = append(e.tasks, task), append(e.wants, w) }

// check returns an error if the answer is not as it must be.
func (e *errand) check(a answer) error {
	if a.New != e.isNew {
		return fmt.Errorf("the session is new: %v", a.New)
	}
	for i, w := range e.wants {
		if err := w.check(e.shapes[e.tasks[i].Name], a.Seen[i]); err != nil {
			return fmt.Errorf("task %d, %s %s: %w", i, e.tasks[i].Do, e.tasks[i].Name, err)
		}
	}
	met := map[string]bool{}
	for _, ev := range a.events {
		switch {
		case e.allowed[ev.kind]:
		case ev.kind == "changed" && (e.beside && retyped[ev.name] > 0 || e.unreadable[ev.name]):
			met[ev.name] = true
		default:
			return fmt.Errorf("event %q of %q: %s", ev.kind, ev.name, ev.err)
		}
	}
	for name, unreadable := range e.unreadable {
		if unreadable && !met[name] && !e.beside {
			return fmt.Errorf("no event tells that %s was not read", name)
		}
	}
	return nil
}

// check returns an error if what was seen of a variable is not what is wanted.
func (w want) check(s *shape, saw seen) error {
	if s != nil {
		saw.Value = s.of(saw.Value)
	}
	if !w.open && (saw.Set != w.set || !reflect.DeepEqual(saw.Value, w.value)) {
		return fmt.Errorf("it sees %v, set: %v; want %v, %v", saw.Value, saw.Set, w.value, w.set)
	}
	return nil
}
