package lost

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sort"
)

func element(s *Session) {
	tags := s.GetTags()
	tags[0] = "x" // want `the change to what GetTags returned is not stored; call SetTags with it, or change it in UpdateTags, or change a copy`
}

func lazyElement(ctx context.Context, s *Session) error {
	cart, err := s.GetCart(ctx)
	if err != nil {
		return err
	}
	for i := range cart {
		if cart[i].Name == "tea" {
			cart[i].Quantity++ // want `what GetCart returned is not stored`
		}
	}
	return nil
}

func inMap(s *Session) {
	counts := s.GetCounts()
	counts["x"]++ // want `what GetCounts returned is not stored`
}

func direct(s *Session) {
	s.GetCounts()["x"] = 1           // want `what GetCounts returned is not stored`
	delete(s.GetCounts(), "x")       // want `what GetCounts returned is not stored`
	clear(s.GetCounts())             // want `what GetCounts returned is not stored`
	s.GetProfile().Colors[0] = ""    // want `what GetProfile returned is not stored`
	s.GetFriend().Name = "Ada"       // want `what GetFriend returned is not stored`
	s.GetProfile().Best.Age = 3      // want `what GetProfile returned is not stored`
	*s.GetFriend() = Person{}        // want `what GetFriend returned is not stored`
	copy(s.GetTags(), []string{"a"}) // want `what GetTags returned is not stored`
	s.GetGroups()["x"][0] = "y"      // want `what GetGroups returned is not stored`
	s.GetPeople()[0].Age++           // want `what GetPeople returned is not stored`
}

func throughPointer(s *Session) {
	friend := s.GetFriend()
	if friend == nil {
		return
	}
	friend.Age = 3 // want `what GetFriend returned is not stored`
}

func throughElement(ctx context.Context, s *Session) error {
	cart, err := s.GetCart(ctx)
	if err != nil {
		return err
	}
	first := &cart[0]
	first.Quantity = 7 // want `what GetCart returned is not stored`
	return nil
}

func throughAlias(s *Session) {
	p := s.GetProfile()
	colors := p.Colors[1:]
	colors[0] = "red" // want `what GetProfile returned is not stored`
}

func inLoop(s *Session) {
	for _, p := range s.GetPeople() {
		p.Age++ // want `what GetPeople returned is not stored`
	}
}

func sorted(w io.Writer, s *Session) {
	tags := s.GetTags()
	sort.Strings(tags) // want `what GetTags returned is not stored`
	for _, t := range tags {
		fmt.Fprintln(w, t)
	}
}

func sortedByFunc(w io.Writer, s *Session) {
	tags := s.GetTags()
	sort.Slice(tags, func(i, j int) bool { return tags[i] < tags[j] }) // want `what GetTags returned is not stored`
	fmt.Fprintln(w, tags)
}

func sortedAsInterface(s *Session) {
	sort.Sort(sort.Reverse(sort.StringSlice(s.GetTags()))) // sort.Reverse is not known
	sort.Sort(sort.StringSlice(s.GetTags()))               // want `what GetTags returned is not stored`
	slices.Reverse(s.GetTags())                            // want `what GetTags returned is not stored`
	maps.Copy(s.GetCounts(), map[string]int{"x": 1})       // want `what GetCounts returned is not stored`
}

func shown(w io.Writer, s *Session) {
	counts := s.GetCounts()
	counts["shown"]++ // want `what GetCounts returned is not stored`
	fmt.Fprintln(w, counts, len(counts), counts["x"])
}

func appended(s *Session, tag string) {
	tags := s.GetTags()
	if len(tags) > 10 {
		return
	}
	tags = append(tags, tag) // want `a copy of what GetTags returned is changed and then dropped, so nothing is stored; call SetTags with it, or change it in UpdateTags`
}

func appendedToNothing(s *Session, tag string) {
	_ = append(s.GetTags(), tag) // want `a copy of what GetTags returned`
}

func deleted(s *Session, tag string) {
	tags := s.GetTags()
	tags = slices.DeleteFunc(tags, func(t string) bool { return t == tag }) // want `what GetTags returned is not stored`
}

func structDropped(s *Session, name string) {
	p := s.GetProfile()
	if p.Name == "" {
		p.Name = name // want `a copy of what GetProfile returned`
	}
}

