package otelsession_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	otelsession "github.com/sessiongen/sessiongen/contrib/otel"
	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime"
)

// A scene is sessions whose spans and metrics are kept for the test.
type scene struct {
	*Sessions
	t       *testing.T
	spans   *tracetest.SpanRecorder
	tracers *sdktrace.TracerProvider
	reader  *metric.ManualReader
	tokens  []string // of all cookies
}

func newScene(t *testing.T, config runtime.Config, more ...otelsession.Option) *scene {
	t.Helper()
	s := &scene{t: t, spans: tracetest.NewSpanRecorder(), reader: metric.NewManualReader()}
	s.tracers = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(s.spans))
	options := append(more, otelsession.WithTracerProvider(s.tracers), otelsession.WithMeterProvider(metric.NewMeterProvider(metric.WithReader(s.reader))))
	config.Logger = slog.New(slog.DiscardHandler)
	if err := otelsession.Instrument(&config, options...); err != nil {
		t.Fatal(err)
	}
	var err error
	if s.Sessions, err = NewSessions(config); err != nil {
		t.Fatal(err)
	}
	if _, err := otelsession.Observe(s.Sessions, options...); err != nil {
		t.Fatal(err)
	}
	return s
}

// memcached returns a store on a memcached, its host and its port.
func memcached(t *testing.T) (store *runtime.Memcache, host string, port int, stop func()) {
	t.Helper()
	server := memcachedtest.New(t)
	addr, stop := server.Addr, server.Stop
	store = runtime.NewMemcache(addr)
	t.Cleanup(func() { store.Close() })
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	if port, err = strconv.Atoi(text); err != nil {
		t.Fatal(err)
	}
	return store, host, port, stop
}

// issue stores a session and returns its cookie's value. No trace is under way.
func (s *scene) issue() string {
	s.t.Helper()
	cookie, err := s.Issue(s.t.Context(), SessionFields{Token: "precious", Visits: 1})
	if err != nil {
		s.t.Fatal(err)
	}
	s.tokens = append(s.tokens, cookie.Value)
	return cookie.Value
}

// visit serves a request by otelhttp, which is around the sessions or within them.
func (s *scene) visit(within bool, token string, page func(*Session, *http.Request)) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest("GET", "https://shop.example/", nil)
	r.Header.Set("Cookie", s.CookieName()+"="+token)
	trace := func(h http.Handler) http.Handler {
		return otelhttp.NewHandler(h, "page", otelhttp.WithTracerProvider(s.tracers))
	}
	var handler http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, err := s.From(r.Context())
		if err != nil {
			s.Error(w, r, err)
			return
		}
		page(session, r)
	})
	if within {
		handler = s.Middleware(trace(handler))
	} else {
		handler = trace(s.Middleware(handler))
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	for _, cookie := range w.Result().Cookies() {
		s.tokens = append(s.tokens, cookie.Value)
	}
	return w
}

// calls returns the spans of the calls, and checks what holds for all of them.
func (s *scene) calls() []sdktrace.ReadOnlySpan {
	s.t.Helper()
	var server sdktrace.ReadOnlySpan
	var calls []sdktrace.ReadOnlySpan
	for _, span := range s.spans.Ended() {
		if span.SpanKind() == trace.SpanKindServer {
			server = span
		} else {
			calls = append(calls, span)
		}
	}
	for _, call := range calls {
		if call.SpanKind() != trace.SpanKindClient || call.InstrumentationScope().SchemaURL == "" || len(call.Events()) != 0 {
			s.t.Errorf("%s is of kind %v, schema %q, with events %v", call.Name(), call.SpanKind(), call.InstrumentationScope().SchemaURL, call.Events())
		}
		if server == nil || call.Parent().SpanID() != server.SpanContext().SpanID() {
			s.t.Errorf("%s is not under the span of the request", call.Name())
		}
	}
	s.spans.Reset()
	return calls
}

// spell returns attributes in alphabetical order.
func spell(attributes []attribute.KeyValue) string {
	set := attribute.NewSet(attributes...)
	return set.Encoded(attribute.DefaultEncoder())
}

