package runtime

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

// What makes a client of the room fall back is tested there.
func TestFallingBackIsLoggedToTheFirstLoggerOfAManager(t *testing.T) {
	var first, second, usual bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&usual, nil)))
	defer slog.SetDefault(before)
	type none struct{ session Session }
	manage := func(store Store, l *slog.Logger) {
		t.Helper()
		_, err := NewManager(Config{Store: store, Logger: l}, Schema[none]{Name: "session", Session: func(s *none) *Session { return &s.session }})
		if err != nil {
			t.Fatal(err)
		}
	}
	embedded := struct{ *Memcache }{NewMemcache("cache1")}
	for name, managed := range map[string]struct {
		m      *Memcache
		manage func(*Memcache)
		want   *bytes.Buffer
	}{
		"no manager":                 {NewMemcache("cache1"), func(*Memcache) {}, &usual},
		"a manager without a Logger": {NewMemcache("cache1"), func(m *Memcache) { manage(m, nil) }, &usual},
		"two managers with Loggers": {NewMemcache("cache1"), func(m *Memcache) {
			manage(m, nil)
			manage(m, slog.New(slog.NewTextHandler(&first, nil)))
			manage(m, slog.New(slog.NewTextHandler(&second, nil)))
		}, &first},
		"an embedded one": {embedded.Memcache, func(*Memcache) { manage(embedded, slog.New(slog.NewTextHandler(&first, nil))) }, &first},
	} {
		first.Reset()
		second.Reset()
		usual.Reset()
		managed.manage(managed.m)
		managed.m.options().FellBack(errors.New("the reason"))
		if lines := first.String() + second.String() + usual.String(); strings.Count(lines, "\n") != 1 || lines != managed.want.String() {
			t.Errorf("%s: %s", name, lines)
		}
		for _, part := range []string{"level=WARN", "slower from now on", "Memcache.Plain", "the reason", "update sessiongen, or pin gomemcache"} {
			if !strings.Contains(managed.want.String(), part) {
				t.Errorf("%s: %q does not say %q", name, managed.want, part)
			}
		}
	}
}
