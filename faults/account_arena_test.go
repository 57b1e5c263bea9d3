package faults

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// An arena is a server that some requests reach at once, and others after a while.
type arena struct{ direct, delayed []*Sessions }

// The keys of an app, and those of the processes that it has while the keys are
// being changed: they don't agree which one is the first.
var (
	oneKey       = [][][]byte{{[]byte("the first key of the app")}}
	keysInChange = [][][]byte{
		{[]byte("the first key of the app"), []byte("the second key of the app")},
		{[]byte("the second key of the app"), []byte("the first key of the app")},
	}
)

// newArena returns an arena of processes that have these keys.
func newArena(t *testing.T, keys [][][]byte) (a arena) {
	t.Helper()
	return newArenaAt(t, keys, startServer(t).addr)
}

// newArenaAt is newArena with a server that runs already.
func newArenaAt(t *testing.T, keys [][][]byte, addr string) (a arena) {
	t.Helper()
	p := startProxy(t, addr)
	p.set(faults{jitter(time.Millisecond), jitter(time.Millisecond)})
	for _, k := range keys {
		config := runtime.Config{Keys: k, OnEvent: failOnLoss(t)}
		config.Store = storeAt(t, limits{}, addr)
		a.direct = append(a.direct, newSessions(t, config))
		config.Store = storeAt(t, limits{}, p.addr)
		a.delayed = append(a.delayed, newSessions(t, config))
	}
	return a
}

// quick returns the sessions of one or the other process, by a direct way.
func (a arena) quick() *Sessions { return a.direct[rand.N(len(a.direct))] }

// any returns the sessions of one or the other process, by a way that may be slow.
func (a arena) any() *Sessions {
	if rand.N(2) == 0 {
		return a.quick()
	}
	return a.delayed[rand.N(len(a.delayed))]
}

// rival returns a request that is to do the deed. token is that of the session
// which is being ended, in case the deed is one of that session. Half of the
// requests have loaded their session before, and half of the sessions have yet
// another request, which sets something.
func (a arena) rival(t *testing.T, d deed, n int, account, token string) *rival {
	r := &rival{deed: d, n: n, account: account, elsewhere: fmt.Sprint(n, " elsewhere"), sessions: a.any(), owner: account}
	switch d.from {
	case doomed:
		r.token = token
	case guest:
		r.token = mustIssue(t, a.quick(), ofAccount(account))
	case foreign:
		r.owner = r.elsewhere
		r.token = mustLogIn(t, a.quick(), r.elsewhere)
	}
	if rand.N(2) == 0 {
		r.s = mustOpen(t, r.sessions, r.token)
	}
	if r.token != "" && rand.N(2) == 0 {
		r.company = mustOpen(t, a.any(), r.token)
	}
	return r
}

// sideBySideWith runs what ends sessions beside the rival, and returns its error.
func (r *rival) sideBySideWith(t *testing.T, what func() error) (err error) {
	var e end
	var all sync.WaitGroup
	all.Go(func() { err = e.run(what) })
	all.Go(func() { r.run(t, &e) })
	if r.company != nil {
		all.Go(func() {
			linger()
			err := (&rival{s: r.company, n: r.n}).firstSet(t.Context())
			if err != nil && !errors.Is(err, runtime.ErrEnded) {
				t.Errorf("beside %s: a first set: %v", r.name, err)
			}
		})
	}
	all.Wait()
	return err
}
