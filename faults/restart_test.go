package faults

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// With the server all sessions are gone, and nothing else: each visitor starts
// anew once, and no request fails once the server is back.
func TestVisitorsStartAnewOnceWhenTheServerWasKilled(t *testing.T) {
	server := startServer(t)
	app := startApp(t, storeAt(t, limits{}, server.addr), failOnLossAmongFaults(t))
	visitors := make([]*visitor, 16)
	for i := range visitors {
		visitors[i] = newVisitor(t, app, fmt.Sprint("visitor", i))
	}
	for range times(10, 1000) {
		sideBySide(t, len(visitors), len(visitors), func(i int) {
			for n := range 4 {
				p, status := visitors[i].get(t, "/visit")
				if status != http.StatusOK || p.New != (n == 0) || p.Before != n {
					t.Errorf("visit %d: status %d, %+v", n, status, p)
				}
			}
		})
		server.kill()
		sideBySide(t, len(visitors), len(visitors), func(i int) {
			if _, status := visitors[i].get(t, "/visit"); status != http.StatusServiceUnavailable {
				t.Errorf("without a server the status is %d", status)
			}
		})
		server.start(t)
		if t.Failed() {
			return
		}
	}
}

// A write can't be repeated, so it must not be tried on a connection to the
// server that was killed: its outcome would be unknown for no reason.
func TestWriteAfterARestartIsToldThatTheSessionIsGone(t *testing.T) {
	server := startServer(t)
	sessions := newSessions(t, runtime.Config{Store: storeAt(t, limits{}, server.addr)})
	for range times(10, 1000) {
		loaded := make([]*Session, 16)
		sideBySide(t, len(loaded), len(loaded), func(i int) {
			loaded[i] = mustOpen(t, sessions, mustIssue(t, sessions, SessionFields{Owner: "me", Count: 1}))
		})
		server.kill()
		server.start(t)
		sideBySide(t, len(loaded), len(loaded), func(i int) {
			loaded[i].SetCount(2)
			if err := loaded[i].Save(t.Context()); !errors.Is(err, runtime.ErrEnded) {
				t.Errorf("the write ends in %v", err)
			}
		})
		if t.Failed() {
			return
		}
	}
}

// The server is killed in the midst of requests. A visitor may be told that the
// store is unavailable or the session ended, but whoever reads a session reads
// what was written to it last.
func TestNothingStaleIsReadWhenTheServerIsKilledUnderRequests(t *testing.T) {
	server := startServer(t)
	app := startApp(t, storeAt(t, limits{}, server.addr), func(_ context.Context, e runtime.Event) {
		if e.Kind == runtime.EventRefused {
			t.Errorf("event %q", e.Kind)
		}
	})
	const visitors = 8
	var stopped atomic.Bool
	var served [visitors]atomic.Int64
	var news, failures atomic.Int64
	var slowest time.Duration
	var running sync.WaitGroup
	for i := range visitors {
		running.Go(func() {
			v := newVisitor(t, app, fmt.Sprint("visitor", i))
			last, failed := -1, true
			for !stopped.Load() && !t.Failed() {
				p, status := v.get(t, "/visit")
				switch {
				case status != http.StatusOK:
					failures.Add(1)
					failed = true
					time.Sleep(time.Millisecond)
					continue
				case p.New && p.Before == 0:
					news.Add(1)
				case p.Before != last+1 && !(failed && p.Before == last+2):
					t.Errorf("after visit %d came %+v", last, p)
				}
				last, failed = p.Before, false
				served[i].Add(1)
			}
		})
	}
	restarts := times(8, 1000)
	waitForAll := func() {
		deadline := time.Now().Add(patience)
		for i := range served {
			for before := served[i].Load(); served[i].Load() < before+3 && !t.Failed(); {
				if time.Now().After(deadline) {
					t.Errorf("after %v a visitor is not served yet", patience)
				}
				time.Sleep(time.Millisecond)
			}
		}
	}
	waitForAll()
	for range restarts {
		if t.Failed() {
			break
		}
		server.kill()
		server.start(t)
		back := time.Now()
		waitForAll()
		slowest = max(slowest, time.Since(back))
	}
	stopped.Store(true)
	running.Wait()
	if most := int64(visitors * (restarts + 1)); news.Load() != most && !t.Failed() {
		t.Errorf("%d visitors started anew %d times after %d restarts, want %d", visitors, news.Load(), restarts, most)
	}
	t.Logf("%d restarts, %d requests failed, all visitors were served again within %v", restarts, failures.Load(), slowest)
}
