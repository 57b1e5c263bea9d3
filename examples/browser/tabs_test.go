package browser

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sessiongen/sessiongen/runtime"
)

// rounds is how often two tabs do something at once.
const rounds = 12

func TestTwoTabsThatSetDifferentVariablesAtOnceLoseNothing(t *testing.T) {
	sessions, err := NewSessions(runtime.Config{Store: runtime.NewMemory(), InsecureHTTP: true})
	if err != nil {
		t.Fatal(err)
	}
	var both meeting
	page := func(set func(s *Session, n int)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			s, err := sessions.From(r.Context())
			if err != nil {
				sessions.Error(w, r, err)
				return
			}
			if n, err := strconv.Atoi(r.FormValue("n")); err == nil {
				both.wait(r.Context()) // each has loaded what the other is about to change
				set(s, n)
			}
			fmt.Fprintf(w, "left %d, right %d", s.GetLeft(), s.GetRight())
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /left", page((*Session).SetLeft))
	mux.HandleFunc("GET /right", page((*Session).SetRight))
	mux.HandleFunc("GET /first", func(w http.ResponseWriter, r *http.Request) {
		s, err := sessions.From(r.Context())
		if err != nil {
			sessions.Error(w, r, err)
			return
		}
		s.SetLeft(-1)
		s.SetRight(-1)
	})
	site := serve(t, sessions.Middleware(mux))
	left := newVisitor(t)
	right := left.another()
	left.open(site + "/first")

	for n := range rounds {
		sideBySide(t,
			func() error {
				return visit(left.ctx, fmt.Sprintf("%s/left?n=%d", site, n), fmt.Sprintf("left %d, right %d", n, n-1))
			},
			func() error {
				return visit(right.ctx, fmt.Sprintf("%s/right?n=%d", site, n), fmt.Sprintf("left %d, right %d", n-1, n))
			},
		)
	}

	left.open(site + "/left")
	left.mustShow(fmt.Sprintf("left %d, right %d", rounds-1, rounds-1))
}

func TestTwoTabsThatFillTheCartAtOnceLoseNothing(t *testing.T) {
	var both meeting
	shop := before(t, openShop(t))
	var filled atomic.Bool
	site := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && filled.Load() {
			both.wait(t.Context())
		}
		shop.ServeHTTP(w, r)
	}))
	one := newVisitor(t)
	other := one.another()
	for _, tea := range []string{"sencha", "oolong", "assam"} {
		one.open(site)
		one.click(addButton(tea))
	}
	other.open(site + "/cart")
	filled.Store(true)
	more := func(tab *tab, tea string) func() error {
		return func() error {
			_, err := chromedp.RunResponse(tab.ctx, chromedp.Click(addButton(tea)))
			return err
		}
	}

	for n := range rounds {
		if n%2 == 0 {
			sideBySide(t, more(one, "sencha"), more(other, "assam"))
		} else {
			sideBySide(t, more(one, "oolong"), more(other, "oolong"))
		}
	}

	one.open(site + "/cart")
	one.mustShow(
		fmt.Sprintf("%d × €8.90", 1+rounds/2),
		fmt.Sprintf("%d × €7.50", 1+rounds/2),
		fmt.Sprintf("%d × €11.50", 1+rounds),
	)
}

// sideBySide fails the test unless both succeed.
func sideBySide(t *testing.T, one, other func() error) {
	t.Helper()
	failed := make(chan error, 1)
	go func() { failed <- other() }()
	err := one()
	if err2 := <-failed; err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
}

// visit opens a page, which is to show a text.
func visit(ctx context.Context, url, text string) error {
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		return err
	}
	return mustShow(ctx, text)
}

func mustShow(ctx context.Context, text string) error {
	shown, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err == nil && !strings.Contains(shown, text) {
		err = fmt.Errorf("no %q on this page:\n%s", text, shown)
	}
	return err
}
