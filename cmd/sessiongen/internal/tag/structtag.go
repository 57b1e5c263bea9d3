package tag

import (
	"fmt"
	"strconv"
	"strings"
)

// pair is one key:"value" of a struct tag.
type pair struct{ key, value string }

// lookup returns the value of the session key, empty if there is none. It
// insists on the whole tag being well-formed: package reflect stops silently
// at the first mistake, and a session key behind it would be lost.
func lookup(tag string) (string, []error) {
	pairs, err := scan(tag)
	var errs []error
	if err != nil {
		errs = append(errs, err)
	}
	var value string
	found := false
	for _, p := range pairs {
		if p.key != key {
			continue
		}
		if found {
			errs = append(errs, fmt.Errorf("the tag has two session keys; join them into one"))
		} else {
			value, found = p.value, true
		}
	}
	if !found && err == nil {
		errs = append(errs, misspelled(pairs)...)
	}
	return value, errs
}

// misspelled reports keys that are probably meant to be session. It is only
// asked about a tag without that key, so that another tool's key that looks
// like it can be had: beside session:"".
func misspelled(pairs []pair) []error {
	var errs []error
	for _, p := range pairs {
		if distance(strings.ToLower(p.key), key) <= 1 {
			errs = append(errs, fmt.Errorf("unknown tag key %q; write session:%q", p.key, p.value))
		}
	}
	return errs
}

// scan splits a tag as reflect.StructTag does and returns the pairs ahead of
// the first mistake, if there is one.
func scan(tag string) ([]pair, error) {
	var pairs []pair
	for rest := tag; ; {
		trimmed := strings.TrimLeft(rest, " ")
		if trimmed == "" {
			return pairs, nil
		}
		if len(pairs) > 0 && trimmed == rest {
			return pairs, malformed("no space before", rest, "separate the pairs with one space")
		}
		p, after, err := scanPair(trimmed)
		if err != nil {
			return pairs, err
		}
		pairs, rest = append(pairs, p), after
	}
}

func scanPair(tag string) (pair, string, error) {
	end := strings.IndexFunc(tag, func(r rune) bool {
		return r <= ' ' || r == ':' || r == '"' || r == 0x7f
	})
	if end <= 0 || tag[end] != ':' {
		return pair{}, "", malformed("no key and colon at", tag, `write it as session:"name,option"`)
	}
	name, quoted := tag[:end], tag[end+1:]
	prefix, err := strconv.QuotedPrefix(quoted)
	if err != nil || prefix[0] != '"' {
		return pair{}, "", malformed("no quoted value at", tag, fmt.Sprintf(`write it as %s:"value"`, name))
	}
	value, err := strconv.Unquote(prefix)
	if err != nil {
		return pair{}, "", malformed("bad quoting at", tag, fmt.Sprintf(`write it as %s:"value"`, name))
	}
	return pair{name, value}, quoted[len(prefix):], nil
}

func malformed(what, where, remedy string) error {
	return fmt.Errorf("malformed struct tag, %s %q; %s", what, where, remedy)
}
