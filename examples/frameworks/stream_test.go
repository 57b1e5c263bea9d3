package main

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
)

// aStory is longer than any buffer on its way.
var aStory = strings.Repeat("Once upon a time there was a session. ", 10_000)

// A storyteller counts the visit with the story's first words.
type storyteller struct {
	session *Session
	rest    *strings.Reader
}

func (s *storyteller) Read(p []byte) (int, error) {
	if s.rest.Len() == len(aStory) {
		s.session.SetVisits(s.session.GetVisits() + 1)
	}
	return s.rest.Read(p)
}

func TestCookieComesBeforeTheFirstByteOfACopiedBody(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		b := w.browser()
		p := b.get("/story")
		p.wantStatus(t, http.StatusOK)
		p.wantCookies(t, 1)
		if p.body != aStory {
			t.Errorf("%d bytes of the story arrived, not its %d", len(p.body), len(aStory))
		}
		b.get("/").want(t, http.StatusOK, "Visit 2 of a stranger.\n", 0)
	}, recoveredOutside, recoveredInside)
}

// A body of which nothing comes sends nothing, so there is still time for a
// notice, a cookie and a redirect.
func TestSessionCanBeSetAfterACopyThatFailsBeforeItsFirstByte(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		w.site.story = func(*Session) io.Reader { return iotest.ErrReader(errors.New("the author is ill")) }
		b := w.browser()
		p := b.get("/story")
		p.wantStatus(t, http.StatusSeeOther)
		p.wantCookies(t, 1)
		b.get("/").want(t, http.StatusOK, "The story is not there.\nVisit 1 of a stranger.\n", 0)
	}, recoveredOutside, recoveredInside)
}

func TestNewsArriveOneByOneBehindTheCookie(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		b := w.browser()
		w.news <- "rain" // some send the header with it only
		resp, err := b.client.Get(w.url + "/news")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if n := len(b.sent(resp)); resp.StatusCode != http.StatusOK || n != 1 {
			t.Errorf("status %d with %d cookies", resp.StatusCode, n)
		}
		lines := bufio.NewReader(resp.Body)
		for _, next := range []string{"sunshine", ""} {
			if line, err := lines.ReadString('\n'); err != nil {
				t.Fatalf("the stream ended: %q, %v", line, err)
			}
			if line, err := lines.ReadString('\n'); line != "\n" || err != nil {
				t.Fatalf("an event ends with %q, %v", line, err)
			}
			// The stream is open, and the session can be used beside it.
			b.get("/").wantStatus(t, http.StatusOK)
			if next == "" {
				close(w.news)
			} else {
				w.news <- next
			}
		}
		if rest, err := io.ReadAll(lines); len(rest) != 0 || err != nil {
			t.Errorf("the stream ends with %q, %v", rest, err)
		}
		b.get("/").want(t, http.StatusOK, "Visit 4 of a stranger.\n", 0)
	}, recoveredOutside, recoveredInside)
}
