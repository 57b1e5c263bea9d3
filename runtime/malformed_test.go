package runtime

import (
	"context"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// What the secret opens under the record's key was written by this package, by
// another version of it, or by a visitor who can write to the cache.
func TestRecordThatOpensButIsNoneIsLostWithACause(t *testing.T) {
	var events []Event
	store := NewMemory()
	m, err := NewManager(Config{Store: store, Logger: silent, OnEvent: func(_ context.Context, e Event) { events = append(events, e) }}, visitorSchema())
	if err != nil {
		t.Fatal(err)
	}
	token := sealed.NewToken()
	v := m.engine.vault(token)
	if err := store.Add(t.Context(), []Item{{Key: v.Key, Value: v.Seal(v.Key, "\x05nonsense"), Expires: time.Now().Add(time.Hour)}})[0]; err != nil {
		t.Fatal(err)
	}
	s, err := m.Open(t.Context(), token.String())
	if err != nil || !s.session.IsNew() {
		t.Errorf("new %v, %v", s.session.IsNew(), err)
	}
	if len(events) != 1 || events[0].Kind != EventLost || events[0].Err == nil || events[0].ID != token.ID {
		t.Errorf("events %v", events)
	}
}
