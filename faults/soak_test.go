package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	stdruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// A regular is a visitor who remembers what the site promised.
type regular struct {
	*visitor
	counts map[string]map[int]bool // by token: what the count may be
	dead   []string                // tokens of sessions that were ended
	done   map[string]int          // actions, by outcome
}

// act does one of the things that a visitor does, and checks what comes back.
func (v *regular) act(t *testing.T, sessions *Sessions) {
	path := []string{"/visit", "/visit", "/visit", "/visit", "/look", "/look", "/login", "/logout", "again"}[rand.N(9)]
	if path == "again" {
		v.tryDead(t, sessions)
		return
	}
	before := v.token()
	p, status := v.get(t, path)
	v.done[fmt.Sprint(path, " ", status)]++
	if status == http.StatusOK && !p.New && !v.counts[before][p.Before] {
		t.Errorf("%s: %s sees count %d, none of %v", path, v.name, p.Before, v.counts[before])
	}
	switch {
	case path == "/visit" && status == http.StatusOK && p.New:
		v.counts[v.token()] = map[int]bool{1: true}
	case path == "/visit" && status == http.StatusOK:
		v.counts[before] = map[int]bool{p.Before + 1: true}
	case path == "/visit":
		possible := map[int]bool{}
		for n := range v.counts[before] {
			possible[n], possible[n+1] = true, true
		}
		v.counts[before] = possible
	case path == "/login" && status == http.StatusOK && !p.New:
		// Renew carries over what landed of a failed visit after the load.
		v.counts[v.token()] = v.counts[before]
		v.dead = append(v.dead, before)
	case path == "/logout" && status == http.StatusOK && !p.New:
		v.dead = append(v.dead, before)
	}
}

// tryDead comes with the cookie of a session that was ended.
func (v *regular) tryDead(t *testing.T, sessions *Sessions) {
	if len(v.dead) == 0 {
		return
	}
	s, err := sessions.Open(t.Context(), v.dead[rand.N(len(v.dead))])
	switch {
	case isUnavailable(err):
	case err != nil:
		t.Errorf("open: %v", err)
	case !s.IsNew():
		t.Errorf("%s opens a session that was ended: %+v", v.name, s.Values())
	}
}

// chaos breaks and mends the servers, the network to them, and the apps'
// connections.
func chaos(t *testing.T, servers []*memcached, proxies []*proxy) {
	i := rand.N(len(servers))
	server, p := servers[i], proxies[i]
	switch rand.N(12) {
	case 0:
		server.kill()
		time.Sleep(rand.N(200 * time.Millisecond))
		server.start(t)
	case 1:
		p.cutAll()
	case 2:
		p.set(faults{cutSomewhere(4000), cutSomewhere(4000)})
	case 3:
		p.set(faults{replies: late(rand.N(time.Second))})
	case 4:
		p.set(faults{requests: late(rand.N(time.Second))})
	case 5:
		p.set(faults{replies: drip(20 * time.Millisecond)})
	case 6:
		p.set(faults{requests: swallow})
	case 7:
		p.set(faults{replies: swallow})
	case 8:
		p.set(faults{replies: flipSometimes(1000)})
	case 9:
		p.set(faults{jitter(5 * time.Millisecond), jitter(5 * time.Millisecond)})
	default:
		p.mend()
	}
}

// Everything breaks at once, for a long time. Replies are not swapped here,
// because a swapped acknowledgement is one to whom it comes.
func TestSoakUnderAllFaultsKeepsEveryPromiseAndStaysFlat(t *testing.T) {
	duration := time.Duration(times(4, 900)) * time.Second
	servers, addrs := startServers(t, 3)
	var proxies []*proxy
	for i, addr := range addrs {
		p := startProxy(t, addr)
		proxies, addrs[i] = append(proxies, p), p.addr
	}
	var events sync.Map
	onEvent := func(_ context.Context, e runtime.Event) {
		n, _ := events.LoadOrStore(e.Kind, new(atomic.Int64))
		n.(*atomic.Int64).Add(1)
	}
	var apps []string
	var stores []*runtime.Memcache
	for range 2 {
		store := newStore(t, addrs...)
		store.Timeout, store.MaxConns = 250*time.Millisecond, 32
		stores = append(stores, store)
		apps = append(apps, startApp(t, store, onEvent))
	}
	sessions := newSessions(t, runtime.Config{Store: stores[0]})

	visitors := make([]*regular, 24)
	for i := range visitors {
		visitors[i] = &regular{newVisitor(t, apps[i%2], fmt.Sprint("visitor", i)), map[string]map[int]bool{}, nil, map[string]int{}}
	}
	round := func(end time.Time) {
		var running sync.WaitGroup
		for _, v := range visitors {
			running.Go(func() {
				for time.Now().Before(end) && !t.Failed() {
					v.app = apps[rand.N(len(apps))] // a balancer chooses
					v.act(t, sessions)
				}
			})
		}
		for time.Now().Before(end) && !t.Failed() {
			chaos(t, servers, proxies)
			time.Sleep(rand.N(100 * time.Millisecond))
		}
		running.Wait()
	}
	// calm lets the site and its visitors rest, without what only the latter
	// remember, and returns what is in use then.
	calm := func() (goroutines int, heap uint64) {
		for _, p := range proxies {
			p.mend()
			p.cutAll()
		}
		for _, v := range visitors {
			v.dead = v.dead[max(0, len(v.dead)-100):]
			clear(v.counts)
			v.client.CloseIdleConnections()
			eventually(t, "the site serves again", func() bool {
				_, status := v.get(t, "/logout")
				return status == http.StatusOK
			})
			for range 3 {
				v.act(t, sessions)
			}
		}
		return stdruntime.NumGoroutine(), heapInUse()
	}
	round(time.Now().Add(duration / 5))
	goroutines, heap := calm()
	round(time.Now().Add(duration * 4 / 5))
	if t.Failed() {
		return
	}
	eventually(t, "goroutines and memory are what they were", func() bool {
		g, h := calm()
		return g <= goroutines+10 && h <= heap+4<<20
	})

	total := map[string]int{}
	for _, v := range visitors {
		for what, n := range v.done {
			total[what] += n
		}
	}
	var injected int64
	for _, p := range proxies {
		injected += p.injected.Load()
	}
	t.Logf("%v, %d faults in replies and requests: %v", duration, injected, total)
	events.Range(func(kind, n any) bool {
		t.Logf("event %v: %d times", kind, n.(*atomic.Int64).Load())
		return true
	})
}
