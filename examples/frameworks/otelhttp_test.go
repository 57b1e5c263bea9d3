package main

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"testing"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/sessiongen/sessiongen/runtime"
)

// newTracer returns an option for otelhttp, and what records its spans.
func newTracer(t *testing.T) (otelhttp.Option, *tracetest.SpanRecorder) {
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	t.Cleanup(func() { provider.Shutdown(context.Background()) })
	return otelhttp.WithTracerProvider(provider), recorder
}

func TestSpanBearsTheNameOfTheRouteAsWithoutSessions(t *testing.T) {
	overEachProtocol(t, "otelhttp", func(t *testing.T, http2 bool) {
		name := func(handler func(*site, otelhttp.Option) http.Handler) string {
			w := newWorld(t, nil)
			option, recorder := newTracer(t)
			w.serve(handler(w.site, option), http2)
			w.browser().get("/items/tea")
			w.close()
			spans := recorder.Ended()
			if len(spans) != 1 {
				t.Fatalf("%d spans, not 1", len(spans))
			}
			return spans[0].Name()
		}
		items := func() http.Handler {
			mux := http.NewServeMux()
			mux.HandleFunc("GET /items/{item}", func(http.ResponseWriter, *http.Request) {})
			return mux
		}
		without := name(func(_ *site, option otelhttp.Option) http.Handler {
			return otelhttp.NewHandler(items(), "site", option)
		})
		if without != "GET /items/{item}" {
			t.Fatalf("without sessions the span is called %q", without)
		}
		with := name(func(s *site, option otelhttp.Option) http.Handler {
			return otelhttp.NewHandler(s.sessions.Middleware(items()), "site", option)
		})
		if with != without {
			t.Errorf("the span is called %q, and %q without sessions", with, without)
		}
	})
}

func TestEventsComeWithTheSpanOfTheirRequest(t *testing.T) {
	overEachProtocol(t, "otelhttp", func(t *testing.T, http2 bool) {
		var mu sync.Mutex
		traces := map[runtime.EventKind]trace.TraceID{}
		w := newWorld(t, func(c *runtime.Config) {
			c.OnEvent = func(ctx context.Context, e runtime.Event) {
				mu.Lock()
				defer mu.Unlock()
				traces[e.Kind] = trace.SpanContextFromContext(ctx).TraceID()
			}
		})
		option, recorder := newTracer(t)
		w.serve(tracedSite(w.site, option), http2)
		b := w.browser()
		b.get("/")                      // creates
		b.post("/login", "user", "Ada") // renews
		b.post("/logout")               // destroys
		w.close()

		spans := recorder.Ended()
		kinds := []runtime.EventKind{runtime.EventCreated, runtime.EventRenewed, runtime.EventDestroyed}
		if len(spans) != len(kinds) {
			t.Fatalf("%d spans, not %d", len(spans), len(kinds))
		}
		for i, kind := range kinds {
			got, ok := traces[kind]
			if want := spans[i].SpanContext().TraceID(); !ok || got != want {
				t.Errorf("event %q came %t, with the trace %s, not %s", kind, ok, got, want)
			}
		}
	})
}

// An outage of the store shows in the log of the requests that it concerns. One
// that keeps sessions from being loaded shows in the events as well.
func TestOutageIsLoggedWithTheSpanOfTheRequest(t *testing.T) {
	for name, known := range map[string]bool{"load": true, "store": false} {
		overEachProtocol(t, name, func(t *testing.T, http2 bool) {
			failed := make(chan trace.TraceID, 10)
			w := newWorld(t, func(c *runtime.Config) {
				c.OnEvent = func(ctx context.Context, e runtime.Event) {
					if e.Kind == runtime.EventFailed {
						failed <- trace.SpanContextFromContext(ctx).TraceID()
					}
				}
			})
			option, recorder := newTracer(t)
			w.serve(tracedSite(w.site, option), http2)
			b := w.browser()
			if known {
				b.get("/")
			}
			w.store.down.Store(true)
			b.get("/").wantStatus(t, http.StatusServiceUnavailable)
			w.close()
			close(failed)

			spans := recorder.Ended()
			want := spans[len(spans)-1].SpanContext().TraceID()
			lines := w.log.loud(slog.LevelWarn)
			if len(lines) == 0 {
				t.Error("nothing is logged")
			}
			for _, line := range lines {
				if got := trace.SpanContextFromContext(line.ctx).TraceID(); got != want {
					t.Errorf("logged with the trace %s, not %s: %s", got, want, line.text)
				}
			}
			if got := <-failed; known && got != want {
				t.Errorf("the event came with the trace %s, not %s", got, want)
			}
		})
	}
}
