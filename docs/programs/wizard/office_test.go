package main

import (
	"fmt"
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

func newBrowser(t *testing.T) browser {
	t.Helper()
	handler, err := newOffice(runtime.NewMemory())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return browser{t, &http.Client{Jar: jar}, server.URL}
}

// submit sends a form of fields and values by turns, and returns the page that it
// leads to.
func (b browser) submit(path string, fields ...string) string {
	b.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	resp, err := b.client.PostForm(b.url+path, form)
	if err != nil {
		b.Error(err)
		return ""
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Error(err)
	}
	return string(body)
}

func (b browser) want(page string, texts ...string) {
	b.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			b.Errorf("no %q in\n%s", text, page)
		}
	}
}

func TestStepsFollowEachOther(t *testing.T) {
	b := newBrowser(t)
	b.want(b.submit("/address", "from", "Ada"), "Step 2 of 3")
	b.want(b.submit("/address", "to", "Charles"), "Step 3 of 3", "From Ada to Charles")
	b.want(b.submit("/content", "what", "gears", "grams", "700"), "gears, 700 g")
	b.want(b.submit("/content", "what", "cards", "grams", "50"), "gears, 700 g", "cards, 50 g")
	b.want(b.submit("/send"), "On its way to Charles: 750 g.", "Step 1 of 3")
}

func TestNoStepCanBeSkipped(t *testing.T) {
	b := newBrowser(t)
	b.want(b.submit("/send"), "There is nothing to send.", "Step 1 of 3")
	b.want(b.submit("/address", "to", "Charles"), "Please give an address.", "Step 1 of 3")
	b.want(b.submit("/content", "what", "gears", "grams", "700"), "Please give the addresses first.", "Step 1 of 3")
	b.submit("/address", "from", "Ada")
	b.submit("/address", "to", "Charles")
	b.want(b.submit("/content", "what", "gears", "grams", "none"), "how heavy", "Step 3 of 3")
}

func TestLinesOfTwoWindowsAreAllInTheParcel(t *testing.T) {
	b := newBrowser(t)
	b.submit("/address", "from", "Ada")
	b.submit("/address", "to", "Charles")
	var windows sync.WaitGroup
	for i := range 8 {
		windows.Go(func() { b.submit("/content", "what", fmt.Sprint("thing ", i), "grams", "1") })
	}
	windows.Wait()
	b.want(b.submit("/send"), "8 g.")
}

func TestFormOfAnotherSiteIsRefused(t *testing.T) {
	b := newBrowser(t)
	r, err := http.NewRequest(http.MethodPost, b.url+"/address", strings.NewReader("from=Eve"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("status %d", resp.StatusCode)
	}
}
