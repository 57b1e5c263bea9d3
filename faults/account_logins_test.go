package faults

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// A thousand browsers log in to one account at once, so each of them competes with
// all others for the account's item, in one process or in several.
func TestLoginsAtOnceLeaveAtMostMaxLogins(t *testing.T) {
	const most = 32
	for _, processes := range []int{1, 8} {
		for _, delayed := range []bool{false, true} {
			if !*torture && delayed != (processes > 1) {
				continue
			}
			t.Run(fmt.Sprintf("processes: %d, delayed: %t", processes, delayed), func(t *testing.T) {
				ctx := t.Context()
				server := startServer(t)
				config := runtime.Config{Store: storeAt(t, limits{}, server.addr), MaxLogins: most, OnEvent: failOnLoss(t)}
				direct := newAccounts(t, config)
				addr := server.addr
				if delayed {
					p := startProxy(t, addr)
					p.set(faults{jitter(time.Millisecond), jitter(time.Millisecond)})
					addr = p.addr
				}
				var all []*Sessions
				for range processes {
					store := storeAt(t, limits{maxConns: 512 / processes}, addr) // a half of what the server takes
					config.Store = store
					all = append(all, newAccounts(t, config))
				}
				tokens := make([]string, times(200, 1000))
				var conflicts atomic.Int64
				var running sync.WaitGroup
				for i := range tokens {
					running.Go(func() {
						s := mustOpen(t, all[i%processes], "")
						s.SetCount(i)
						switch err := s.Login(ctx, "one"); {
						case err == nil:
							tokens[i] = s.Cookie().Value
						case errors.Is(err, runtime.ErrConflict):
							conflicts.Add(1)
							if s.Cookie() != nil {
								t.Errorf("login %d is not acknowledged and gives a cookie", i)
							}
						default:
							t.Errorf("login %d: %v", i, err)
						}
					})
				}
				running.Wait()
				t.Logf("of %d logins at once %d failed with ErrConflict", len(tokens), conflicts.Load())
				var living []string
				for i, token := range tokens {
					if token == "" {
						continue
					}
					if s := mustOpen(t, direct, token); !s.IsNew() {
						living = append(living, token)
						if s.GetCount() != i {
							t.Errorf("the session of login %d holds %d", i, s.GetCount())
						}
					}
				}
				if want := min(most, len(tokens)-int(conflicts.Load())); len(living) != want {
					t.Errorf("%d sessions live, want %d", len(living), want)
				}
				wantLogins(t, direct, "one", living...)
				mustLogIn(t, direct, "one")
				if logins, err := direct.List(ctx, "one"); err != nil || len(logins) != min(most, len(living)+1) {
					t.Errorf("after one login more there are %d sessions, %v", len(logins), err)
				}
				if err := direct.EndAll(ctx, "one"); err != nil {
					t.Error(err)
				}
				for _, token := range tokens {
					if token != "" && lives(t, direct, token) {
						t.Error("a session lives after EndAll")
					}
				}
				wantLogins(t, direct, "one")
			})
		}
	}
}
