package main

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/go-chi/chi/v5"
)

// A route is what a handler, or a router below, leaves on a request for who reads
// it afterwards.
type route struct{ pattern, item, query string }

// A logger outside of the session middleware reads what the router within has
// found, when that has answered or panicked.
func TestALoggerOutsideSeesTheRouteAsWithoutSessions(t *testing.T) {
	type middleware = func(http.Handler) http.Handler
	routers := map[string]func(page http.HandlerFunc, outermost, inner middleware) http.Handler{
		"net/http": func(page http.HandlerFunc, outermost, inner middleware) http.Handler {
			mux := http.NewServeMux()
			mux.Handle("GET /items/{item}", page)
			return outermost(inner(mux))
		},
		"chi": func(page http.HandlerFunc, outermost, inner middleware) http.Handler {
			router := chi.NewRouter()
			router.Use(outermost, inner)
			router.Get("/items/{item}", page)
			return router
		},
	}
	for name, router := range routers {
		overEachProtocol(t, name, func(t *testing.T, http2 bool) {
			for _, panics := range []bool{false, true} {
				seen := func(withSessions bool) route {
					w := newWorld(t, nil)
					var sessions *Sessions
					if withSessions {
						sessions = w.site.sessions
					}
					page := func(rw http.ResponseWriter, r *http.Request) {
						r.ParseForm()
						if panics {
							panic("no such item")
						}
						fmt.Fprint(rw, r.PathValue("item"))
					}
					logged := make(chan route, 1)
					logger := func(next http.Handler) http.Handler {
						return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
							defer func() { logged <- route{r.Pattern, r.PathValue("item"), r.Form.Get("q")} }()
							next.ServeHTTP(rw, r)
						})
					}
					w.serve(recovered(router(page, logger, middlewareOf(sessions))), http2)
					w.browser().get("/items/tea?q=green")
					return <-logged
				}
				without := seen(false)
				if without.pattern == "" || without.item != "tea" || without.query != "green" {
					t.Fatalf("without sessions the logger sees %+v", without)
				}
				if with := seen(true); with != without {
					t.Errorf("panic %t: the logger sees %+v, and %+v without sessions", panics, with, without)
				}
			}
		})
	}
}
