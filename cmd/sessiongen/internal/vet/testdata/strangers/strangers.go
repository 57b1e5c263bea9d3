package strangers

import (
	"context"

	"example.com/checked/visitor"
)

// The types are known from another package's export data.
func elsewhere(m *visitor.Memory) {
	m.GetTags()[0] = "x" // want `call SetTags`
}

type embedding struct{ *visitor.Memory }

func embedded(e embedding) {
	e.GetTags()[0] = "x" // want `call SetTags`
}

func from(ctx context.Context, s visitor.Site) error {
	m, err := s.Memories.From(ctx)
	if err != nil {
		return err
	}
	m.GetTags()[0] = "x" // want `call SetTags`
	return nil
}
