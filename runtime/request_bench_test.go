package runtime_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime"
)

// BenchmarkRequest serves requests that load a session and set a variable of it.
func BenchmarkRequest(b *testing.B) {
	for _, store := range []struct {
		name string
		make func(*testing.B) runtime.Store
	}{
		{"memory", func(*testing.B) runtime.Store { return runtime.NewMemory() }},
		{"memcached", func(b *testing.B) runtime.Store {
			m := runtime.NewMemcache(memcachedtest.Start(b))
			b.Cleanup(func() { m.Close() })
			return m
		}},
	} {
		b.Run(store.name, func(b *testing.B) {
			sessions := mustSessions(b, runtime.Config{Store: store.make(b)})
			cookie, err := sessions.Issue(b.Context(), SessionFields{Token: "6FDNW3QXKJ5WLG2YPRAVCB7TSM", Visits: 41})
			if err != nil {
				b.Fatal(err)
			}
			r := httptest.NewRequest("GET", "https://shop.example/", nil)
			r.Header.Set("Cookie", cookieLine(cookie.Value))
			h := sessions.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				s, err := sessions.From(r.Context())
				if err != nil {
					b.Error(err)
					return
				}
				s.SetVisits(s.GetVisits() + 1)
				w.WriteHeader(http.StatusNoContent)
			}))
			sink := discard{header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(sink.header)
				h.ServeHTTP(&sink, r)
			}
		})
	}
}
