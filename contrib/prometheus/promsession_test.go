package promsession_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	promsession "github.com/sessiongen/sessiongen/contrib/prometheus"
	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime"
)

func newSessions(t *testing.T, config runtime.Config) *Sessions {
	t.Helper()
	config.Logger = slog.New(slog.DiscardHandler)
	sessions, err := NewSessions(config)
	if err != nil {
		t.Fatal(err)
	}
	return sessions
}

// onBothStores runs a test on memory and on a memcached.
func onBothStores(t *testing.T, test func(*testing.T, runtime.Store)) {
	t.Run("memory", func(t *testing.T) { test(t, runtime.NewMemory()) })
	t.Run("memcached", func(t *testing.T) {
		addr := memcachedtest.Start(t)
		store := runtime.NewMemcache(addr)
		t.Cleanup(func() { store.Close() })
		test(t, store)
	})
}

// live has sessions begin, go on and end, and returns their cookies.
func live(t *testing.T, sessions *Sessions) (tokens []string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	open := func(token string) *Session {
		s, err := sessions.Open(t.Context(), token)
		must(err)
		return s
	}
	cookie, err := sessions.Issue(t.Context(), SessionFields{Token: "precious", Visits: 1})
	must(err)
	token := cookie.Value
	one, two := open(token), open(token)
	must(one.UpdateVisits(t.Context(), func(n *int) error { *n++; return nil }))
	must(two.UpdateVisits(t.Context(), func(n *int) error { *n++; return nil })) // a conflict
	open(token[:37] + "AAECAwQFBgcICQoLDA0ODw")                                  // refused
	must(one.Renew(t.Context()))
	open(token) // outdated
	late := open(one.Cookie().Value)
	must(open(one.Cookie().Value).Destroy(t.Context()))
	open(one.Cookie().Value) // absent
	late.SetVisits(7)
	if err := late.Save(t.Context()); !errors.Is(err, runtime.ErrEnded) {
		t.Error(err)
	}
	return []string{token, one.Cookie().Value, cookie.Value}
}

func TestCollectorShowsExactlyWhatHasHappened(t *testing.T) {
	onBothStores(t, func(t *testing.T, store runtime.Store) {
		sessions := newSessions(t, runtime.Config{Store: store})
		live(t, sessions)
		if err := testutil.CollectAndCompare(promsession.NewCollector(sessions), strings.NewReader(`
# HELP sessiongen_loads_total Sessions that were looked for because of a cookie.
# TYPE sessiongen_loads_total counter
sessiongen_loads_total{sessions="session"} 7
# HELP sessiongen_hits_total Loads that have found a living session.
# TYPE sessiongen_hits_total counter
sessiongen_hits_total{sessions="session"} 4
# HELP sessiongen_misses_total Loads that have found nothing (absent), or a session that has moved to a new id less than a minute ago (outdated).
# TYPE sessiongen_misses_total counter
sessiongen_misses_total{reason="absent",sessions="session"} 1
sessiongen_misses_total{reason="outdated",sessions="session"} 1
# HELP sessiongen_new_total Sessions that were stored for the first time.
# TYPE sessiongen_new_total counter
sessiongen_new_total{sessions="session"} 1
# HELP sessiongen_renewed_total Sessions that have moved to a new id, by Renew or Login.
# TYPE sessiongen_renewed_total counter
sessiongen_renewed_total{sessions="session"} 1
# HELP sessiongen_ended_total Why visitors' sessions are over. All but destroyed count requests.
# TYPE sessiongen_ended_total counter
sessiongen_ended_total{reason="ambiguous",sessions="session"} 0
sessiongen_ended_total{reason="destroyed",sessions="session"} 1
sessiongen_ended_total{reason="ended",sessions="session"} 0
sessiongen_ended_total{reason="expired",sessions="session"} 0
sessiongen_ended_total{reason="lost",sessions="session"} 0
sessiongen_ended_total{reason="refused",sessions="session"} 1
# HELP sessiongen_conflicts_total Writes that another request of the session was ahead of. Mostly they are tried again.
# TYPE sessiongen_conflicts_total counter
sessiongen_conflicts_total{sessions="session"} 1
# HELP sessiongen_errors_total Methods, and commits of the middleware, that have failed, by what their error wraps.
# TYPE sessiongen_errors_total counter
sessiongen_errors_total{error="canceled",sessions="session"} 0
sessiongen_errors_total{error="conflict",sessions="session"} 0
sessiongen_errors_total{error="ended",sessions="session"} 1
sessiongen_errors_total{error="headers_sent",sessions="session"} 0
sessiongen_errors_total{error="no_middleware",sessions="session"} 0
sessiongen_errors_total{error="other",sessions="session"} 0
sessiongen_errors_total{error="too_large",sessions="session"} 0
sessiongen_errors_total{error="unavailable",sessions="session"} 0
`), "sessiongen_loads_total", "sessiongen_hits_total", "sessiongen_misses_total", "sessiongen_new_total", "sessiongen_renewed_total",
			"sessiongen_ended_total", "sessiongen_conflicts_total", "sessiongen_errors_total"); err != nil {
			t.Error(err)
		}
	})
}

func registryOf(t *testing.T, all ...promsession.Sessions) *prometheus.Registry {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	for _, sessions := range all {
		if err := registry.Register(promsession.NewCollector(sessions)); err != nil {
			t.Fatal(err)
		}
	}
	return registry
}

