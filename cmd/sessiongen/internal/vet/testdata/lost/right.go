package lost

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"sort"
	"strings"
	"unicode"
)

func setAfterwards(s *Session) {
	tags := s.GetTags()
	tags[0] = "x"
	s.SetTags(tags)
}

func setOnEveryPath(ctx context.Context, s *Session) error {
	cart, err := s.GetCart(ctx)
	if err != nil {
		return err
	}
	for i := range cart {
		cart[i].Quantity++
	}
	s.SetCart(cart)
	return nil
}

func setInDefer(s *Session) {
	tags := s.GetTags()
	defer s.SetTags(tags)
	tags[0] = "x"
}

func setInClosure(s *Session) {
	tags := s.GetTags()
	store := func() { s.SetTags(tags) }
	tags[0] = "x"
	store()
}

// What is set is encoded at commit.
func setBefore(s *Session) {
	s.SetCounts(map[string]int{})
	s.GetCounts()["x"] = 1
}

func setOfDerived(s *Session, tag string) {
	tags := s.GetTags()
	more := append(tags, tag)
	s.SetTags(more)
	s.SetTags(append(s.GetTags(), tag))
	s.SetTags(slices.DeleteFunc(s.GetTags(), func(t string) bool { return t == tag }))
}

func setOfClone(s *Session) {
	tags := s.GetTags()
	tags[0] = "x"
	s.SetTags(slices.Clone(tags))
}

func setElsewhere(s, other *Session) {
	tags := s.GetTags()
	tags[0] = "x"
	other.SetTags(tags)
}

func cleared(s *Session) {
	tags := s.GetTags()
	clear(tags) // no secret is left in memory
	s.ClearTags()
}

func updated(ctx context.Context, s *Session) error {
	return s.UpdateCounts(ctx, func(counts *map[string]int) error {
		(*counts)["x"]++
		return nil
	})
}

func updatedWithIt(ctx context.Context, s *Session) error {
	tags := s.GetTags()
	sort.Strings(tags)
	return s.UpdateTags(ctx, func(all *[]string) error {
		*all = slices.Clone(tags)
		return nil
	})
}

func copies(s *Session) (int, int) {
	tags := slices.Clone(s.GetTags())
	tags[0] = "x"
	more := append([]string(nil), s.GetTags()...)
	more[0] = "x"
	counts := maps.Clone(s.GetCounts())
	counts["x"] = 1
	fresh := make([]string, len(s.GetTags()))
	copy(fresh, s.GetTags())
	fresh[0] = "x"
	sorted := slices.Sorted(maps.Keys(s.GetCounts()))
	sorted[0] = "x"
	return len(tags) + len(more) + len(counts), len(fresh) + len(sorted)
}

func copiedBeforeTheChange(s *Session) int {
	tags := s.GetTags()
	tags = slices.Clone(tags)
	tags[0] = "x"
	return len(tags)
}

func copyOfStruct(w io.Writer, s *Session) {
	p := s.GetProfile()
	if p.Name == "" {
		p.Name = "stranger"
	}
	p.Grid[0] = 1
	fmt.Fprintln(w, p.Name, p.Grid)
}

func copyOfElement(w io.Writer, ctx context.Context, s *Session) error {
	cart, err := s.GetCart(ctx)
	if err != nil {
		return err
	}
	for _, item := range cart {
		item.Name = strings.ToUpper(item.Name)
		fmt.Fprintln(w, item.Name)
	}
	return nil
}

func appendedAndRead(w io.Writer, s *Session) {
	tags := append(s.GetTags(), "for this page")
	for _, t := range tags {
		fmt.Fprintln(w, t)
	}
	all := s.GetTags()
	all = append(all, "x")
	fmt.Fprintln(w, strings.Join(all, ", "))
}

// What another function gets, it may set.
func escapes(s *Session) ([]string, map[string]int) {
	tags := s.GetTags()
	tags[0] = "x"
	counts := s.GetCounts()
	counts["x"] = 1
	store(s, counts)
	return tags, nil
}

func store(s *Session, counts map[string]int) { s.SetCounts(counts) }

func helperSets(s *Session) {
	s.GetCounts()["x"]++
	touch(s)
}

func touch(s *Session) { s.SetCounts(s.GetCounts()) }

func methodSets(s *Session) {
	s.GetCounts()["x"]++
	s.touch()
}

func (s *Session) touch() { s.SetCounts(s.GetCounts()) }

func callbackMaySet(s *Session, next func(*Session) error) error {
	s.GetCounts()["x"]++
	return next(s)
}

type view struct{ Tags []string }

func shownByView(s *Session, show func(view)) {
	tags := s.GetTags()
	sort.Strings(tags)
	show(view{tags})
}

func ownMethod(s *Session) {
	friend := s.GetFriend()
	friend.Birthday() // which may do anything
	_ = s.GetRole().String()
}

