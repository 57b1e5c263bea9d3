package main

import (
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/sessiontest"
)

func TestPageCountsVisits(t *testing.T) {
	sessions, err := NewSessions(runtime.Config{Store: runtime.NewMemory()})
	if err != nil {
		t.Fatal(err)
	}
	visitor := sessiontest.NewVisitor(t, sessions, SessionFields{Visits: 41})
	page := visitor.Get(site(sessions), "/")
	if page.Body.String() != "Visit number 42\n" || visitor.Session().GetVisits() != 42 {
		t.Error(page.Body, visitor.Session().GetVisits())
	}
}