func TestHistogramCountsEachCallOfTheStoreOnce(t *testing.T) {
	onBothStores(t, func(t *testing.T, store runtime.Store) {
		sessions := newSessions(t, runtime.Config{Store: store})
		live(t, sessions)
		families, err := registryOf(t, sessions).Gather()
		if err != nil {
			t.Fatal(err)
		}
		calls := map[string]uint64{}
		for _, family := range families {
			if family.GetName() != "sessiongen_store_call_duration_seconds" {
				continue
			}
			for _, metric := range family.Metric {
				h, below := metric.GetHistogram(), uint64(0)
				for _, bucket := range h.Bucket {
					if bucket.GetCumulativeCount() < below {
						t.Errorf("the buckets fall at %v s: %v", bucket.GetUpperBound(), h)
					}
					below = bucket.GetCumulativeCount()
				}
				if below > h.GetSampleCount() || h.GetSampleCount() > 0 && h.GetSampleSum() <= 0 || h.GetCreatedTimestamp() == nil {
					t.Errorf("the histogram is %v", h)
				}
				for _, label := range metric.Label {
					if label.GetName() == "operation" {
						calls[label.GetValue()] = h.GetSampleCount()
					}
				}
			}
		}
		stats := sessions.Stats()
		total := uint64(0)
		for op, n := range calls {
			if total += n; n != stats.Calls[runtime.Op(op)].Latency.Count || n == 0 {
				t.Errorf("%s: %d calls shown, %d counted", op, n, stats.Calls[runtime.Op(op)].Latency.Count)
			}
		}
		if len(calls) != 4 || total != stats.RoundTrips {
			t.Errorf("shown are %v, %d in all; %d counted", calls, total, stats.RoundTrips)
		}
	})
}

func TestNamesFollowTheConventions(t *testing.T) {
	sessions := newSessions(t, runtime.Config{Store: runtime.NewMemory()})
	problems, err := testutil.GatherAndLint(registryOf(t, sessions))
	if err != nil || len(problems) > 0 {
		t.Error(err, problems)
	}
}

func TestSameSessionsAreRegisteredOnce(t *testing.T) {
	sessions := newSessions(t, runtime.Config{Store: runtime.NewMemory()})
	registry := registryOf(t, sessions)
	if err := registry.Register(promsession.NewCollector(sessions)); !errors.As(err, new(prometheus.AlreadyRegisteredError)) {
		t.Errorf("registered again: %v", err)
	}
	both := prometheus.NewRegistry()
	for _, store := range []string{"first", "second"} {
		labelled := prometheus.WrapRegistererWith(prometheus.Labels{"store": store}, both)
		if err := labelled.Register(promsession.NewCollector(sessions)); err != nil {
			t.Error(err)
		}
	}
}

// Two namespaces are two series each; the page is the one that Prometheus reads.
func TestPageHasEachManagersFiguresAndNothingOfASession(t *testing.T) {
	onBothStores(t, func(t *testing.T, store runtime.Store) {
		shop, staff := newSessions(t, runtime.Config{Store: store}), newSessions(t, runtime.Config{Store: store, Namespace: "staff"})
		tokens := slices.Concat(live(t, shop), live(t, staff))
		handler := promhttp.HandlerFor(registryOf(t, shop, staff), promhttp.HandlerOpts{EnableOpenMetrics: true})
		for _, accept := range []string{"text/plain", "application/openmetrics-text; version=1.0.0"} {
			r := httptest.NewRequest("GET", "/metrics", nil)
			r.Header.Set("Accept", accept)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			page := w.Body.String()
			if w.Code != http.StatusOK {
				t.Fatalf("status %d: %s", w.Code, page)
			}
			for _, want := range []string{`sessiongen_loads_total{sessions="session"} 7`, `sessiongen_loads_total{sessions="staff"} 7`} {
				if !strings.Contains(page, want) {
					t.Errorf("%s is not in the page", want)
				}
			}
			for _, token := range tokens {
				if strings.Contains(page, token[:36]) || strings.Contains(page, token[37:]) {
					t.Errorf("a cookie is in the page %s", page)
				}
			}
			if found := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}|precious|[A-Za-z0-9_-]{22}"`).FindString(page); found != "" {
				t.Errorf("%q is in the page", found)
			}
		}
	})
}

// counted gives each figure a value of its own.
func counted(v reflect.Value, next *uint64) {
	switch v.Kind() {
	case reflect.Uint64:
		*next++
		v.SetUint(1000 + *next)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type() != reflect.TypeFor[runtime.Histogram]() && v.Type().String() != "time.Time" {
				counted(v.Field(i), next)
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			element := reflect.New(v.Type().Elem()).Elem()
			element.Set(v.MapIndex(key))
			counted(element, next)
			v.SetMapIndex(key, element)
		}
	}
}

type fixed runtime.Stats

func (f fixed) Stats() runtime.Stats { return runtime.Stats(f) }

// What is added to runtime.Stats must not be forgotten here.
func TestEveryFigureOfStatsIsShown(t *testing.T) {
	stats := newSessions(t, runtime.Config{Store: runtime.NewMemory()}).Stats()
	figures := uint64(0)
	counted(reflect.ValueOf(&stats).Elem(), &figures)
	stats.RoundTrips = 0 // the sum of the calls, which are shown
	families, err := registryOf(t, fixed(stats)).Gather()
	if err != nil {
		t.Fatal(err)
	}
	shown := map[uint64]bool{}
	for _, family := range families {
		for _, metric := range family.Metric {
			if n := uint64(metric.GetCounter().GetValue()); n > 0 {
				shown[n] = true
			}
		}
	}
	if uint64(len(shown)) != figures-1 || figures < 20 {
		t.Errorf("%d of %d figures are shown: %+v", len(shown), figures, stats)
	}
}
