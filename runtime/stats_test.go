package runtime_test

import (
	"context"
	"encoding/json"
	"errors"
	"expvar"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// onBothStores runs a test on memory and on a memcached.
func onBothStores(t *testing.T, test func(*testing.T, runtime.Store)) {
	t.Run("memory", func(t *testing.T) { test(t, runtime.NewMemory()) })
	t.Run("memcached", func(t *testing.T) { test(t, memcacheStore(t)) })
}

// figures are the counts of Stats that are not zero, by the names that they have in
// JSON.
func figures(t *testing.T, stats runtime.Stats) map[string]uint64 {
	t.Helper()
	text, err := json.Marshal(stats)
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	found := map[string]uint64{}
	var walk func(path string, of any)
	walk = func(path string, of any) {
		switch of := of.(type) {
		case float64:
			if of != 0 {
				found[path] = uint64(of)
			}
		case map[string]any:
			for name, member := range of {
				if name != "latency" {
					walk(strings.TrimPrefix(path+"."+name, "."), member)
				}
			}
		}
	}
	walk("", tree)
	for op, calls := range stats.Calls {
		if calls.Latency.Count != 0 {
			found["calls."+string(op)] = calls.Latency.Count
		}
	}
	return found
}

// wantFigures compares what was counted since before, and returns the Stats.
func wantFigures(t *testing.T, sessions *Sessions, before runtime.Stats, want map[string]uint64) runtime.Stats {
	t.Helper()
	after := sessions.Stats()
	got, earlier := figures(t, after), figures(t, before)
	for name := range got {
		if got[name] -= earlier[name]; got[name] == 0 {
			delete(got, name)
		}
	}
	for op, n := range got {
		if strings.HasPrefix(op, "calls.") && !strings.Contains(op[len("calls."):], ".") {
			want["round_trips"] += n
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("counted %v\nwant %v", got, want)
	}
	return after
}

func TestStatsCountWhatBecomesOfSessions(t *testing.T) {
	onBothStores(t, func(t *testing.T, store runtime.Store) {
		sessions := mustSessions(t, runtime.Config{Store: store, Keys: [][]byte{make([]byte, 32)}})
		seen := sessions.Stats()
		step := func(what string, want map[string]uint64, do func()) {
			t.Helper()
			do()
			t.Log(what)
			seen = wantFigures(t, sessions, seen, want)
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Error(err)
			}
		}
		open := func(token string) *Session {
			t.Helper()
			s, err := sessions.Open(t.Context(), token)
			must(err)
			return s
		}
		ended := func(err error) {
			t.Helper()
			if !errors.Is(err, runtime.ErrEnded) {
				t.Errorf("%v, not ErrEnded", err)
			}
		}
		var s *Session
		var token string
		step("no cookie, nothing set", map[string]uint64{}, func() { s = open("") })
		step("the first set", map[string]uint64{"new": 1, "calls.add": 1}, func() {
			s.SetToken("x")
			must(s.Save(t.Context()))
			token = s.Cookie().Value
		})
		step("a load", map[string]uint64{"loads": 1, "hits": 1, "calls.get": 1}, func() { s = open(token) })
		step("nothing to save", map[string]uint64{}, func() { must(s.Save(t.Context())) })
		step("a set", map[string]uint64{"calls.swap": 1}, func() {
			s.SetToken("y")
			must(s.Save(t.Context()))
		})
		step("the first set of a variable", map[string]uint64{"calls.add": 1, "calls.swap": 1}, func() {
			s.SetVisits(1)
			must(s.Save(t.Context()))
		})
		step("two updates, one of them late", map[string]uint64{
			"loads": 2, "hits": 2, "conflicts": 1, "calls.get": 3, "calls.swap": 3,
		}, func() {
			count := func(n *int) error { *n++; return nil }
			one, two := open(token), open(token)
			must(one.UpdateVisits(t.Context(), count))
			must(two.UpdateVisits(t.Context(), count))
		})
		step("an update that its function refuses", map[string]uint64{"loads": 1, "hits": 1, "calls.get": 1}, func() {
			sold := errors.New("sold out")
			if err := open(token).UpdateVisits(t.Context(), func(*int) error { return sold }); err != sold {
				t.Errorf("%v, not what the function has returned", err)
			}
		})
		step("a value that is too large", map[string]uint64{"errors.too_large": 1}, func() {
			s := open("")
			s.SetToken(strings.Repeat("x", 1<<20))
			if err := s.Save(t.Context()); !errors.Is(err, runtime.ErrTooLarge) {
				t.Error(err)
			}
		})
		step("a forged cookie", map[string]uint64{"loads": 1, "ended.refused": 1, "calls.get": 1}, func() {
			open(token[:37] + "AAECAwQFBgcICQoLDA0ODw")
		})
		step("a cookie of nobody's", map[string]uint64{"loads": 1, "absent": 1, "calls.get": 1}, func() {
			open("6ba7b810-9dad-41d1-80b4-00c04fd430c8.AAECAwQFBgcICQoLDA0ODw")
		})
		step("no cookie of ours", map[string]uint64{}, func() { open("nonsense") })
		step("two cookies", map[string]uint64{"ended.ambiguous": 1}, func() {
			line := cookieLine(token) + "; " + cookieLine("6ba7b810-9dad-41d1-80b4-00c04fd430c8.AAECAwQFBgcICQoLDA0ODw")
			exchange(sessions.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, err := sessions.From(r.Context())
				must(err)
			})), line)
		})
		old := token
		step("a renewal", map[string]uint64{
			"loads": 1, "hits": 1, "renewed": 1, "calls.get": 1, "calls.add": 1, "calls.swap": 2,
		}, func() {
			s := open(token)
			must(s.Renew(t.Context()))
			token = s.Cookie().Value
		})
		step("the old cookie", map[string]uint64{"loads": 1, "outdated": 1, "errors.ended": 1, "calls.get": 1}, func() {
			s := open(old)
			s.SetToken("x")
			ended(s.Save(t.Context()))
		})
		var late *Session
		step("a logout", map[string]uint64{
			"loads": 2, "hits": 2, "ended.destroyed": 1, "calls.get": 2, "calls.swap": 1, "calls.delete": 1,
		}, func() {
			late = open(token)
			must(open(token).Destroy(t.Context()))
		})
		step("a set after the logout", map[string]uint64{
			"errors.ended": 1, "calls.swap": 1, "calls.get": 1,
		}, func() {
			late.SetToken("z")
			ended(late.Save(t.Context()))
		})
		step("an id that is none", map[string]uint64{"errors.other": 1}, func() {
			if sessions.End(t.Context(), "x") == nil {
				t.Error("no error")
			}
		})
		step("no middleware", map[string]uint64{"errors.no_middleware": 1}, func() {
			if _, err := sessions.From(t.Context()); !errors.Is(err, runtime.ErrNoMiddleware) {
				t.Error(err)
			}
		})
		step("a set behind the header", map[string]uint64{"errors.headers_sent": 1, "failed": 1}, func() {
			exchange(sessions.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				s, err := sessions.From(r.Context())
				must(err)
				w.Write([]byte("hello"))
				touch(s)
			})), "")
		})
		var login *Session
		step("a login", map[string]uint64{"new": 1, "calls.add": 2, "calls.get": 1}, func() {
			login = open("")
			must(login.Login(t.Context(), "ann"))
		})
		step("the end of all", map[string]uint64{
			"ended.destroyed": 1, "calls.get": 1, "calls.swap": 1, "calls.delete": 1,
		}, func() { must(sessions.EndAll(t.Context(), "ann")) })
		step("its cookie", map[string]uint64{"loads": 1, "absent": 1, "calls.get": 1}, func() {
			open(login.Cookie().Value)
		})
	})
}

