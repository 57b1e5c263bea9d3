package main

import (
	"errors"
	"net/http"
	"testing"

	"github.com/gorilla/mux"

	"github.com/sessiongen/sessiongen/runtime"
)

// gorilla/mux calls its middleware for routes that match.
func TestPageForNoRouteOfMuxHasASessionOnlyIfTheSessionsAreAroundTheRouter(t *testing.T) {
	for name, around := range map[string]bool{"Use": false, "around": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			router := mux.NewRouter()
			gorillaRoutes(router, w.site)
			router.NotFoundHandler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				session, err := w.site.sessions.From(r.Context())
				if err == nil {
					session.SetVisits(1)
				} else if !errors.Is(err, runtime.ErrNoMiddleware) {
					t.Error(err)
				}
				http.NotFound(rw, r)
			})
			cookies := 0
			if around {
				w.serve(w.site.sessions.Middleware(router), false)
				cookies = 1
			} else {
				router.Use(w.site.sessions.Middleware)
				w.serve(router, false)
			}
			w.browser().get("/nowhere").want(t, http.StatusNotFound, "404 page not found\n", cookies)
		})
	}
}
