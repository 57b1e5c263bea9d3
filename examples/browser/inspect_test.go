package browser

import (
	"io"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

const inspectPath = "/debug/sessions/"

// A look is a window and what a visitor prefers.
type look struct {
	name          string
	width, height int64
	scheme        string
}

var looks = []look{
	{"phone, light", 390, 844, "light"},
	{"small phone, dark", 360, 740, "dark"},
	{"desktop, light", 1440, 900, "light"},
	{"desktop, dark", 1440, 900, "dark"},
}

// take makes the tab look so.
func (tab *tab) take(l look) {
	tab.Helper()
	do(tab, chromedp.EmulateViewport(l.width, l.height))
	_, err := chromedp.Call(tab.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.scheme}},
	})
	if err != nil {
		tab.Fatal(err)
	}
}

// fillSession logs a visitor in who has something in the cart.
func (tab *tab) fillSession(shop string) {
	tab.Helper()
	tab.login(shop, "Ada")
	tab.click(addButton("oolong"))
	tab.mustShow("Oolong is in your cart")
}

// waitFor waits until an expression of JavaScript is true.
func (tab *tab) waitFor(expression string) {
	tab.Helper()
	do(tab, chromedp.Poll[bool](expression))
}

// is tells whether an expression of JavaScript is true.
func (tab *tab) is(expression string) bool {
	tab.Helper()
	return do(tab, chromedp.Evaluate[bool](expression))
}