// touch sets a variable. The vet of this module does not look for it here.
func touch(s *Session) { s.SetToken("x") }

func TestStatsTellExpiredFromLostSessions(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	before := w.Stats()
	w.manager.SetClock(func() time.Time { return time.Now().Add(25 * time.Hour) })
	w.open(token)
	before = wantFigures(t, w.Sessions, before, map[string]uint64{"loads": 1, "ended.expired": 1, "calls.get": 1})
	w.manager.SetClock(time.Now)
	w.erase(token, "token")
	w.open(token) // it is read twice before it counts as lost
	wantFigures(t, w.Sessions, before, map[string]uint64{"loads": 1, "ended.lost": 1, "calls.get": 2})
}

func TestStatsTellAnOutageFromAClientThatWentAway(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	before := w.Stats()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Open(gone, token); !errors.Is(err, runtime.ErrUnavailable) {
		t.Error(err)
	}
	before = wantFigures(t, w.Sessions, before, map[string]uint64{
		"loads": 1, "failed": 1, "errors.canceled": 1, "calls.get": 1, "calls.get.canceled": 1,
	})
	w.store.fail = func(string, []string) error { return errors.New("down") }
	if _, err := w.Open(t.Context(), token); !errors.Is(err, runtime.ErrUnavailable) {
		t.Error(err)
	}
	before = wantFigures(t, w.Sessions, before, map[string]uint64{
		"loads": 1, "failed": 1, "errors.unavailable": 1, "calls.get": 1, "calls.get.failed": 1,
	})
	s := w.open("")
	s.SetToken("x")
	s.SetNotice("y")
	if err := s.Save(t.Context()); !errors.Is(err, runtime.ErrUnavailable) {
		t.Error(err)
	}
	wantFigures(t, w.Sessions, before, map[string]uint64{"errors.unavailable": 1, "calls.add": 1, "calls.add.failed": 1})
}

