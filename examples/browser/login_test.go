package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// A point on a page.
type point struct{ x, y float64 }

// middle returns where to click on an element.
func (tab *tab) middle(element chromedp.CSS) point {
	tab.Helper()
	corners := do(tab, chromedp.Dimensions(element)).Content
	return point{(corners[0] + corners[4]) / 2, (corners[1] + corners[5]) / 2}
}

// press clicks, and does not wait for what that leads to. It is the click of that
// number of a double click.
func (tab *tab) press(at point, number int64) {
	tab.Helper()
	for _, half := range []input.DispatchMouseEventType{chromedp.MousePressed, chromedp.MouseReleased} {
		_, err := chromedp.Call(tab.ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{
			Type: half, X: at.x, Y: at.y, Button: input.MouseButtonLeft, ClickCount: number,
		})
		if err != nil {
			tab.Fatal(err)
		}
	}
}

func TestLoginClickedTwiceLogsIn(t *testing.T) {
	for name, way := range map[string]func(t *testing.T, logins http.Handler) (between http.Handler, first <-chan struct{}){
		"as it comes":                  asItComes,
		"both at once":                 atOnce,
		"the first answer is too late": firstAnswerTooLate,
	} {
		t.Run(name, func(t *testing.T) {
			shop := before(t, openShop(t))
			logins, first := way(t, uncancelled(shop))
			site := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/login" {
					logins.ServeHTTP(w, r)
				} else {
					shop.ServeHTTP(w, r)
				}
			}))
			b := newVisitor(t)
			b.enterName(site, "Ada")
			button := b.middle(loginButton)

			b.press(button, 1)
			<-first
			b.press(button, 2)

			do(b, chromedp.WaitVisible(logoutButton))
			b.mustShow("Hello, Ada.")
			b.open(site)
			b.mustShow("Hello, Ada.")
			// An answer that the browser has thrown away was a login, too.
			if n := b.devices(site); n != 1 && n != 2 {
				t.Errorf("one browser is %d devices", n)
			}
			b.open(site)
			b.click(addButton("assam"))
			b.mustShow("1 × €7.50")
		})
	}
}

// uncancelled goes on with requests that the browser has given up, so that they
// have an effect.
func uncancelled(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// asItComes passes on each request. The second click does not wait for the first
// request: the browser may have forgotten it, or the answer may be there.
func asItComes(_ *testing.T, logins http.Handler) (between http.Handler, first <-chan struct{}) {
	now := make(chan struct{})
	close(now)
	return logins, now
}

// atOnce passes on two requests when both have come.
func atOnce(t *testing.T, logins http.Handler) (between http.Handler, first <-chan struct{}) {
	var both meeting
	came := make(chan struct{}, 2)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		came <- struct{}{}
		both.wait(t.Context())
		logins.ServeHTTP(w, r)
	}), came
}

// firstAnswerTooLate answers the first request when the second has come: the
// browser does not wait for that answer any more, which bears the new cookie.
func firstAnswerTooLate(t *testing.T, logins http.Handler) (between http.Handler, first <-chan struct{}) {
	answered, came := make(chan struct{}), make(chan struct{})
	var once sync.Once
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		isFirst := false
		once.Do(func() { isFirst = true })
		if !isFirst {
			close(came)
			logins.ServeHTTP(w, r)
			return
		}
		logins.ServeHTTP(httptest.NewRecorder(), r)
		close(answered)
		select {
		case <-came:
		case <-t.Context().Done():
		}
	}), answered
}

// The second click of a slow hand hits the next page.
func TestNothingIsToBeClickedWhereTheLoginButtonWas(t *testing.T) {
	shop := openShop(t)
	b := newVisitor(t)
	for _, window := range []struct{ width, height int64 }{{1280, 800}, {780, 500}, {390, 844}, {320, 640}} {
		do(b, chromedp.EmulateViewport(window.width, window.height))
		b.enterName(shop, "Ada")
		at := b.middle(loginButton)
		b.click(loginButton)
		b.mustShow("Hello, Ada.")
		there := do(b, chromedp.Evaluate[string](fmt.Sprintf(
			`document.elementFromPoint(%f, %f).closest("button, a, input, label")?.outerHTML ?? ""`, at.x, at.y)))
		if there != "" {
			t.Errorf("in a window of %d × %d it is %s", window.width, window.height, there)
		}
		b.click(logoutButton)
		b.mustShow("Hello, stranger.")
	}
}
