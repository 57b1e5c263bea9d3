package faults

import (
	"net/http"
	"net/http/httptest"
	stdruntime "runtime"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// swallow takes everything and gives nothing.
func swallow() fault {
	return func(w *wire, p []byte) error {
		w.proxy.injected.Add(1)
		return nil
	}
}

func TestBlackHoleUnderManyRequestsCostsNeitherConnectionsNorGoroutinesNorMemory(t *testing.T) {
	const maxConns = 32
	server := startServer(t)
	p := startProxy(t, server.addr)
	store := storeAt(t, limits{maxConns: maxConns}, p.addr)
	sessions := newSessions(t, runtime.Config{Store: store, InsecureHTTP: true})
	token := mustIssue(t, sessions, fullSession)
	handler := sessions.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := sessions.From(r.Context())
		if err != nil {
			http.Error(w, "", statusOf(err))
			return
		}
		s.SetCount(s.GetCount() + 1)
	}))
	request := func() int {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Cookie", sessions.CookieName()+"="+token)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code
	}
	if status := request(); status != http.StatusOK {
		t.Fatalf("before the black hole the status is %d", status)
	}
	goroutines := stdruntime.NumGoroutine()

	p.set(faults{swallow, swallow})
	requests := times(600, 20_000)
	var heap uint64
	rounds := times(3, 20)
	for round := range rounds {
		start := time.Now()
		sideBySide(t, requests, requests, func(int) {
			if status := request(); status != http.StatusServiceUnavailable {
				t.Errorf("in the black hole the status is %d", status)
			}
		})
		t.Logf("%d requests ended within %v", requests, time.Since(start))
		eventually(t, "goroutines are back", func() bool { return stdruntime.NumGoroutine() <= goroutines })
		if round <= rounds/2 {
			// Go keeps something of as many goroutines as there ever were at
			// once, and it may take some rounds until they are all at once.
			heap = max(heap, heapInUse())
		}
	}
	eventually(t, "memory is back", func() bool { return heapInUse() <= heap+4<<20 })
	// The proxy hears of a connection's end later than the runtime, the more so
	// the more goroutines want to run.
	if _, peak := p.open(); peak > 16*maxConns {
		t.Errorf("%d connections at once, %d are allowed", peak, maxConns)
	}

	p.mend()
	if status := request(); status != http.StatusOK {
		t.Errorf("after the black hole the status is %d", status)
	}
}

func heapInUse() uint64 {
	stdruntime.GC()
	var m stdruntime.MemStats
	stdruntime.ReadMemStats(&m)
	return m.HeapAlloc
}

// eventually waits until something has come true.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			buf := make([]byte, 1<<16)
			t.Fatalf("not within %v: %s\n%s", patience, what, buf[:stdruntime.Stack(buf, true)])
		}
	}
}