// The store itself must say the same.
func TestStatsCountEachCallOfTheStore(t *testing.T) {
	w := withAccounts(t, nil)
	before := w.Stats()
	token := w.loginTo("ann")
	w.loginTo("ann")
	s := w.open(token)
	s.SetCart([]string{"tea"})
	s.SetDraft("Dear")
	w.save(s)
	for _, err := range []error{
		w.open(token).EndOthers(t.Context()), w.open(token).Renew(t.Context(), runtime.Label("laptop")), w.EndAll(t.Context(), "ann"),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	if _, err := w.List(t.Context(), "ann"); err != nil {
		t.Error(err)
	}
	want := map[runtime.Op]uint64{}
	calls := w.store.take()
	for _, call := range calls {
		verb, _, _ := strings.Cut(call, " ")
		want[runtime.Op(verb)]++
	}
	after := w.Stats()
	for op, n := range want {
		if got := after.Calls[op].Latency.Count - before.Calls[op].Latency.Count; got != n || n == 0 {
			t.Errorf("%s: %d calls counted, and the store had %d", op, got, n)
		}
	}
	if got := after.RoundTrips - before.RoundTrips; got != uint64(len(calls)) {
		t.Errorf("%d round trips counted, and the store had %d", got, len(calls))
	}
}

// lateStore takes that long for each read.
type lateStore struct {
	runtime.Store
	takes time.Duration
}

func (s *lateStore) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	time.Sleep(s.takes)
	return s.Store.Get(ctx, keys)
}

