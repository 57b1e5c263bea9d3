package schemafile

import (
	"fmt"
	"slices"
)

// A Problem is what a change of the declaration would do to sessions that live.
type Problem struct {
	Name string // of the declared variable that it is about
	Path string // to a part of it, such as [].Price
	What string
	Do   string
}

// A check finds what a change does to sessions.
type check struct {
	Change
	mine     File    // of this tree: what it has accepted is no problem
	answered []cause // that the change accepts
}

// A cause is how a variable was stored by sessions that lose something.
type cause struct {
	name string
	was  Record
}

// accepts tells whether a loss is accepted, by the file or the change.
func (k *check) accepts(name string, was Record) bool {
	if k.mine.variable(name).accepted(was) {
		return true
	}
	if !slices.Contains(k.Accept, name) {
		return false
	}
	k.answered = append(k.answered, cause{name, was})
	return true
}

// problems returns what is wrong with the change for sessions of an earlier file.
func (k *check) problems(earlier File, isMine bool) []Problem {
	var found []Problem
	for _, d := range k.Declared {
		old := earlier.variable(d.Name)
		if old == nil {
			found = append(found, k.renamed(earlier, d)...)
			continue
		}
		if p := k.ofVariable(d, *old, isMine); p != nil {
			found = append(found, *p)
		}
	}
	return found
}

// ofVariable returns the first problem with a variable that was stored before.
func (k *check) ofVariable(d Declared, old Variable, isMine bool) *Problem {
	if old.Now != nil && !old.Now.same(d.Record) {
		if p, ok := k.problem(d, *old.Now); ok && !k.accepts(d.Name, *old.Now) {
			return &p
		}
	}
	for _, past := range old.Past {
		if past.Accepted {
			continue
		}
		if p, ok := k.pastProblem(d, past, isMine); ok && !k.accepts(d.Name, past.Record) {
			return &p
		}
	}
	return nil
}

// loss says what is lost of a variable that was stored in one way, and is in
// another: "" for nothing.
func loss(was, now Record) string {
	switch {
	case was.JSON != now.JSON || now.Form.Reads(was.Form, now.JSON) != nil:
		return "value"
	case was.Evictable && !now.Evictable:
		return "session"
	}
	return ""
}

// problem says what becomes of sessions of the last version, and of requests to
// builds of it that run beside the new one.
func (k *check) problem(d Declared, was Record) (Problem, bool) {
	p := Problem{Name: d.Name, Do: k.remedy(d)}
	switch loss(was, d.Record) {
	case "value":
		p.Path, p.What = d.unreadable(was)
		p.What += fmt.Sprintf(", so visitors whose %s was stored before this deploy lose it, while the rest of their session stays", d.Name)
		return p, true
	case "session":
		p.What = fmt.Sprintf("it was evictable and is not any more, so the sessions end of which %s has expired or was evicted", d.Name)
		p.Do = d.keepEvictable()
		return p, true
	}
	if d.TTL > 0 && !was.Evictable {
		p.What = fmt.Sprintf("it expires now, and builds from before this deploy end a session of which %s has expired, as long as they run beside it and after a rollback", d.Name)
		p.Do = fmt.Sprintf("deploy %s first and the ttl after it, or accept that with -accept %s", d.withEvictable().tagged(d.Name), d.Name)
		return p, true
	}
	if m := d.Form.ReadBy(was.Form, d.JSON); m != nil {
		p.Path = m.Path
		p.What = fmt.Sprintf("%s, and builds from before this deploy can't read that, so %s is not set for visitors whose requests still go to one, and what these set instead stays", m.What, d.Name)
		return p, true
	}
	return p, false
}

// pastProblem says what becomes of sessions of a version before the last one. Only
// of the file of this tree can that be forgotten.
func (k *check) pastProblem(d Declared, past Past, isMine bool) (Problem, bool) {
	p := Problem{Name: d.Name, Do: k.remedy(d)}
	when := "before the last deploy"
	if past.Removed {
		when = "before it was removed"
	}
	switch loss(past.Record, d.Record) {
	case "value":
		p.Path, p.What = d.unreadable(past.Record)
		p.What += fmt.Sprintf(", so visitors whose %s was stored %s lose it, while the rest of their session stays", d.Name, when)
	case "session":
		p.What = fmt.Sprintf("it was evictable %s and is not any more, so the sessions end of which %s has expired or was evicted since", when, d.Name)
		p.Do = d.keepEvictable()
	default:
		return p, false
	}
	if isMine {
		p.Do += fmt.Sprintf(", or, once no session of that time lives, say so with -forget %s", d.Name)
	}
	return p, true
}

// unreadable says why what was stored can't be read.
func (d Declared) unreadable(was Record) (path, what string) {
	if was.JSON != d.JSON {
		return "", fmt.Sprintf("it was stored as %s and is stored as %s", codec(was.JSON), codec(d.JSON))
	}
	m := d.Form.Reads(was.Form, d.JSON)
	return m.Path, m.What
}

func codec(json bool) string {
	if json {
		return "JSON"
	}
	return "gob"
}