func (s *scene) wantCalls(want ...string) {
	s.t.Helper()
	var got []string
	for _, call := range s.calls() {
		got = append(got, fmt.Sprintf("%s, %v: %s", call.Name(), call.Status().Code, spell(call.Attributes())))
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("spans\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestCallsOfTheStoreAreSpansUnderTheRequest(t *testing.T) {
	store, host, port, _ := memcached(t)
	s := newScene(t, runtime.Config{Store: store})
	at := fmt.Sprintf("server.address=%s,server.port=%d", host, port)
	for name, within := range map[string]bool{"otelhttp around the sessions": false, "otelhttp within them": true} {
		t.Run(name, func(t *testing.T) {
			token := s.issue()
			s.wantCalls() // it belongs to no trace
			s.visit(within, token, func(session *Session, r *http.Request) { session.SetVisits(2) })
			s.wantCalls(
				"get session, Unset: db.namespace=session,db.operation.name=get,db.system.name=memcached,"+at,
				"swap session, Unset: db.namespace=session,db.operation.name=swap,db.system.name=memcached,"+at,
			)
			s.visit(within, token, func(session *Session, r *http.Request) {
				if err := session.Destroy(r.Context()); err != nil {
					t.Error(err)
				}
				session.SetVisits(3)
			})
			s.wantCalls(
				"get session, Unset: db.namespace=session,db.operation.name=get,db.system.name=memcached,"+at,
				"swap session, Unset: db.namespace=session,db.operation.name=swap,db.system.name=memcached,"+at,
				"BATCH delete session, Unset: db.namespace=session,db.operation.batch.size=2,db.operation.name=BATCH delete,db.system.name=memcached,"+at,
				"BATCH add session, Unset: db.namespace=session,db.operation.batch.size=2,db.operation.name=BATCH add,db.system.name=memcached,"+at,
			)
		})
	}
}

// The outcome of a compare-and-swap is an answer, and no failure.
func TestLostSwapIsNoError(t *testing.T) {
	s := newScene(t, runtime.Config{Store: runtime.NewMemory(), Namespace: "shop"})
	token := s.issue()
	s.visit(false, token, func(session *Session, r *http.Request) {
		other, err := s.Open(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		other.SetVisits(7)
		if err := other.Save(t.Context()); err != nil {
			t.Error(err)
		}
		session.SetVisits(8)
	})
	s.wantCalls(
		"get shop, Unset: db.namespace=shop,db.operation.name=get,db.system.name=memory",
		"swap shop, Unset: db.namespace=shop,db.operation.name=swap,db.system.name=memory",
		"get shop, Unset: db.namespace=shop,db.operation.name=get,db.system.name=memory",
		"swap shop, Unset: db.namespace=shop,db.operation.name=swap,db.system.name=memory",
	)
}

func TestFailureIsTheErrorOfItsSpan(t *testing.T) {
	store, host, port, stop := memcached(t)
	s := newScene(t, runtime.Config{Store: store})
	token := s.issue()
	stop()
	if w := s.visit(false, token, func(*Session, *http.Request) {}); w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d", w.Code)
	}
	s.wantCalls(fmt.Sprintf("get session, Error: db.namespace=session,db.operation.name=get,db.system.name=memcached,error.type=unavailable,server.address=%s,server.port=%d", host, port))
}

func TestClientThatWentAwayIsNoOutage(t *testing.T) {
	s := newScene(t, runtime.Config{Store: runtime.NewMemory()})
	ctx, span := s.tracers.Tracer("test").Start(t.Context(), "job", trace.WithSpanKind(trace.SpanKindServer))
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.Open(gone, s.issue()); err == nil {
		t.Error("no error")
	}
	span.End()
	s.wantCalls("get session, Error: db.namespace=session,db.operation.name=get,db.system.name=memory,error.type=canceled")
}

func (s *scene) metrics() map[string]metricdata.Metrics {
	s.t.Helper()
	var all metricdata.ResourceMetrics
	if err := s.reader.Collect(s.t.Context(), &all); err != nil {
		s.t.Fatal(err)
	}
	byName := map[string]metricdata.Metrics{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			byName[m.Name] = m
		}
	}
	return byName
}

func TestDurationOfEachCallIsCounted(t *testing.T) {
	store, host, port, _ := memcached(t)
	s := newScene(t, runtime.Config{Store: store}, otelsession.WithSystem("redis"))
	token := s.issue()
	for range 3 {
		s.visit(false, token, func(session *Session, r *http.Request) { session.SetVisits(2) })
	}
	m := s.metrics()["db.client.operation.duration"]
	if m.Unit != "s" || m.Description == "" {
		t.Errorf("the metric is %+v", m)
	}
	at := fmt.Sprintf("db.system.name=redis,server.address=%s,server.port=%d", host, port)
	want := map[string]uint64{
		"db.namespace=session,db.operation.name=BATCH add," + at: 1,
		"db.namespace=session,db.operation.name=get," + at:       3,
		"db.namespace=session,db.operation.name=swap," + at:      3,
	}
	got := map[string]uint64{}
	for _, point := range m.Data.(metricdata.Histogram[float64]).DataPoints {
		got[spell(point.Attributes.ToSlice())] = point.Count
		if want := []float64{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10}; !slices.Equal(point.Bounds, want) || point.Sum <= 0 {
			t.Errorf("bounds %v, sum %v", point.Bounds, point.Sum)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("counted %v, not %v", got, want)
	}
}

func TestFiguresAreThoseOfStats(t *testing.T) {
	s := newScene(t, runtime.Config{Store: runtime.NewMemory()})
	token := s.issue()
	for _, cookie := range []string{token, token[:37] + "AAECAwQFBgcICQoLDA0ODw", "6ba7b810-9dad-41d1-80b4-00c04fd430c8.AAECAwQFBgcICQoLDA0ODw"} {
		s.visit(false, cookie, func(*Session, *http.Request) {})
	}
	got := map[string]int64{}
	for name, m := range s.metrics() {
		if sum, ok := m.Data.(metricdata.Sum[int64]); ok {
			if !sum.IsMonotonic {
				t.Errorf("%s may fall", name)
			}
			for _, point := range sum.DataPoints {
				if point.Value != 0 {
					got[name+"{"+spell(point.Attributes.ToSlice())+"}"] = point.Value
				}
			}
		}
	}
	want := map[string]int64{
		"sessiongen.loads{sessiongen.namespace=session}":                           3,
		"sessiongen.hits{sessiongen.namespace=session}":                            1,
		"sessiongen.misses{sessiongen.namespace=session,sessiongen.reason=absent}": 1,
		"sessiongen.ended{sessiongen.namespace=session,sessiongen.reason=refused}": 1,
		"sessiongen.new{sessiongen.namespace=session}":                             1,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("counted %v, not %v", got, want)
	}
}

func TestFiguresCanBeTakenAway(t *testing.T) {
	reader := metric.NewManualReader()
	sessions := newScene(t, runtime.Config{Store: runtime.NewMemory()}).Sessions
	registration, err := otelsession.Observe(sessions, otelsession.WithMeterProvider(metric.NewMeterProvider(metric.WithReader(reader))))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{1, 0} {
		var all metricdata.ResourceMetrics
		if err := reader.Collect(t.Context(), &all); err != nil {
			t.Fatal(err)
		}
		if got := len(all.ScopeMetrics); got != want {
			t.Errorf("%d scopes, not %d", got, want)
		}
		if err := registration.Unregister(); err != nil {
			t.Error(err)
		}
	}
}

// A tellingStore fails with an error that names the key.
type tellingStore struct {
	runtime.Store
	down bool
}

func (s *tellingStore) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	if s.down {
		return nil, fmt.Errorf("can't read %q", keys)
	}
	return s.Store.Get(ctx, keys)
}

func TestNothingOfASessionIsInSpansOrMetrics(t *testing.T) {
	store := &tellingStore{Store: runtime.NewMemory()}
	s := newScene(t, runtime.Config{Store: store, Keys: [][]byte{make([]byte, 32)}})
	token := s.issue()
	s.visit(false, token, func(session *Session, r *http.Request) {
		for _, err := range []error{session.Login(r.Context(), "ann@shop.example"), session.Renew(r.Context()), s.EndAll(r.Context(), "ann@shop.example")} {
			if err != nil {
				t.Error(err)
			}
		}
	})
	store.down = true
	s.visit(false, token, func(*Session, *http.Request) {})
	var told strings.Builder
	for _, span := range s.spans.Ended() {
		if span.SpanKind() == trace.SpanKindClient {
			fmt.Fprintln(&told, span.Name(), span.Attributes(), span.Status(), span.Events(), span.Links())
			if span.Status().Code == codes.Error && span.Status().Description != "unavailable" {
				t.Errorf("the status is %+v", span.Status())
			}
		}
	}
	for name, m := range s.metrics() {
		switch data := m.Data.(type) {
		case metricdata.Histogram[float64]:
			for _, point := range data.DataPoints {
				fmt.Fprintln(&told, name, point.Attributes.ToSlice())
				for _, exemplar := range point.Exemplars {
					fmt.Fprintln(&told, exemplar.FilteredAttributes)
				}
			}
		case metricdata.Sum[int64]:
			for _, point := range data.DataPoints {
				fmt.Fprintln(&told, name, point.Attributes.ToSlice())
			}
		}
	}
	if strings.Count(told.String(), "\n") < 30 || len(s.tokens) < 2 {
		t.Errorf("too little is told: %s", &told)
	}
	for _, token := range s.tokens {
		if len(token) > 37 && (strings.Contains(told.String(), token[:18]) || strings.Contains(told.String(), token[37:])) {
			t.Errorf("a cookie is told: %s", &told)
		}
	}
	if found := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}|precious|ann@|can't read`).FindString(told.String()); found != "" {
		t.Errorf("%q is told: %s", found, &told)
	}
}

func TestOnCallOfTheConfigurationIsKept(t *testing.T) {
	type key struct{}
	var seen []string
	config := runtime.Config{Store: runtime.NewMemory(), OnCall: func(ctx context.Context, call runtime.Call) (context.Context, func(error)) {
		seen = append(seen, string(call.Op))
		return context.WithValue(ctx, key{}, "value"), func(err error) { seen = append(seen, fmt.Sprint(err)) }
	}}
	s := newScene(t, config)
	s.issue()
	if want := []string{"add", "<nil>"}; !slices.Equal(seen, want) {
		t.Errorf("it has seen %q, not %q", seen, want)
	}
	s = newScene(t, runtime.Config{Store: runtime.NewMemory(), OnCall: func(context.Context, runtime.Call) (context.Context, func(error)) { return nil, nil }})
	s.issue()
}

func TestAppsGetTheAPIOfOpenTelemetryAlone(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		t.Fatalf("%v %s", err, exit.Stderr)
	} else if err != nil {
		t.Fatal(err)
	}
	if deps := string(out); strings.Contains(deps, "go.opentelemetry.io/otel/sdk") || !strings.Contains(deps, "go.opentelemetry.io/otel/trace") {
		t.Errorf("the package imports %s", deps)
	}
}