// load asks the shop for pages as a visitor who has a session.
func load(t *testing.T, shop string, n int) {
	t.Helper()
	first, err := http.Get(shop)
	if err != nil {
		t.Fatal(err)
	}
	first.Body.Close()
	for range n {
		r, err := http.NewRequest(http.MethodGet, shop, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range first.Cookies() {
			r.AddCookie(c)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
}

// overflow is what is wider than the window, and may not be.
const overflow = `document.documentElement.scrollWidth > document.documentElement.clientWidth ? Array.from(document.querySelectorAll("body *"),
	e => e.getBoundingClientRect().right > innerWidth + 1 ? e.outerHTML.slice(0, 80) : "").filter(Boolean).join("\n") || "the page" : ""`

// faint are the texts that stand out less from what is behind them than WCAG asks for
// with level AA: 4.5 to 1, or 3 to 1 for large ones.
const faint = `(() => {
	const parts = c => c.match(/[\d.]+/g).map(Number);
	const over = (a, b) => { const t = a[3] ?? 1; return [0, 1, 2].map(i => a[i] * t + b[i] * (1 - t)); };
	const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const behind = e => e ? over(parts(getComputedStyle(e).backgroundColor), behind(e.parentElement)) : [255, 255, 255];
	const all = [];
	let seen = 0;
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) {
		const e = texts.currentNode.parentElement;
		if (!texts.currentNode.data.trim() || !e.checkVisibility() || e.matches("script, style, title")) continue;
		seen++;
		const style = getComputedStyle(e), back = behind(e), ink = over(parts(style.color), back);
		const [a, b] = [light(ink), light(back)].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
		const size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
		if (ratio < (large ? 3 : 4.5)) all.push(ratio.toFixed(2) + " " + texts.currentNode.data.trim());
	}
	return seen < 20 ? "only " + seen + " texts" : all.join("\n");
})()`

func TestInspectionIsReadableOnPhonesAndDesktopsInLightAndDark(t *testing.T) {
	shop := openShop(t, "-inspect")
	b := newVisitor(t)
	heard := b.listen()
	b.fillSession(shop)
	load(t, shop, 20)
	for _, l := range looks {
		t.Run(l.name, func(t *testing.T) {
			b := &tab{T: t, ctx: b.ctx}
			b.take(l)
			b.open(shop + inspectPath)
			b.waitFor(`document.querySelectorAll('[data-chart] svg').length > 2`)
			do(b, chromedp.Click(chromedp.CSS(`button[value="*"]`)))
			b.waitFor(`document.body.innerText.includes('"oolong"')`)
			for what, script := range map[string]string{"too wide": overflow, "too faint": faint} {
				if found := do(b, chromedp.Evaluate[string](script)); found != "" {
					t.Errorf("%s:\n%s", what, found)
				}
			}
			if dark := b.is(`parseInt(getComputedStyle(document.body).backgroundColor.match(/\d+/)) < 60`); dark != (l.scheme == "dark") {
				t.Errorf("dark is %v", dark)
			}
			// What is written in the head of a table on a desktop stands beside each cell on a phone.
			if stacked := b.is(`getComputedStyle(document.querySelector(".stack tr:last-child")).display === "grid"`); stacked != (l.width < 640) {
				t.Errorf("stacked is %v", stacked)
			}
		})
	}
	if all := heard(); len(all) > 0 {
		t.Errorf("the console says %q", all)
	}
}

func TestInspectionRefusedIsReadable(t *testing.T) {
	target := before(t, openShop(t, "-inspect"))
	rewrite := target.Rewrite
	target.Rewrite = func(r *httputil.ProxyRequest) {
		rewrite(r)
		r.SetXForwarded()
	}
	site := serve(t, target)
	b := newVisitor(t)
	for _, l := range looks {
		b.take(l)
		if answer := b.open(site + inspectPath); answer.Status != http.StatusForbidden {
			t.Fatalf("status %d", answer.Status)
		}
		b.mustShow("Sessions are not shown here", "the header X-Forwarded-For", "inspect.Guarded")
		if found := do(b, chromedp.Evaluate[string](overflow)); found != "" {
			t.Errorf("%s: too wide:\n%s", l.name, found)
		}
		if found := do(b, chromedp.Evaluate[string](strings.Replace(faint, "seen < 20", "seen < 6", 1))); found != "" {
			t.Errorf("%s: too faint:\n%s", l.name, found)
		}
	}
}

func TestInspectionShowsFiguresAsTheyComeIn(t *testing.T) {
	shop := openShop(t, "-inspect")
	b := newVisitor(t)
	heard := b.listen()
	b.open(shop + inspectPath)
	b.mustShow("No cookie came with this request")
	b.waitFor(`document.body.innerText.includes("Nothing in")`)
	const line = `document.querySelector('[data-chart="loads"] .line.get')`
	if b.is(line + " !== null") {
		t.Error("there is a line without a load")
	}

	load(t, shop, 40)
	b.waitFor(`document.querySelector('[data-tile="loads"] [data-small]').textContent === "40 in all"`)
	b.waitFor(line + ` && ` + line + `.getBBox().height > 20`)
	b.waitFor(`document.querySelector('[data-tile="hits"] [data-big]').textContent === "100.0 %"`)
	b.waitFor(`Number(document.querySelector('tr[data-op="get"] [data-c="count"]').textContent) >= 40`)
	b.waitFor(`Array.from(document.querySelectorAll('[data-chart="latency"] rect')).some(r => r.getBBox().height > 50)`)
	b.waitFor(`document.querySelector('[data-chart="loads"] svg').getAttribute("aria-label").startsWith("loads a second")`)

	b.pushButton(`#pause`)
	b.mustShow("Paused")
	load(t, shop, 5)
	b.pushButton(`#pause`)
	b.waitFor(`document.querySelector('[data-tile="loads"] [data-small]').textContent === "45 in all"`)
	if all := heard(); len(all) > 0 {
		t.Errorf("the console says %q", all)
	}
}

// ownTime lets a page's timers go off when the test says so, and counts what it asks.
const ownTime = `(() => {
	const timers = new Map(), fetch = window.fetch.bind(window), setTimeout = window.setTimeout.bind(window), clearTimeout = window.clearTimeout.bind(window);
	let last = -1;
	window.asked = 0;
	window.fetch = (...all) => { window.asked++; return fetch(...all); };
	window.setTimeout = (f, ms) => { // those of this test are not the page's
		if (ms !== 2000) return setTimeout(f, ms);
		timers.set(--last, f);
		return last;
	};
	window.clearTimeout = id => timers.delete(id) || clearTimeout(id);
	window.waiting = () => timers.size;
	window.elapse = () => { const due = [...timers.values()]; timers.clear(); due.forEach(f => f()); return due.length; };
	window.hide = hidden => {
		Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
		document.dispatchEvent(new Event("visibilitychange"));
		return true;
	};
})()`

func TestInspectionAsksNothingWhileItIsHiddenOrPaused(t *testing.T) {
	shop := openShop(t, "-inspect")
	b := newVisitor(t)
	if _, err := chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: ownTime}); err != nil {
		t.Fatal(err)
	}
	b.open(shop + inspectPath)
	b.waitFor("asked === 1 && waiting() === 1")
	if !b.is("elapse() === 1 && asked === 2") {
		t.Fatal("time goes by, and the page does not ask")
	}
	b.waitFor("waiting() === 1")
	if !b.is("hide(true) && elapse() === 0 && waiting() === 0 && asked === 2") {
		t.Error("it asks while it is hidden")
	}
	if !b.is("hide(false) && asked === 3") {
		t.Error("it does not ask when it is seen again")
	}
	b.waitFor("waiting() === 1")
	b.pushButton("#pause")
	if !b.is("elapse() === 0 && waiting() === 0 && asked === 3") {
		t.Error("it asks while it is paused")
	}
	b.pushButton("#pause")
	b.waitFor("asked === 4 && waiting() === 1")
}

// A server that has gone, and another process in its place.
func TestInspectionSaysThatThereIsNoAnswer(t *testing.T) {
	shop := before(t, openShop(t, "-inspect"))
	var mu sync.Mutex
	var gone bool
	change := func(f func()) {
		mu.Lock()
		defer mu.Unlock()
		f()
	}
	site := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		to, gone := shop, gone
		mu.Unlock()
		if gone {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		to.ServeHTTP(w, r)
	}))
	b := newVisitor(t)
	b.open(site + inspectPath)
	b.waitFor(`document.body.innerText.includes("Nothing in")`) // it has figures to begin with
	load(t, site, 7)
	b.waitFor(`document.querySelector('[data-tile="loads"] [data-small]').textContent === "7 in all"`)
	b.waitFor(`document.querySelector('[data-chart="loads"] .line.get') !== null`)
	change(func() { gone = true })
	b.waitFor(`document.querySelector("#live").innerText.includes("No answer")`)
	other := before(t, openShop(t, "-inspect"))
	change(func() { shop, gone = other, false })
	b.waitFor(`document.querySelector('[data-tile="loads"] [data-small]').textContent === "0 in all"`)
	b.waitFor(`document.querySelector("#live").innerText.includes("Live")`)
	if b.is(`document.querySelector('[data-chart="loads"] .line.get') !== null || document.body.innerText.includes("NaN")`) {
		t.Error("the charts show what another process has counted")
	}
}

