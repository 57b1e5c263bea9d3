package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

const (
	firefoxOnLinux = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"
	safariOnIPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
)

// An entry is a device as its page shows it.
type entry struct {
	label string // as HTML
	this  bool
	id    string // "" if there is no button to end it
}

var (
	entryItem  = regexp.MustCompile(`(?s)<li>.*?</li>`)
	entryLabel = regexp.MustCompile(`<bdi>(.*)</bdi>`)
	entryID    = regexp.MustCompile(`name="id" value="([^"]+)"`)
)

// devices returns what the page lists, from the newest login to the oldest.
func (p page) devices(t *testing.T) []entry {
	t.Helper()
	p.mustHave(t, "Your devices")
	var all []entry
	for _, item := range entryItem.FindAllString(p.body, -1) {
		label := entryLabel.FindStringSubmatch(item)
		if label == nil || strings.Count(item, "<time ") != 3 {
			t.Fatalf("a device lacks something:\n%s", item)
		}
		e := entry{label: label[1], this: strings.Contains(item, "This device")}
		if m := entryID.FindStringSubmatch(item); m != nil {
			e.id = m[1]
		}
		all = append(all, e)
	}
	return all
}

// mustList fails unless the page lists these labels, and the one at place this as
// the visitor's own device, without a button to end it.
func (p page) mustList(t *testing.T, this int, labels ...string) []entry {
	t.Helper()
	all := p.devices(t)
	if len(all) != len(labels) {
		t.Fatalf("%d devices, not %d:\n%s", len(all), len(labels), p.body)
	}
	for i, e := range all {
		if e.label != labels[i] || e.this != (i == this) || (e.id == "") != (i == this) {
			t.Fatalf("device %d is %+v, not %q:\n%s", i, e, labels[i], p.body)
		}
	}
	return all
}

func (p page) mustBe(t *testing.T, status int, text string) {
	t.Helper()
	if p.status != status || !strings.Contains(p.body, text) {
		t.Fatalf("status %d, not %d with %q:\n%s", p.status, status, text, p.body)
	}
}

func (p page) mustBeForVisitorsAlone(t *testing.T) {
	t.Helper()
	p.mustBe(t, http.StatusForbidden, "You are not logged in")
}

// loggedInTwice returns two browsers of one visitor.
func loggedInTwice(t *testing.T, b *browser) (laptop, phone *browser) {
	t.Helper()
	laptop, phone = b.as(firefoxOnLinux), b.stranger().as(safariOnIPhone)
	for _, b := range []*browser{laptop, phone} {
		b.submit("/login", "name", "Ada").mustHave(t, "Hello, Ada.")
	}
	return laptop, phone
}

func TestDevicesAreListedForTheirVisitor(t *testing.T) {
	onEachStorage(t, func(t *testing.T, b *browser) {
		laptop, phone := loggedInTwice(t, b)
		stranger := b.stranger()
		stranger.submit("/login", "name", "Bob")

		laptop.get("/devices").mustList(t, 1, "Safari on iPhone", "Firefox on Linux")
		phone.get("/devices").mustList(t, 0, "Safari on iPhone", "Firefox on Linux")
		stranger.get("/devices").mustList(t, 0, "Go-http-client/1.1")
	})
}

func TestDevicesAreForVisitorsWhoHaveLoggedIn(t *testing.T) {
	b := newBrowser(t, openShop(t, inMemory()))
	b.get("/devices").mustBeForVisitorsAlone(t)
	if b.cookie() != "" {
		t.Error("the refusal has made a session")
	}
	b.get("/").mustLack(t, "/devices")
	b.get("/devices").mustBeForVisitorsAlone(t)
	b.submit("/devices/end", "id", "x").mustBeForVisitorsAlone(t)
	b.submit("/devices/end-others").mustBeForVisitorsAlone(t)
	b.submit("/login", "name", "Ada").mustHave(t, `href="/devices"`)
}

