package unchecked

import (
	"context"
	"testing"
)

// A test in which the store is down fails soon enough.
func TestCart(t *testing.T) {
	var sessions *Sessions
	s, _ := sessions.From(context.Background())
	s.Save(context.Background())
}