// The first visitor has no map. All others have one, and nothing sets theirs.
func setForNewOnesOnly(s *Session) {
	if !s.HasCounts() {
		s.SetCounts(map[string]int{})
	}
	s.GetCounts()["x"]++ // want `what GetCounts returned is not stored`
}

func setOnAnotherPath(s *Session, keep bool) {
	counts := s.GetCounts()
	if keep {
		s.SetCounts(counts)
		return
	}
	counts["x"]++ // want `what GetCounts returned is not stored`
}

func setOfAnotherField(s *Session) {
	tags := s.GetTags()
	tags[0] = "x" // want `what GetTags returned is not stored`
	s.SetVisits(1)
}

func updateOfSomethingElse(ctx context.Context, s *Session) error {
	tags := s.GetTags()
	tags[0] = "x" // want `what GetTags returned is not stored`
	return s.UpdateTags(ctx, func(tags *[]string) error {
		*tags = append(*tags, "y")
		return nil
	})
}

func inClosure(s *Session) func() {
	counts := s.GetCounts()
	return func() { counts["x"]++ } // want `what GetCounts returned is not stored`
}

type embedding struct{ *Session }

func throughEmbedded(e embedding) {
	e.GetTags()[0] = "x" // want `what GetTags returned is not stored`
}

func helperReads(s *Session) {
	s.GetTags()[0] = "x" // want `what GetTags returned is not stored`
	onlyReads(s)
}

func onlyReads(s *Session) int { return len(s.GetTags()) }

// To save again does not help: the session does not know of the change.
func savedTwice(ctx context.Context, s *Session) error {
	counts := s.GetCounts()
	if err := s.Save(ctx); err != nil {
		return err
	}
	counts["x"]++ // want `what GetCounts returned is not stored`
	return s.Save(ctx)
}

func appendedToPart(s *Session, group, name string) {
	groups := s.GetGroups()
	groups[group] = append(groups[group], name) // want `what GetGroups returned is not stored`
}

func appendedToPartDirectly(s *Session, group, name string) {
	s.GetGroups()[group] = append(s.GetGroups()[group], name) // want `what GetGroups returned is not stored`
}

func appendedToField(s *Session, color string) {
	p := s.GetProfile()
	p.Colors = append(p.Colors, color) // want `a copy of what GetProfile returned`
}

func swapped(s *Session) {
	tags := s.GetTags()
	tags[0], tags[1] = tags[1], tags[0] // want `what GetTags returned is not stored`
}

func aliasFirst(s *Session) {
	var groups map[string][]string
	groups = s.GetGroups()
	names := groups["x"]
	groups["x"] = names[1:] // want `what GetGroups returned is not stored`
}

func cutOut(s *Session, i int) {
	tags := s.GetTags()
	tags = append(tags[:i], tags[i+1:]...) // want `what GetTags returned is not stored`
}

func cutOutAndRead(w io.Writer, s *Session, i int) {
	rest := append(s.GetTags()[:i], "x") // want `what GetTags returned is not stored`
	for _, tag := range rest {
		fmt.Fprintln(w, tag)
	}
}

func changedThenReplaced(w io.Writer, s *Session) {
	p := s.GetProfile()
	p.Colors[0] = "x" // want `what GetProfile returned is not stored`
	p.Colors = nil
	fmt.Fprintln(w, p)
}

func shortenedField(w io.Writer, s *Session) {
	p := s.GetProfile()
	p.Colors = p.Colors[1:]
	p.Colors[0] = "x" // want `what GetProfile returned is not stored`
	fmt.Fprintln(w, p)
}

func replacedInElement(s *Session) {
	profiles := s.GetProfiles()
	profiles[0].Colors = slices.Clone(profiles[0].Colors) // want `what GetProfiles returned is not stored`
	profiles[0].Colors[0] = "x"
}

// The capacity is all of the array, unless it is given.
func emptied(s *Session) {
	_ = append(s.GetTags()[:0], "x") // want `what GetTags returned is not stored`
}

func withCapacity(s *Session) {
	tags := s.GetTags()[0:0:1]
	tags = tags[:1]
	tags[0] = "x" // want `what GetTags returned is not stored`
}

func changedBesideClone(w io.Writer, s *Session) {
	old := s.GetTags()
	fresh := append(old[:0:0], old...)
	fresh[0] = "x"
	old[0] = "y" // want `what GetTags returned is not stored`
	fmt.Fprintln(w, fresh)
}