func TestLatencyIsCountedInTheBucketOfItsBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &lateStore{Store: runtime.NewMemory()}
		sessions := mustSessions(t, runtime.Config{Store: store})
		cookie, err := sessions.Issue(t.Context(), SessionFields{Token: "x"})
		if err != nil {
			t.Fatal(err)
		}
		var sum time.Duration
		want := map[float64]uint64{}
		for takes, bound := range map[time.Duration]float64{
			0:                                       50e-6,
			50 * time.Microsecond:                   50e-6,
			50*time.Microsecond + time.Nanosecond:   100e-6,
			3 * time.Millisecond:                    5e-3,
			time.Second:                             1,
			10 * time.Second:                        10,
			10*time.Second + 1*time.Nanosecond:      0, // none
			15 * time.Second:                        0,
			2500*time.Microsecond + time.Nanosecond: 5e-3,
		} {
			store.takes = takes
			if _, err := sessions.Open(t.Context(), cookie.Value); err != nil {
				t.Error(err)
			}
			sum += takes
			want[bound]++
		}
		got := sessions.Stats().Calls[runtime.OpGet].Latency
		if got.Count != 9 || got.Sum != sum.Seconds() || len(got.Buckets) != len(got.Bounds)+1 || !slices.IsSorted(got.Bounds) {
			t.Errorf("counted %+v, sum %v", got, sum)
		}
		for i, n := range got.Buckets {
			bound := 0.0
			if i < len(got.Bounds) {
				bound = got.Bounds[i]
			}
			if n != want[bound] {
				t.Errorf("%d calls of up to %v s; want %d", n, bound, want[bound])
			}
		}
		for share, want := range map[float64]time.Duration{
			0: 50 * time.Microsecond, 0.2: 50 * time.Microsecond, 0.5: 5 * time.Millisecond, 0.6: time.Second, 0.7: 10 * time.Second, 1: 10 * time.Second,
		} {
			if q := got.Quantile(share); q != want {
				t.Errorf("quantile %v is %v, not %v", share, q, want)
			}
		}
		if q := (runtime.Histogram{}).Quantile(0.5); q != 0 {
			t.Errorf("without calls the quantile is %v", q)
		}
	})
}

func TestStatsAreReadWhileRequestsAreServed(t *testing.T) {
	onBothStores(t, func(t *testing.T, store runtime.Store) {
		sessions := mustSessions(t, runtime.Config{Store: store})
		const visitors, visits = 4, 25
		done := make(chan struct{})
		var read sync.WaitGroup
		read.Go(func() {
			for earlier := sessions.Stats(); ; {
				later := sessions.Stats()
				if later.Loads < earlier.Loads || later.Loads < later.Hits || later.RoundTrips < earlier.RoundTrips {
					t.Errorf("first %+v, then %+v", earlier, later)
				}
				earlier = later
				select {
				case <-done:
					return
				default:
				}
			}
		})
		var all sync.WaitGroup
		for range visitors {
			all.Go(func() {
				cookie, err := sessions.Issue(t.Context(), SessionFields{Token: "x"})
				if err != nil {
					t.Error(err)
					return
				}
				for range visits {
					s, err := sessions.Open(t.Context(), cookie.Value)
					if err != nil {
						t.Error(err)
						return
					}
					s.SetToken("y")
					if err := s.Save(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		close(done)
		read.Wait()
		wantFigures(t, sessions, runtime.Stats{}, map[string]uint64{
			"loads": visitors * visits, "hits": visitors * visits, "new": visitors,
			"calls.add": visitors, "calls.get": visitors * visits, "calls.swap": visitors * visits,
		})
	})
}

var uuidLike = regexp.MustCompile(`[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}`)

func TestStatsAreOneJSONObjectWithoutIds(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "precious"})
	w.open(token)
	// As an app publishes them.
	text := expvar.Func(func() any { return w.Stats() }).String()
	for _, secret := range []string{token[37:], "precious"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in %s", secret, text)
		}
	}
	if found := uuidLike.FindString(text); found != "" {
		t.Errorf("%q is in %s", found, text)
	}
	var back runtime.Stats
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&back); err != nil {
		t.Fatal(err)
	}
	now := w.Stats()
	now.Since, back.Since = time.Time{}, time.Time{} // which has a monotonic reading, too
	if !reflect.DeepEqual(back, now) {
		t.Errorf("read back %+v\nwant %+v", back, now)
	}
	if back.Namespace != "session" || len(back.Ended) != 6 || len(back.Errors) != 8 || len(back.Calls) != 4 {
		t.Errorf("read back %+v", back)
	}
}