func reads(w io.Writer, s *Session) error {
	p, counts := s.GetProfile(), s.GetCounts()
	best := p.Best
	if best != nil && best.Age > 3 && counts["x"] > 1 && p.Colors[0] == "red" {
		fmt.Fprintln(w, best.Name)
	}
	b, err := json.Marshal(counts)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

func ints(s *Session) {
	n := s.GetVisits()
	n++
	s.SetVisits(n)
}

func otherValue(s *Session, other []string) {
	tags := s.GetTags()
	if len(tags) == 0 {
		tags = other
	}
	tags[0] = "x"
}

func parameter(s *Session, tags []string) {
	tags = s.GetTags()
	tags[0] = "x"
}

func namedResult(s *Session) (tags []string) {
	tags = s.GetTags()
	tags[0] = "x"
	return
}

// A type with methods of the same names.
type library struct{ m map[string]int }

func (l library) GetCounts() map[string]int  { return l.m }
func (l library) SetCounts(m map[string]int) {}

func otherLibrary(l library) { l.GetCounts()["x"] = 1 }

func appendedToPartAndSet(s *Session, group, name string) {
	groups := s.GetGroups()
	groups[group] = append(groups[group], name)
	s.SetGroups(groups)
}

func appendedToFieldAndSet(s *Session, color string) {
	p := s.GetProfile()
	p.Colors = append(p.Colors, color)
	s.SetProfile(p)
}

func appendedToFieldAndRead(w io.Writer, s *Session, color string) {
	p := s.GetProfile()
	p.Colors = append(p.Colors, color)
	fmt.Fprintln(w, p.Colors)
}

func partOfSomethingElse(s *Session, other map[string][]string) {
	tags := s.GetTags()
	other["x"] = tags
	tags[0] = "x"
}

func cutOutAndSet(s *Session, i int) {
	tags := s.GetTags()
	s.SetTags(append(tags[:i], tags[i+1:]...))
}

func clipped(w io.Writer, s *Session, i int) {
	tags := append(s.GetTags()[:i:i], "x")
	for _, tag := range tags {
		fmt.Fprintln(w, tag)
	}
}

// A string has nothing that could be shared: these are copies.
func capital(s *Session) string {
	name := []rune(s.GetProfile().Name)
	name[0] = unicode.ToUpper(name[0])
	return string(name)
}

func masked(s *Session) string {
	b := []byte(s.GetTags()[0])
	for i := range b {
		b[i] = '*'
	}
	return string(b)
}

// A copy of the struct, whose slice is another one by then.
func copiedField(s *Session) {
	p := s.GetProfile()
	p.Colors = slices.Clone(p.Colors)
	p.Colors[0] = "x"
	sort.Strings(p.Colors)
	for _, color := range p.Colors {
		fmt.Println(color)
	}
}

func otherField(s *Session) {
	p := s.GetProfile()
	p.Colors, p.Best = []string{"red"}, &Person{}
	p.Colors[0] = "x"
	p.Best.Age++
	fmt.Println(p)
}

func appendedFieldToNothing(s *Session) []string {
	p := s.GetProfile()
	p.Colors = append([]string(nil), p.Colors...)
	colors := p.Colors
	colors[0] = "x"
	return colors
}

func copiedFieldOfElement(w io.Writer, s *Session) {
	for _, p := range s.GetProfiles() {
		p.Colors = slices.Clone(p.Colors)
		p.Colors[0] = "x"
		fmt.Fprintln(w, p)
	}
}

// With no capacity there is nothing to share: append makes a new array.
func clonedByAppend(w io.Writer, s *Session) {
	tags := append(s.GetTags()[:0:0], s.GetTags()...)
	tags[0] = "x"
	sort.Strings(tags)
	more := s.GetTags()
	more = append(more[:0:0], more...)
	more[0] = "x"
	none := s.GetTags()[2:2:2]
	none = append(none, s.GetTags()...)
	none[0] = "x"
	fmt.Fprintln(w, tags, more, none)
}

func clonedFieldByAppend(w io.Writer, s *Session) {
	p := s.GetProfile()
	p.Colors = append(p.Colors[:0:0], p.Colors...)
	p.Colors[0] = "x"
	fmt.Fprintln(w, p)
}

func clonedByAppendOnly(w io.Writer, s *Session) {
	const none = 0
	old := s.GetTags()
	fresh := append(old[none:0:none], old...)
	fresh[0] = "x"
	fmt.Fprintln(w, fresh)
}

func clonedByClip(w io.Writer, s *Session) {
	tags := append(slices.Clip(s.GetTags()), "x")
	tags[0] = "x"
	others := slices.Clip(append(s.GetTags()[:0:0], s.GetTags()...))
	others[0] = "x"
	fmt.Fprintln(w, tags, others)
}
