package schemafile

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A Problem is what a change of the declaration would do to sessions that live.
type Problem struct {
	Name string // of the declared variable that it is about
	Path string // to a part of it, such as [].Price
	What string
	Do   string
}

// problems returns what is wrong with the change for sessions of the earlier file.
// mine is the file of this tree: what it has accepted is no problem, and only of
// itself can it forget something.
func (earlier File) problems(c Change, mine File, forgets bool) []Problem {
	var found []Problem
	for _, d := range c.Declared {
		old := earlier.variable(d.Name)
		if old == nil {
			found = append(found, earlier.renamed(c, mine, d)...)
			continue
		}
		if c.accepts(d.Name) {
			continue
		}
		if old.Now != nil && !old.Now.same(d.Record) && !mine.variable(d.Name).accepted(*old.Now) {
			if p, ok := d.problem(*old.Now, earlier); ok {
				found = append(found, p)
				continue
			}
		}
		for _, past := range old.Past {
			if past.Accepted || mine.variable(d.Name).accepted(past.Record) {
				continue
			}
			if p, ok := d.pastProblem(past, earlier, forgets); ok {
				found = append(found, p)
				break
			}
		}
	}
	return found
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
func (d Declared) problem(was Record, earlier File) (Problem, bool) {
	p := Problem{Name: d.Name, Do: d.remedy(earlier)}
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
		p.Do = fmt.Sprintf("deploy %s first and the ttl after it, or accept that with -accept %s", d.withEvictable().tag(d.Name), d.Name)
		return p, true
	}
	if m := d.Form.ReadBy(was.Form, d.JSON); m != nil {
		p.Path = m.Path
		p.What = fmt.Sprintf("%s, and builds from before this deploy can't read that, so %s is not set for visitors whose requests still go to one, and what these set instead stays", m.What, d.Name)
		return p, true
	}
	return p, false
}

// pastProblem says what becomes of sessions of a version before the last one.
func (d Declared) pastProblem(past Past, earlier File, forgets bool) (Problem, bool) {
	p := Problem{Name: d.Name, Do: d.remedy(earlier)}
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
	if forgets {
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

// renamed returns a problem if a variable that is new could be one that is not
// declared any more, by another name.
func (earlier File) renamed(c Change, mine File, d Declared) []Problem {
	if mine.variable(d.Name) != nil && mine.now(d.Name) == nil {
		return nil // It has been there before.
	}
	var gone []string
	for _, old := range earlier.Variables {
		if old.Now == nil || c.accepts(old.Name) || isVersion(d.Name, old.Name) || mine.variable(old.Name).accepted(*old.Now) {
			continue
		}
		if !c.declares(old.Name) && old.Now.JSON == d.JSON && old.Now.Form.Equal(d.Form) {
			gone = append(gone, old.Name)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	const or = " or "
	names := strings.Join(gone, or)
	var tags []string
	for _, name := range gone {
		tags = append(tags, d.tag(name))
	}
	return []Problem{{
		Name: d.Name,
		What: fmt.Sprintf("it is new and has the type of %s, which is not declared any more: if the field was only renamed, visitors lose what is stored as %[1]s", names),
		Do: fmt.Sprintf("keep the old name with %s, or, if this is another variable, let the old one go with -accept %s",
			strings.Join(tags, or), strings.Join(gone, ",")),
	}}
}

func (c Change) declares(name string) bool {
	for _, d := range c.Declared {
		if d.Name == name {
			return true
		}
	}
	return false
}

// remedy says what to do about values that get lost.
func (d Declared) remedy(earlier File) string {
	return fmt.Sprintf("store it under another name with %s, or accept that loss with -accept %s", d.tag(d.next(earlier)), d.Name)
}

// versioned is a name that says which version of the variable it is.
var versioned = regexp.MustCompile(`^(.*)_v([0-9]{1,4})$`)

// next returns a name for the next version of the variable.
func (d Declared) next(earlier File) string {
	base, n := d.Name, 1
	if m := versioned.FindStringSubmatch(d.Name); m != nil {
		base = m[1]
		n, _ = strconv.Atoi(m[2])
	}
	for {
		n++
		suffix := fmt.Sprintf("_v%d", n)
		if name := base[:min(len(base), maxName-len(suffix))] + suffix; earlier.variable(name) == nil {
			return name
		}
	}
}

// maxName is the length of the longest name.
const maxName = 64

// isVersion tells whether a name is that of another version of the variable.
func isVersion(name, of string) bool {
	base := func(name string) string {
		if m := versioned.FindStringSubmatch(name); m != nil {
			return m[1]
		}
		return name
	}
	return base(name) == base(of)
}

func (d Declared) keepEvictable() string {
	return fmt.Sprintf("keep it so with %s, or accept that with -accept %s", d.withEvictable().tag(d.Name), d.Name)
}

func (d Declared) withEvictable() Declared {
	d.TTL, d.Evictable = 0, true
	return d
}

// tag returns the tag of the field, with another name.
func (d Declared) tag(name string) string {
	words := []string{name}
	for _, o := range []struct {
		set  bool
		word string
	}{
		{d.Lazy, "lazy"}, {d.Flash, "flash"}, {d.TTL > 0, "ttl=" + short(d.TTL)}, {d.Evictable && d.TTL == 0, "evictable"}, {d.JSON, "json"},
	} {
		if o.set {
			words = append(words, o.word)
		}
	}
	return "`session:\"" + strings.Join(words, ",") + "\"`"
}
