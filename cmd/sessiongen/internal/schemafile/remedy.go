package schemafile

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// remedy says what to do about values that get lost. Fewer deploys would not do: see
// TestValueThatMovesToAnotherNameInThreeDeploysIsNeverLost.
func (k *check) remedy(d Declared) string {
	return fmt.Sprintf("declare it as %s beside the old field, and move the value in three deploys: set both and read the old one, a Lifetime later read the new one, and then take the old one out, or accept that loss with %s",
		d.tagged(k.next(d)), k.accept(d.Name))
}

// accept returns the flags that accept a loss.
func (k *check) accept(names ...string) string {
	flags := "-accept " + strings.Join(names, ",")
	if k.Revision != "" {
		flags += " -against " + k.Revision
	}
	return flags
}

// versioned is a name that says which version of the variable it is.
var versioned = regexp.MustCompile(`^(.*)_v([0-9]{1,4})$`)

// next returns a name for the next version of the variable, which is none of
// another one, be it of a version before.
func (k *check) next(d Declared) string {
	base, n := d.Name, 1
	if m := versioned.FindStringSubmatch(d.Name); m != nil {
		base = m[1]
		n, _ = strconv.Atoi(m[2])
	}
	for {
		n++
		suffix := fmt.Sprintf("_v%d", n)
		name := base[:min(len(base), maxName-len(suffix))] + suffix
		inRevision := k.Against != nil && k.Against.variable(name) != nil
		if !k.declares(name) && k.mine.variable(name) == nil && !inRevision {
			return name
		}
	}
}

// maxName is the length of the longest name.
const maxName = 64

func (k *check) keepEvictable(d Declared) string {
	return fmt.Sprintf("keep %s, or accept that with %s", d.withEvictable().tagged(d.Name), k.accept(d.Name))
}

func (d Declared) withEvictable() Declared {
	d.TTL, d.Evictable = 0, true
	return d
}

// besides returns the declaration as it can run beside builds that store the variable
// as was, and without ending sessions of theirs.
func (d Declared) besides(was Record) Declared {
	switch {
	case was.Evictable && !d.Evictable, d.TTL > 0 && !was.Evictable:
		return d.withEvictable()
	}
	return d
}

// tagged is tag with where to write it, if that is not the place of the problem.
func (d Declared) tagged(name string) string {
	if d.Elsewhere {
		return d.tag(name) + " where the field is declared"
	}
	return d.tag(name)
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
