package runtime_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// A value under the record's key that the secret opens was written by this
// package, by another version of this package, or by a visitor who can write to
// the cache.
func TestRecordThatOpensButIsNoneIsLostWithACause(t *testing.T) {
	var events []runtime.Event
	store := runtime.NewMemory()
	sessions := mustSessions(t, runtime.Config{
		Store:   store,
		Logger:  slog.New(slog.DiscardHandler),
		OnEvent: func(_ context.Context, e runtime.Event) { events = append(events, e) },
	})
	token := sealed.NewToken()
	v := sealed.NewVault(sealed.NewKeyring(nil), "session", token)
	if err := store.Add(t.Context(), []runtime.Item{{Key: v.Key, Value: v.Seal(v.Key, "\x05nonsense"), Expires: time.Now().Add(time.Hour)}})[0]; err != nil {
		t.Fatal(err)
	}
	s, err := sessions.Open(t.Context(), token.String())
	if err != nil || !s.IsNew() {
		t.Errorf("new %v, %v", s.IsNew(), err)
	}
	if len(events) != 1 || events[0].Kind != runtime.EventLost || events[0].Err == nil || events[0].ID != token.ID {
		t.Errorf("events %v", events)
	}
}
