package sealed

import (
	"iter"
	"math/bits"
	"slices"
	"strings"
)

// MaxNames bounds how many variables a session has, including those of other
// builds.
const MaxNames = 1024

// The variables' names in the store.
const (
	maxNameLength = 64
	nameLetters   = "abcdefghijklmnopqrstuvwxyz0123456789_"
)

// A Declared is the variables that an engine declares, each with its place.
type Declared struct {
	places map[string]int // by name
	order  []entry        // as records list them
	all    Listed
	whole  string // the encoding of all
}

// An entry is a variable as records list it: its name behind its length. Records
// list entries in the order of their bytes. So what a record lists has one
// encoding, whatever the order in which builds declare the variables and visitors
// set them.
type entry struct {
	text  string
	place int
}

func entryOf(name string) string { return string([]byte{byte(len(name))}) + name }

// NewDeclared returns the variables of these names. Their places are the indexes
// of the names.
func NewDeclared(names []string) *Declared {
	d := &Declared{places: make(map[string]int, len(names)), order: make([]entry, len(names))}
	d.all.of = d
	for place, name := range names {
		d.places[name] = place
		d.order[place] = entry{entryOf(name), place}
		d.all.mark(place)
	}
	slices.SortFunc(d.order, func(a, b entry) int { return strings.Compare(a.text, b.text) })
	d.whole = string(d.all.append(nil))
	return d
}

// Place returns the place of the variable of this name, or -1 if it is not
// declared.
func (d *Declared) Place(name string) int {
	if place, ok := d.places[name]; ok {
		return place
	}
	return -1
}

// None returns the list of none of the variables.
func (d *Declared) None() Listed { return Listed{of: d} }

// A Listed is the list of variables in a record: which of the declared ones, and
// the names of others, which other builds declare. What it refers to never
// changes, so that copies may share it.
type Listed struct {
	of   *Declared
	low  uint64 // a bit for each of the first places
	rest *rest  // nil if empty, as it mostly is
}

// A rest is what most lists lack.
type rest struct {
	high   []uint64 // a bit for each of the other places
	others []string // the entries of variables that are not declared, in order
}

// lowPlaces is the number of places in Listed.low.
const lowPlaces = 64

// Has tells whether the declared variable at the place, which must not be -1, is
// listed: whether it was ever set, even if it was cleared since.
func (l Listed) Has(place int) bool {
	if place < lowPlaces {
		return l.low>>place&1 != 0
	}
	word := place/64 - 1
	return l.rest != nil && word < len(l.rest.high) && l.rest.high[word]>>(place%64)&1 != 0
}

// HasName tells whether the variable of this name is listed, which need not be
// declared.
func (l Listed) HasName(name string) bool {
	if place := l.of.Place(name); place >= 0 {
		return l.Has(place)
	}
	_, found := slices.BinarySearch(l.others(), entryOf(name))
	return found
}

// Len returns how many variables are listed.
func (l Listed) Len() int {
	n := bits.OnesCount64(l.low)
	if l.rest != nil {
		for _, word := range l.rest.high {
			n += bits.OnesCount64(word)
		}
		n += len(l.rest.others)
	}
	return n
}

// Names returns the names of all variables that are listed.
func (l Listed) Names() []string {
	names := make([]string, 0, l.Len())
	for text := range l.entries() {
		names = append(names, text[1:])
	}
	return names
}

// With returns l with the variable at the place listed, too.
func (l Listed) With(place int) Listed {
	if place >= lowPlaces {
		l.rest = l.copyRest()
	}
	l.mark(place)
	return l
}

// WithName returns l with the variable of this name listed, too, which need not
// be declared.
func (l Listed) WithName(name string) Listed {
	if place := l.of.Place(name); place >= 0 {
		return l.With(place)
	}
	text := entryOf(name)
	at, found := slices.BinarySearch(l.others(), text)
	if !found {
		l.rest = l.copyRest()
		l.rest.others = slices.Insert(l.rest.others, at, text)
	}
	return l
}

// WithDeclared returns l with all declared variables listed, too.
func (l Listed) WithDeclared() Listed {
	others := l.others()
	l = l.of.all
	if len(others) > 0 {
		l.rest = l.copyRest()
		l.rest.others = others
	}
	return l
}

// mark lists the variable at the place. The rest must be l's own.
func (l *Listed) mark(place int) {
	if place < lowPlaces {
		l.low |= 1 << place
		return
	}
	if l.rest == nil {
		l.rest = new(rest)
	}
	word := place/64 - 1
	if missing := word + 1 - len(l.rest.high); missing > 0 {
		l.rest.high = append(l.rest.high, make([]uint64, missing)...)
	}
	l.rest.high[word] |= 1 << (place % 64)
}

func (l Listed) copyRest() *rest {
	if l.rest == nil {
		return new(rest)
	}
	return &rest{slices.Clone(l.rest.high), slices.Clone(l.rest.others)}
}

func (l Listed) others() []string {
	if l.rest == nil {
		return nil
	}
	return l.rest.others
}

// entries returns what is listed, in order.
func (l Listed) entries() iter.Seq[string] {
	return func(yield func(string) bool) {
		others := l.others()
		for _, e := range l.of.order {
			if !l.Has(e.place) {
				continue
			}
			for len(others) > 0 && others[0] < e.text {
				if !yield(others[0]) {
					return
				}
				others = others[1:]
			}
			if !yield(e.text) {
				return
			}
		}
		for _, text := range others {
			if !yield(text) {
				return
			}
		}
	}
}

// append appends the encoding: the entries.
func (l Listed) append(dst []byte) []byte {
	for text := range l.entries() {
		dst = append(dst, text...)
	}
	return dst
}

// decode decodes what append has appended, and refuses everything else. Declared
// names are only compared with what is there: with all of it at once, because
// often all are listed, or else in one walk along both.
func (d *Declared) decode(data []byte) (Listed, error) {
	text := Text(data) // not kept
	if text == d.whole {
		return d.all, nil
	}
	l, order, before := d.None(), d.order, ""
	for n := 0; len(text) > 0; n++ {
		length := 1 + int(text[0])
		if length > len(text) || n == MaxNames {
			return Listed{}, ErrRecord
		}
		next := text[:length]
		for len(order) > 0 && order[0].text < next {
			order = order[1:]
		}
		switch {
		case len(order) > 0 && order[0].text == next:
			l.mark(order[0].place)
			order = order[1:]
		case next <= before || !isEntry(next):
			return Listed{}, ErrRecord
		default:
			if l.rest == nil {
				l.rest = new(rest)
			}
			l.rest.others = append(l.rest.others, strings.Clone(next))
		}
		text, before = text[length:], next
	}
	return l, nil
}

// isEntry tells whether text, which is as long as its first byte says, lists a
// name that a variable can have.
func isEntry(text string) bool {
	return len(text) > 1 && len(text) <= 1+maxNameLength && strings.TrimLeft(text[1:], nameLetters) == ""
}
