package main

import (
	"bufio"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

type browser struct {
	*testing.T
	client *http.Client
	url    string
}

func open(t *testing.T) *httptest.Server {
	t.Helper()
	handler, err := newPoll(runtime.NewMemory())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func newBrowser(t *testing.T, server *httptest.Server) browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return browser{t, &http.Client{Jar: jar}, server.URL}
}

// read returns the status and the body of an answer.
func (b browser) read(resp *http.Response, err error) (int, string) {
	b.Helper()
	if err != nil {
		b.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Error(err)
	}
	return resp.StatusCode, string(body)
}

func (b browser) get() string {
	b.Helper()
	_, page := b.read(b.client.Get(b.url))
	return page
}

func (b browser) vote(choice string) (int, string) {
	b.Helper()
	return b.read(b.client.PostForm(b.url+"/vote", url.Values{"choice": {choice}}))
}

// watch opens the events, and returns what reads the next one.
func (b browser) watch() (next func() string) {
	b.Helper()
	resp, err := b.client.Get(b.url + "/events")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { resp.Body.Close() })
	lines := bufio.NewScanner(resp.Body)
	return func() string {
		b.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return data
			}
		}
		b.Fatalf("the events ended: %v", lines.Err())
		return ""
	}
}

func TestVotesAreShownAsTheyComeIn(t *testing.T) {
	server := open(t)
	ada, bob := newBrowser(t, server), newBrowser(t, server)
	ada.vote("tabs")
	next := ada.watch()
	if got := next(); got != `{"tabs":1}` {
		t.Errorf("at first %s", got)
	}
	bob.vote("spaces")
	if got := next(); got != `{"spaces":1,"tabs":1}` {
		t.Errorf("then %s", got)
	}
}

func TestWhatWasSeenIsRemembered(t *testing.T) {
	server := open(t)
	ada, bob := newBrowser(t, server), newBrowser(t, server)
	if _, page := ada.vote("tabs"); !strings.Contains(page, "New since you looked: 1.") {
		t.Errorf("before it was seen:\n%s", page)
	}
	next := ada.watch()
	next()
	bob.vote("spaces")
	next() // the first one has been saved by now
	if page := ada.get(); strings.Contains(page, "New since you looked: 2.") {
		t.Errorf("after it was seen:\n%s", page)
	}
}

func TestNobodyVotesTwice(t *testing.T) {
	ada := newBrowser(t, open(t))
	ada.vote("tabs")
	var clicks sync.WaitGroup
	for range 4 {
		clicks.Go(func() { ada.vote("spaces") })
	}
	clicks.Wait()
	if got := ada.watch()(); got != `{"tabs":1}` {
		t.Errorf("the votes are %s", got)
	}
	if page := ada.get(); !strings.Contains(page, "You voted for tabs.") {
		t.Errorf("the page is\n%s", page)
	}
}

func TestWhoHasNotVotedSeesNothing(t *testing.T) {
	ada := newBrowser(t, open(t))
	status, body := ada.read(ada.client.Get(ada.url + "/events"))
	if status != http.StatusNoContent || body != "" {
		t.Errorf("status %d, %q", status, body)
	}
}

func TestUnknownChoiceIsRefused(t *testing.T) {
	if status, _ := newBrowser(t, open(t)).vote("both"); status != http.StatusBadRequest {
		t.Errorf("status %d", status)
	}
}
