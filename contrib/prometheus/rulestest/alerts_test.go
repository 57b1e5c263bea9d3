package rulestest

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime"
)

// A shop has sessions on a memcached of its own.
type shop struct {
	*Sessions
	t     *testing.T
	store *shopStore
	stop  func() // stops the memcached
	token string // of a living session
	past  int    // incidents
}

// A shopStore can take its time.
type shopStore struct {
	*runtime.Memcache
	takes time.Duration
}

func (s *shopStore) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	time.Sleep(s.takes)
	return s.Memcache.Get(ctx, keys)
}

func openShop(t *testing.T) *shop {
	server := memcachedtest.New(t)
	addr, stop := server.Addr, server.Stop
	store := &shopStore{Memcache: runtime.NewMemcache(addr)}
	t.Cleanup(func() { store.Close() })
	sessions, err := NewSessions(runtime.Config{Store: store, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{Sessions: sessions, t: t, store: store, stop: stop}
	s.token = s.issue()
	return s
}

func (s *shop) issue() string {
	s.t.Helper()
	cookie, err := s.Issue(s.t.Context(), SessionFields{Token: "x", Visits: 1})
	if err != nil {
		s.t.Fatal(err)
	}
	return cookie.Value
}

func (s *shop) open(token string) *Session {
	s.t.Helper()
	session, err := s.Open(s.t.Context(), token)
	if err != nil {
		s.t.Fatal(err)
	}
	return session
}

// visit is what most requests are: a load, and a variable that is set.
func (s *shop) visit() {
	s.t.Helper()
	session := s.open(s.token)
	session.SetVisits(session.GetVisits() + 1)
	if err := session.Save(s.t.Context()); err != nil {
		s.t.Error(err)
	}
}

// serve has a handler serve a request of the living session's visitor.
func (s *shop) serve(token string, page func(http.ResponseWriter, *Session)) {
	r := httptest.NewRequest("GET", "https://shop.example/", nil)
	r.Header.Set("Cookie", s.CookieName()+"="+token)
	s.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, err := s.From(r.Context())
		if err != nil {
			s.t.Error(err)
			return
		}
		page(w, session)
	})).ServeHTTP(httptest.NewRecorder(), r)
}

func (s *shop) must(err, want error) {
	s.t.Helper()
	if !errors.Is(err, want) || want == nil && err != nil {
		s.t.Errorf("%v, not %v", err, want)
	}
}

// incidents are by the alert that they cause. Each is what happens between two
// scrapes, once half of an hour has been quiet.
var incidents = map[string]func(*shop){
	"SessionStoreUnavailable": func(s *shop) {
		s.stop()
		_, err := s.Open(s.t.Context(), s.token)
		s.must(err, runtime.ErrUnavailable)
	},
	"SessionStoreSlow": func(s *shop) {
		s.store.takes = 101 * time.Millisecond
		s.open(s.token)
	},
	"SessionsLost": func(s *shop) { // memcached evicts a variable
		token := s.issue()
		s.must(s.store.Delete(s.t.Context(), []string{"session:" + token[:36] + "-token"})[0], nil)
		s.visit()
		s.open(token)
	},
	"SessionsGone": func(s *shop) { // memcached evicts all of a session
		s.visit()
		for range 2 {
			token := s.issue()
			s.must(s.store.Delete(s.t.Context(), []string{"session:" + token[:36]})[0], nil)
			s.open(token)
		}
	},
	"SessionsRefused": func(s *shop) {
		s.visit()
		s.open(s.token[:37] + "AAECAwQFBgcICQoLDA0ODw")
	},
	"SessionConflicts": func(s *shop) {
		one, two := s.open(s.token), s.open(s.token)
		for _, session := range []*Session{one, two} {
			s.must(session.UpdateVisits(s.t.Context(), func(n *int) error { *n++; return nil }), nil)
		}
	},
	"SessionWritesGivenUp": func(s *shop) { // others write whenever fn runs
		s.visit()
		if s.past++; s.past > 1 {
			return // it takes seconds
		}
		s.must(s.open(s.token).UpdateVisits(s.t.Context(), func(n *int) error {
			s.visit()
			return nil
		}), runtime.ErrConflict)
	},
	"SessionHeadersSent": func(s *shop) {
		s.serve("", func(w http.ResponseWriter, session *Session) {
			w.WriteHeader(http.StatusOK)
			touch(session)
		})
	},
	"SessionMiddlewareMissing": func(s *shop) {
		_, err := s.From(s.t.Context())
		s.must(err, runtime.ErrNoMiddleware)
	},
	"SessionValueTooLarge": func(s *shop) {
		session := s.open(s.token)
		session.SetToken(strings.Repeat("x", 1<<20))
		s.must(session.Save(s.t.Context()), runtime.ErrTooLarge)
	},
	"SessionErrors": func(s *shop) {
		if s.End(s.t.Context(), "x") == nil {
			s.t.Error("x is the id of a session")
		}
	},
	"SessionValuesUnreadable": func(s *shop) {
		next, err := NewNexts(runtime.Config{Store: s.store, Namespace: "session", Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			s.t.Fatal(err)
		}
		cookie, err := next.Issue(s.t.Context(), NextFields{Token: "x", Visits: []string{"today"}})
		if err != nil {
			s.t.Fatal(err)
		}
		s.open(cookie.Value) // a build that is rolled back
	},
}

func touch(session *Session) { session.SetToken("x") }

func TestEachAlertFiresOnItsIncidentAndOnNoOther(t *testing.T) {
	var names []string
	for _, rule := range loadRules(t) {
		names = append(names, rule.Alert)
	}
	if known := slices.Sorted(maps.Keys(incidents)); !slices.Equal(known, slices.Sorted(slices.Values(names))) {
		t.Fatalf("there are incidents for %q, and alerts %q", known, names)
	}
	for name, happens := range incidents {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openShop(t)
			p := newProm(t, s.Sessions)
			for range 10 {
				s.visit()
				if firing := p.scrape(); len(firing) != 0 {
					t.Fatalf("%v fire on a quiet day", firing)
				}
			}
			fired := map[string]bool{}
			for range 70 { // 35 minutes
				happens(s)
				for alert, active := range p.scrape() {
					fired[alert] = true
					checkText(t, active.Annotations.Map())
					if active.Labels.Get("job") != "shop" || active.Labels.Get("sessions") != "session" || active.Labels.Get("severity") == "" {
						t.Errorf("%s has the labels %v", alert, active.Labels)
					}
				}
			}
			if got := slices.Sorted(maps.Keys(fired)); !slices.Equal(got, []string{name}) {
				t.Errorf("%q have fired, not %s", got, name)
			}
		})
	}
}