func TestInspectionShowsValuesUntilTheReload(t *testing.T) {
	shop := openShop(t, "-inspect")
	b := newVisitor(t)
	heard := b.listen()
	b.fillSession(shop)
	address := shop + inspectPath
	b.open(address)
	b.mustShow("Living", "not fetched")
	const values = `document.querySelectorAll("pre").length`
	if !b.is(values + " === 0") {
		t.Fatal("values are shown that nobody has asked for")
	}
	b.pushButton(`button[value="Visitor"]`)
	b.waitFor(values + ` === 1`)
	b.mustShow(`"Ada"`, "not fetched")
	b.pushButton(`button[value="Cart"]`)
	b.waitFor(values + ` === 2`)
	b.mustShow(`"Ada"`, `Tea: "oolong"`)
	if got := do(b, chromedp.Evaluate[string](`location.href`)); got != address {
		t.Errorf("the address is %s", got)
	}
	if !b.is(`document.activeElement.textContent === "Your session"`) {
		t.Error("the keyboard is somewhere else")
	}
	b.pushButton(`button[name="hide"]`)
	b.waitFor(values + ` === 0`)

	b.pushButton(`button[value="*"]`)
	b.waitFor(values + ` === 4`) // the notice was shown once, in the shop
	do(b, chromedp.Reload())
	b.mustShow("Living", "not fetched")
	if !b.is(values + " === 0") {
		t.Error("values are shown after a reload")
	}
	b.open(shop)
	b.mustShow("Hello, Ada.")
	if all := heard(); len(all) > 0 {
		t.Errorf("the console says %q", all)
	}
}

// Without scripts there are tables, and a form.
func TestInspectionWorksWithoutScripts(t *testing.T) {
	shop := openShop(t, "-inspect")
	b := newVisitor(t)
	b.fillSession(shop)
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.take(looks[0])
	b.open(shop + inspectPath)
	b.mustShow("Charts need JavaScript", "Loads", "Living", "Visitor")
	b.click(`button[value="Visitor"]`)
	b.mustShow(`"Ada"`)
	if found := do(b, chromedp.Evaluate[string](overflow)); found != "" {
		t.Errorf("too wide:\n%s", found)
	}
}

// pushButton clicks on what changes the page and leads to no other.
func (tab *tab) pushButton(target chromedp.CSS) {
	tab.Helper()
	do(tab, chromedp.Click(target))
}
