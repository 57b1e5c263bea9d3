package browser

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sessiongen/sessiongen/runtime"
)

// A live site has a page that hears of events as they come.
type live struct {
	sessions *Sessions
	next     chan string // what a stream is to do next: send, or hang up
	ended    chan error  // why a stream could not go on
}

const livePage = `<!doctype html>
<link rel="icon" href="data:,">
<script>
const heard = [], waiting = []
function hear(text) {
	heard.push(text)
	waiting.forEach(check => check())
}
function hearing(text) {
	return new Promise(done => {
		const check = () => heard.includes(text) && done(heard)
		waiting.push(check)
		check()
	})
}
const source = new EventSource("/events")
source.onmessage = event => hear(event.data)
source.onerror = () => source.readyState == EventSource.CLOSED && hear("closed")
</script>`

func (l *live) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { // needs no session
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, livePage)
	})
	mux.HandleFunc("GET /events", l.events)
	mux.HandleFunc("GET /state", l.state)
	mux.HandleFunc("POST /count", l.count)
	mux.HandleFunc("GET /logout", l.logout)
	return l.sessions.Middleware(mux)
}

// events is a stream. What it sets before the first flush makes the session, whose
// cookie leaves with that flush; what it sets afterwards, Save stores.
func (l *live) events(w http.ResponseWriter, r *http.Request) {
	s, err := l.sessions.From(r.Context())
	if err != nil {
		l.sessions.Error(w, r, err)
		return
	}
	if s.IsNew() && r.Header.Get("Last-Event-ID") != "" {
		// The stream is not the first one of its page, and the session is over. This
		// status tells the browser not to come again.
		w.WriteHeader(http.StatusNoContent)
		return
	}
	s.SetOpened(s.GetOpened() + 1)
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprintf(w, "retry: 1\nid: %d\ndata: opened %d\n\n", s.GetOpened(), s.GetOpened())
	stream := http.NewResponseController(w)
	for stream.Flush() == nil {
		select {
		case what := <-l.next:
			if what == "hang up" {
				return
			}
		case <-r.Context().Done():
			return
		}
		s.SetSent(s.GetSent() + 1)
		if err := s.Save(r.Context()); err != nil {
			l.ended <- err // logged out, for one
			return
		}
		fmt.Fprintf(w, "data: event %d\n\n", s.GetSent())
	}
}

// count is what goes on in the session meanwhile.
func (l *live) count(w http.ResponseWriter, r *http.Request) {
	s, err := l.sessions.From(r.Context())
	if err == nil {
		err = s.UpdateLeft(r.Context(), func(n *int) error { *n++; return nil })
	}
	if err != nil {
		l.sessions.Error(w, r, err)
	}
}

func (l *live) state(w http.ResponseWriter, r *http.Request) {
	s, err := l.sessions.From(r.Context())
	if err != nil {
		l.sessions.Error(w, r, err)
		return
	}
	fmt.Fprintf(w, "%d streams, %d events, %d counted", s.GetOpened(), s.GetSent(), s.GetLeft())
}

func (l *live) logout(w http.ResponseWriter, r *http.Request) {
	s, err := l.sessions.From(r.Context())
	if err == nil {
		err = s.Destroy(r.Context())
	}
	if err != nil {
		l.sessions.Error(w, r, err)
		return
	}
	fmt.Fprint(w, "logged out")
}

// hear waits until the page has heard a text, and returns all that it has heard.
func (tab *tab) hear(text string) []string {
	tab.Helper()
	return do(tab, chromedp.Evaluate[[]string](fmt.Sprintf("hearing(%q)", text), chromedp.EvalAwaitPromise, chromedp.EvalAsValue))
}

// openLive returns a site, its URL and a tab that has opened its page.
func openLive(t *testing.T) (l *live, site string, page *tab) {
	t.Helper()
	sessions, err := NewSessions(runtime.Config{Store: runtime.NewMemory(), InsecureHTTP: true})
	if err != nil {
		t.Fatal(err)
	}
	l = &live{sessions, make(chan string), make(chan error, 1)}
	site = serve(t, l.handler())
	page = newVisitor(t) // it goes first, and its stream with it: the server waits for that
	page.open(site)
	page.hear("opened 1")
	return l, site, page
}

func TestStreamBringsTheCookieAndSavesWhileOtherRequestsGoOn(t *testing.T) {
	l, site, page := openLive(t)
	cookie := page.cookie(site)
	if !cookie.HTTPOnly || cookie.SameSite != "Lax" {
		t.Errorf("%+v", cookie)
	}
	other := page.another()

	const events = 20
	for n := 1; n <= events; n++ {
		do(page, chromedp.Evaluate[chromedp.Void](`counted = fetch("/count", {method: "POST"})`))
		l.next <- "send"
		page.hear(fmt.Sprintf("event %d", n))
		if status := do(page, chromedp.Evaluate[int]("counted.then(response => response.status)", chromedp.EvalAwaitPromise)); status != http.StatusOK {
			t.Fatalf("the request beside event %d has status %d", n, status)
		}
	}

	other.open(site + "/state")
	other.mustShow(fmt.Sprintf("1 streams, %d events, %d counted", events, events))
	if now := page.cookie(site); now.Value != cookie.Value {
		t.Error("the cookie has changed")
	}
}

func TestStreamThatReconnectsFindsItsSession(t *testing.T) {
	l, site, page := openLive(t)
	cookie := page.cookie(site)
	for n := 2; n <= 5; n++ {
		l.next <- "send"
		l.next <- "hang up"
		page.hear(fmt.Sprintf("opened %d", n))
	}
	if now := page.cookie(site); now.Value != cookie.Value {
		t.Error("the cookie has changed")
	}
	other := page.another()
	other.open(site + "/state")
	other.mustShow("5 streams, 4 events")
}

func TestStreamEndsWithTheLogoutInAnotherTab(t *testing.T) {
	l, site, page := openLive(t)
	other := page.another()
	other.open(site + "/logout")
	other.mustShow("logged out")

	l.next <- "send"

	if err := <-l.ended; !errors.Is(err, runtime.ErrEnded) {
		t.Errorf("the stream got %v", err)
	}
	if heard := page.hear("closed"); !slices.Equal(heard, []string{"opened 1", "closed"}) {
		t.Errorf("the page has heard %q", heard)
	}
	if left := page.cookies(site); len(left) > 0 {
		t.Errorf("%+v", left[0])
	}
	other.open(site + "/state")
	other.mustShow("0 streams, 0 events")
}
