package lost

import (
	"slices"
	"testing"
)

func TestTags(t *testing.T) {
	var s Session
	got := s.GetTags()
	slices.Sort(got)
	if !slices.Equal(got, []string{"a", "b"}) {
		t.Error(got)
	}
	s.GetTags()[0] = "x" // want `what GetTags returned is not stored`
}
