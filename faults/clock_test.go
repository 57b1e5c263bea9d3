package faults

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

const (
	hour = time.Hour
	day  = 24 * hour
	year = 365 * day
)

// at runs do with a clock that shows now and then moves by time.Sleep alone.
// The clock of the cache stays with the world's.
func at(t *testing.T, now time.Time, do func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(now))
		do(t)
	})
}

// remaining returns how long the cache keeps each of the session's keys:
// negative is forever.
func remaining(t *testing.T, server *memcached, id string) map[string]time.Duration {
	t.Helper()
	found := map[string]time.Duration{}
	for _, variable := range []string{"", "-owner", "-count", "-code"} {
		answer := server.ask("mg session:"+id+variable+" t", "")
		var seconds int
		if _, err := fmt.Sscanf(answer, "HD t%d", &seconds); err == nil {
			found[variable] = time.Duration(seconds) * time.Second
		} else if !strings.HasPrefix(answer, "EN") {
			t.Errorf("mg answers %q", answer)
		}
	}
	return found
}

func TestSessionLivesItsLifetimeThoughTheCachesClockIsAnother(t *testing.T) {
	server := startMemcached(t)
	world := time.Now()
	for _, ahead := range []time.Duration{-10 * year, -year, -hour, 0, hour, year, 10 * year} {
		for _, config := range []runtime.Config{
			{Lifetime: day},
			{Lifetime: day, IdleTimeout: hour},
			{Lifetime: 60 * day}, // longer than what the cache takes as relative
		} {
			name := fmt.Sprintf("%v ahead, %v, idle %v", ahead, config.Lifetime, config.IdleTimeout)
			t.Run(name, func(t *testing.T) {
				at(t, world.Add(ahead), func(t *testing.T) {
					clockOff(t, server, config, ahead)
				})
			})
		}
	}
}

func clockOff(t *testing.T, server *memcached, config runtime.Config, ahead time.Duration) {
	store := memcache(server.addr)
	defer store.Close()
	config.Store = store
	sessions := newSessions(t, config)
	token := mustIssue(t, sessions, SessionFields{Owner: "me", Count: 1, Code: "code"})
	created := time.Now()
	id, _, _ := strings.Cut(token, ".")

	kept := remaining(t, server, id)
	for variable, left := range kept {
		if left <= 0 || left > config.Lifetime+max(ahead, 0)+time.Minute {
			t.Errorf("the cache keeps %q for %v", variable, left)
		}
	}
	relative := config.Lifetime <= 30*day
	if dead := !relative && ahead < -config.Lifetime; dead {
		// Ends early, by less than the clocks are apart.
		if len(kept) > 1 || !mustOpen(t, sessions, token).IsNew() {
			t.Errorf("a session that is over lives: %v", kept)
		}
		return
	}
	if len(kept) != 4 {
		t.Errorf("the cache keeps only %v", kept)
	}

	for config.IdleTimeout > 0 && time.Since(created) < config.Lifetime-2*hour {
		time.Sleep(config.IdleTimeout - time.Second)
		if mustOpen(t, sessions, token).IsNew() {
			t.Fatalf("ends after %v, not idle", time.Since(created))
		}
	}
	if config.IdleTimeout == 0 {
		time.Sleep(time.Until(created.Add(config.Lifetime - time.Minute)))
	}
	s := mustOpen(t, sessions, token)
	if s.IsNew() || s.GetOwner() != "me" || s.HasCode() {
		t.Errorf("after %v the session is new: %v, %+v", time.Since(created), s.IsNew(), s.Values())
	}
	s.SetCount(2)
	if err := s.Save(t.Context()); err != nil {
		t.Error(err)
	}
	time.Sleep(time.Until(created.Add(config.Lifetime)))
	if !mustOpen(t, sessions, token).IsNew() {
		t.Errorf("lives after %v", config.Lifetime)
	}
}

// Of two apps the one's clock is ahead of the other's.
func TestSessionOfAnAppWithAnotherClockLivesItsLifetimeGiveOrTakeTheDistance(t *testing.T) {
	server := startMemcached(t)
	world := time.Now()
	for _, ahead := range []time.Duration{-year, -hour, hour, year} {
		t.Run(fmt.Sprint(ahead), func(t *testing.T) {
			config := runtime.Config{Lifetime: day}
			var token string
			at(t, world, func(t *testing.T) {
				store := memcache(server.addr)
				defer store.Close()
				config.Store = store
				token = mustIssue(t, newSessions(t, config), SessionFields{Owner: "me", Count: 1})
			})
			at(t, world.Add(ahead), func(t *testing.T) {
				store := memcache(server.addr)
				defer store.Close()
				config.Store = store
				sessions := newSessions(t, config)
				id, _, _ := strings.Cut(token, ".")
				end := world.Add(config.Lifetime) // by the first app's clock
				if s := mustOpen(t, sessions, token); !s.IsNew() {
					// Whatever this app writes, the cache forgets the session.
					s.SetCount(2)
					s.SetCode("code")
					if err := s.Save(t.Context()); err != nil {
						t.Error(err)
					}
				}
				for variable, left := range remaining(t, server, id) {
					if left <= 0 || left > config.Lifetime+ahead.Abs()+time.Minute {
						t.Errorf("the cache keeps %q for %v", variable, left)
					}
				}
				if ahead < config.Lifetime {
					time.Sleep(time.Until(end.Add(-time.Minute)))
					if mustOpen(t, sessions, token).IsNew() {
						t.Errorf("ends before %v", config.Lifetime)
					}
				}
				time.Sleep(time.Until(end.Add(time.Minute)))
				if !mustOpen(t, sessions, token).IsNew() {
					t.Errorf("lives after %v", config.Lifetime)
				}
			})
		})
	}
}

// The clock of memcached ends in January 2038.
func TestPastTheRangeOfTheCachesClockNothingIsStoredForEver(t *testing.T) {
	server := startMemcached(t)
	at(t, time.Date(2037, time.June, 1, 0, 0, 0, 0, time.UTC), func(t *testing.T) {
		store := memcache(server.addr)
		defer store.Close()
		short := newSessions(t, runtime.Config{Store: store, Lifetime: day})
		long := newSessions(t, runtime.Config{Store: store, Lifetime: 60 * day})
		time.Sleep(year)

		if _, err := NewSessions(runtime.Config{Store: store}); err == nil {
			t.Error("sessions past 2038 are accepted")
		}
		stored := server.stat("cmd_set")
		if c, err := long.Issue(t.Context(), SessionFields{Owner: "me"}); err == nil {
			t.Errorf("a long session past 2038 is stored: %v", c)
		}
		if now := server.stat("cmd_set"); now != stored {
			t.Errorf("%s items were stored before, %s are now", stored, now)
		}
		// A day is no absolute time to the cache.
		token := mustIssue(t, short, SessionFields{Owner: "me"})
		id, _, _ := strings.Cut(token, ".")
		for variable, left := range remaining(t, server, id) {
			if left <= 0 || left > day+time.Minute {
				t.Errorf("the cache keeps %q for %v", variable, left)
			}
		}
		if mustOpen(t, short, token).IsNew() {
			t.Error("a session of a day does not live")
		}
		time.Sleep(day)
		if !mustOpen(t, short, token).IsNew() {
			t.Error("a session of a day lives for more than one")
		}
	})
}
