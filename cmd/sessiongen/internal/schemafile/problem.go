package schemafile

import (
	"fmt"
	"go/token"
	"slices"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/stored"
)

// A Problem is what a change of the declaration would do to sessions that live.
type Problem struct {
	Name string // of the declared variable that it is about, "" if it is about all
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
	v := k.mine.variable(name)
	if v.accepted(was) && (v.Now != nil || !k.declares(name) || !was.Evictable) {
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
		if old == nil || old.Now == nil {
			found = append(found, k.renamed(earlier, d)...)
		}
		if old != nil {
			found = append(found, k.ofVariable(d, *old, isMine)...)
		}
	}
	return found
}

// ofName returns what is wrong if the sessions have another name.
func (k *check) ofName(earlier File, isMine bool) []Problem {
	if earlier.Name == "" || k.Name == "" || earlier.Name == k.Name {
		return nil
	}
	remove := "remove the schema file"
	if !isMine {
		remove += " in a change of its own"
	}
	return []Problem{{
		What: fmt.Sprintf("its sessions were stored as %q and are stored as %q: all of them end, unless the Config has a Namespace and a CookieName", earlier.Name, k.Name),
		Do:   fmt.Sprintf("keep the name in the directive, as with -name %s, or, if they may end, %s", accessor(earlier.Name, token.IsExported(k.Accessor)), remove),
	}}
}

// accessor returns the name of an accessor whose sessions are stored under a name.
func accessor(name string, exported bool) string {
	var words strings.Builder
	for i, word := range strings.Split(name, "_") {
		first := word[:min(1, len(word))]
		if exported || i > 0 {
			first = strings.ToUpper(first)
		}
		words.WriteString(first + word[len(first):])
	}
	return words.String()
}

// ofVariable returns what is wrong with a variable that was stored before: of the
// last version, or else of one before it.
func (k *check) ofVariable(d Declared, old Variable, isMine bool) []Problem {
	if old.Now != nil && !old.Now.same(d.Record) {
		if found := k.ofLast(d, *old.Now); len(found) > 0 && !k.accepts(d.Name, *old.Now) {
			return found
		}
	}
	for _, past := range old.Past {
		// That its value gets lost was accepted of one that was removed, and not
		// that sessions end.
		if past.Accepted && !past.Removed {
			continue
		}
		if found := k.ofPast(d, past, isMine); len(found) > 0 && !k.accepts(d.Name, past.Record) {
			return found
		}
	}
	return nil
}

// ofLast says what becomes of sessions of the last version, and of requests to
// builds of it that run beside the new one.
func (k *check) ofLast(d Declared, was Record) []Problem {
	var found []Problem
	if m := d.unreadable(was); m != nil {
		also := ""
		if d.unreadableBy(was) != nil {
			also = ", and so do those whom a build from before it answers again"
		}
		found = append(found, Problem{d.Name, m.Path, m.What + d.who(m, "before this deploy", was, also), k.remedy(d)})
	} else if m := d.unreadableBy(was); m != nil {
		loses := fmt.Sprintf("can't read that: %s is not set for visitors whose requests still go to one, and what these set instead stays", d.Name)
		if m.Cut {
			loses = fmt.Sprintf("cut what is longer: visitors whose requests still go to one lose the rest if it sets %s", d.Name)
		}
		found = append(found, Problem{d.Name, m.Path, m.What + ", and builds from before this deploy " + loses, k.remedy(d)})
	}
	switch {
	case was.Evictable && !d.Evictable:
		found = append(found, Problem{d.Name, "", "its loss ended no session so far, and does now, so sessions end whose " + d.Name + " has expired or was evicted", k.keepEvictable(d)})
	case d.TTL > 0 && !was.Evictable:
		found = append(found, Problem{d.Name, "", fmt.Sprintf("it expires now, and builds from before this deploy end a session whose %s has expired, as long as they run beside it and after a rollback", d.Name),
			fmt.Sprintf("deploy %s first and the ttl after it, or accept that with %s", d.withEvictable().tagged(d.Name), k.accept(d.Name))})
	}
	return found
}

// ofPast says what becomes of sessions of a version before the last one. Only of
// the file of this tree can that be forgotten.
func (k *check) ofPast(d Declared, past Past, isMine bool) []Problem {
	when, forget := "before the last deploy", ""
	if past.Removed {
		when = "before it was removed"
	}
	if isMine {
		forget = fmt.Sprintf(", or, once no session of that time lives, say so with -forget %s", d.Name)
	}
	var found []Problem
	if m := d.unreadable(past.Record); m != nil && !past.Accepted {
		found = append(found, Problem{d.Name, m.Path, m.What + d.who(m, when, past.Record, ""), k.remedy(d) + forget})
	}
	if past.Evictable && !d.Evictable {
		found = append(found, Problem{d.Name, "", fmt.Sprintf("its loss ended no session %s, and does now, so sessions end whose %s has expired or was evicted since", when, d.Name), k.keepEvictable(d) + forget})
	}
	return found
}

// who says who loses what, and who else does.
func (d Declared) who(m *stored.Mismatch, when string, was Record, also string) string {
	loss := "lose it"
	if m.Narrow {
		loss = "lose it if it does not fit"
	}
	loss += also
	if d.Evictable || !was.Evictable {
		loss += ", while the rest of their session stays"
	}
	return fmt.Sprintf(", so visitors whose %s was stored %s %s", d.Name, when, loss)
}

// unreadable returns why what was stored can't be read, nil if it can.
func (d Declared) unreadable(was Record) *stored.Mismatch {
	if was.JSON != d.JSON {
		return &stored.Mismatch{What: fmt.Sprintf("it was stored as %s and is stored as %s", codec(was.JSON), codec(d.JSON))}
	}
	return d.Form.Reads(was.Form, d.JSON)
}

// unreadableBy returns why builds that store the variable as old can't read what is
// stored now, nil if they can.
func (d Declared) unreadableBy(old Record) *stored.Mismatch {
	if old.JSON != d.JSON {
		return &stored.Mismatch{What: "it has another encoding"}
	}
	return d.Form.ReadBy(old.Form, d.JSON)
}

func codec(json bool) string {
	if json {
		return "JSON"
	}
	return "gob"
}