func TestDeviceThatIsEndedIsLoggedOut(t *testing.T) {
	onEachStorage(t, func(t *testing.T, b *browser) {
		laptop, phone := loggedInTwice(t, b)
		token := phone.get("/").token(t)
		lost := laptop.get("/devices").devices(t)[0]

		p := laptop.submit("/devices/end", "id", lost.id)

		p.mustHave(t, "You are logged out there: Safari on iPhone.")
		p.mustList(t, 0, "Firefox on Linux")
		p.mustLack(t, "Sign out everywhere else")
		phone.get("/devices").mustBeForVisitorsAlone(t)
		phone.post("/devices/end-others", url.Values{"token": {token}}).mustBe(t, http.StatusForbidden, "out of date")
		phone.get("/").mustHave(t, "Hello, stranger.", "your first visit")
		laptop.get("/").mustHave(t, "Hello, Ada.")
		laptop.submit("/devices/end", "id", lost.id).mustBe(t, http.StatusNotFound, "no such device")
	})
}

func TestSignOutEverywhereElse(t *testing.T) {
	onEachStorage(t, func(t *testing.T, b *browser) {
		laptop, phone := loggedInTwice(t, b)
		third, stranger := b.stranger(), b.stranger()
		third.submit("/login", "name", "Ada")
		stranger.submit("/login", "name", "Bob")

		p := phone.submit("/devices/end-others")

		p.mustHave(t, "You are logged out everywhere else.")
		p.mustList(t, 0, "Safari on iPhone")
		laptop.get("/devices").mustBeForVisitorsAlone(t)
		laptop.get("/").mustHave(t, "Hello, stranger.")
		third.get("/").mustHave(t, "Hello, stranger.")
		stranger.get("/").mustHave(t, "Hello, Bob.")
		phone.submit("/devices/end-others").mustList(t, 0, "Safari on iPhone") // nobody is left, and that is fine
	})
}

func TestDevicesOfOthersCanNotBeEnded(t *testing.T) {
	onEachStorage(t, func(t *testing.T, b *browser) {
		ada, mallory, stranger := b, b.stranger(), b.stranger()
		ada.submit("/login", "name", "Ada")
		mallory.submit("/login", "name", "Mallory")
		stranger.get("/")
		id := func(b *browser) string {
			id, _, _ := strings.Cut(b.cookie(), ".")
			return id
		}
		for name, id := range map[string]string{
			"of another visitor":   id(ada),
			"of one not logged in": id(stranger),
			"the own":              id(mallory),
			"none":                 "",
			"no id":                "x",
		} {
			if p := mallory.submit("/devices/end", "id", id); p.status != http.StatusNotFound {
				t.Errorf("%s: status %d, not 404", name, p.status)
			}
		}
		ada.get("/").mustHave(t, "Hello, Ada.")
		mallory.get("/").mustHave(t, "Hello, Mallory.")
		stranger.get("/").mustHave(t, "<strong>2</strong> times")
	})
}

func TestLabelsAreEscaped(t *testing.T) {
	b := newBrowser(t, openShop(t, inMemory()))
	evil, other := b.as(`"><script>alert(1)</script>`), b.stranger()
	evil.submit("/login", "name", "Ada")
	other.submit("/login", "name", "Ada")
	const escaped = "&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"

	p := other.get("/devices")
	entries := p.mustList(t, 0, "Go-http-client/1.1", escaped)
	p.mustLack(t, "<script")
	p = other.submit("/devices/end", "id", entries[1].id)
	p.mustHave(t, "You are logged out there: "+escaped)
	p.mustLack(t, "<script")
}

func TestLoggedOutDeviceIsNotListed(t *testing.T) {
	onEachStorage(t, func(t *testing.T, b *browser) {
		laptop, phone := loggedInTwice(t, b)
		phone.submit("/logout").mustHave(t, "Hello, stranger.")
		laptop.get("/devices").mustList(t, 0, "Firefox on Linux")
		phone.submit("/login", "name", "Ada").mustHave(t, "Hello, Ada.")
		laptop.get("/devices").mustList(t, 1, "Safari on iPhone", "Firefox on Linux")
	})
}

func TestDeviceThatWasEndedCanLogInAgain(t *testing.T) {
	onEachStorage(t, func(t *testing.T, b *browser) {
		laptop, phone := loggedInTwice(t, b)
		laptop.submit("/devices/end-others")

		phone.submit("/login", "name", "Ada").mustHave(t, "Hello, Ada.")

		phone.get("/devices").mustList(t, 0, "Safari on iPhone", "Firefox on Linux")
		laptop.get("/").mustHave(t, "Hello, Ada.")
	})
}
