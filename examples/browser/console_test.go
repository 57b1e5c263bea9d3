package browser

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// listen returns what has gone to the console since it was called: complaints of
// the browser, such as of a Content-Security-Policy or a missing file.
func (tab *tab) listen() (heard func() []string) {
	tab.Helper()
	var mu sync.Mutex
	var all []string
	err := chromedp.Listen(tab.ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *log.EventEntryAdded:
			all = append(all, e.Entry.Text)
		case *runtime.EventExceptionThrown:
			all = append(all, e.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			all = append(all, string(e.Type))
		}
	})
	if err != nil {
		tab.Fatal(err)
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}

func TestPagesLeaveTheConsoleEmpty(t *testing.T) {
	shop := openShop(t)
	b := newVisitor(t)
	heard := b.listen()
	b.login(shop, "Ada")
	b.click(addButton("oolong"))
	b.mustShow("Oolong is in your cart")
	b.click(`a[href="/devices"]`)
	b.mustShow("This device")
	b.click(`a.brand`)
	b.click(logoutButton)
	b.mustShow("Hello, stranger.")
	if all := heard(); len(all) > 0 {
		t.Errorf("the console says %q", all)
	}

	// It would have said so.
	b.open(shop + "/missing")
	if all := heard(); !strings.Contains(strings.Join(all, "\n"), "404") {
		t.Errorf("of a page that is missing the console says %q", all)
	}
}