// checkText fails where a template of Prometheus' has failed, or shows too many
// digits.
func checkText(t *testing.T, annotations map[string]string) {
	t.Helper()
	for name, text := range annotations {
		if strings.Contains(text, "<error") || strings.Contains(text, "<no value>") || regexp.MustCompile(`\d\.\d{4}`).MatchString(text) {
			t.Errorf("%s reads %q", name, text)
		}
	}
}

// What visitors do is no incident: they go away, come late, click twice, log out.
func TestNoAlertFiresOnVisitors(t *testing.T) {
	s := openShop(t)
	p := newProm(t, s.Sessions)
	for range 80 {
		s.visit()
		s.visit()
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.Open(gone, s.token)
		s.must(err, runtime.ErrUnavailable)
		old := s.issue()
		session, late := s.open(old), s.open(old)
		s.must(session.Renew(t.Context()), nil)
		s.must(session.Destroy(t.Context()), nil)
		late.SetVisits(7)
		s.must(late.Save(t.Context()), runtime.ErrEnded)
		s.open(old)
		if firing := p.scrape(); len(firing) != 0 {
			t.Fatalf("%v fire", firing)
		}
	}
}

// One outage must not fire when the store is back, and a site that nobody visits has
// no rates to divide by.
func TestAlertEndsWithItsIncident(t *testing.T) {
	s := openShop(t)
	p := newProm(t, s.Sessions)
	for range 20 {
		if firing := p.scrape(); len(firing) != 0 {
			t.Fatalf("%v fire without any visitor", firing)
		}
	}
	for range 20 {
		incidents["SessionMiddlewareMissing"](s)
		p.scrape()
	}
	if firing := p.scrape(); firing["SessionMiddlewareMissing"] == nil {
		t.Fatalf("%v fire", firing)
	}
	for range 40 {
		s.visit()
		p.scrape()
	}
	if firing := p.scrape(); len(firing) != 0 {
		t.Errorf("%v still fire", firing)
	}
}

// An annotation names a page and its heading.
func TestAlertsSayWhatToDoAndWhereToRead(t *testing.T) {
	for _, rule := range loadRules(t) {
		for _, annotation := range []string{"summary", "description", "remedy"} {
			if len(rule.Annotations[annotation]) < 40 {
				t.Errorf("%s has the %s %q", rule.Alert, annotation, rule.Annotations[annotation])
			}
		}
		if len(rule.Annotations) != 3 || !slices.Contains([]string{"critical", "warning"}, rule.Labels["severity"]) {
			t.Errorf("%s has annotations %v and labels %v", rule.Alert, rule.Annotations, rule.Labels)
		}
		remedy := rule.Annotations["remedy"]
		page, err := os.ReadFile("../../../docs/operations.md")
		if err != nil {
			t.Fatal(err)
		}
		headings := 0
		for _, quoted := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(remedy, -1) {
			if headings++; !strings.Contains(string(page), "\n## "+quoted[1]+"\n") {
				t.Errorf("%s: docs/operations.md has no heading %q", rule.Alert, quoted[1])
			}
		}
		if headings == 0 || !strings.Contains(remedy, "in docs/operations.md") {
			t.Errorf("%s names no heading: %s", rule.Alert, remedy)
		}
		metrics, err := os.ReadFile("../../../docs/metrics.md")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(metrics), "`"+rule.Alert+"`") {
			t.Errorf("docs/metrics.md does not have %s", rule.Alert)
		}
	}
}
