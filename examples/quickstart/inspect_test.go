package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestSessionsAreShownToDevelopersOnlyIfAskedFor(t *testing.T) {
	for _, shown := range []bool{false, true} {
		handler, err := newSite(inMemory(), testKeys, options{insecure: true, inspect: shown})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		b := newBrowser(t, server.URL)
		b.submit("/login", "name", "Ada")
		p := b.get(inspectPath)
		if !shown {
			if p.status != http.StatusNotFound {
				t.Errorf("status %d, not 404", p.status)
			}
			continue
		}
		p.mustHave(t, "main.Session", "Living", "belongs to one")
		p.mustLack(t, "Ada")
	}
}
