package inspect_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/inspect"
)

// full has something in each variable that must not be seen by chance.
func full() SessionFields {
	note := "a-note"
	return SessionFields{
		User: "value-of-user", Visits: 987654, Token: "value-of-token", Notice: "value-of-notice", Code: "value-of-code", Hint: "value-of-hint",
		Prefs: map[string]any{"key-of-prefs": "value-of-prefs"},
		Cart:  []item{{"value-of-cart", 3, &note}},
		Big:   map[string]string{"key-of-big": "value-of-big"},
	}
}

func TestValuesAreShownOnlyIfOneAsks(t *testing.T) {
	w := newWorld(t)
	c := w.issue(full())
	for _, target := range []string{"/", "/?show=User", "/?show=*&of=0", "/?figures", "/?figures&show=*"} {
		mustLack(t, w.body(serve(w.page, local(t, "GET", target, nil, c))), "value-of", "key-of", "987654")
	}
	mustLack(t, w.ask(nil, c), "value-of", "key-of", "987654")

	one := own(w.ask([]string{"Visits"}, c))
	mustHave(t, one, "987654")
	mustLack(t, one, "value-of")

	all := own(w.ask([]string{"*"}, c))
	mustHave(t, all, `"value-of-user"`, "987654", `"value-of-notice"`, `"value-of-code"`, `"value-of-hint"`,
		`{ "key-of-prefs": "value-of-prefs" }`, `[ { Tea: "value-of-cart" Quantity: 3 Note: &"a-note" } ]`, `{ "key-of-big": "value-of-big" }`)
	mustLack(t, w.get(c), "value-of", "key-of", "987654") // a reload

	form := url.Values{"of": {"0"}, "show": {"User"}, "hide": {"1"}}
	mustLack(t, w.body(serve(w.page, local(t, "POST", "/", form, c))), "value-of")
}

// What a type hides from its own text stays hidden here.
func TestValuesThatHideThemselvesStayHidden(t *testing.T) {
	w := newWorld(t)
	page := w.ask([]string{"Token"}, w.issue(full()))
	mustHave(t, own(page), "(hidden)")
	mustLack(t, page, "value-of-token")
}

func TestValuesOfOthersCannotBeHad(t *testing.T) {
	w := newWorld(t)
	victim := w.issue(full())
	s, err := w.sessions.Open(t.Context(), victim.Value)
	if err != nil {
		t.Fatal(err)
	}
	mine := w.issue(SessionFields{User: "mine"})
	for name, cookies := range map[string][]*http.Cookie{
		"no cookie":       nil,
		"my own":          {mine},
		"its id alone":    {{Name: "session", Value: s.ID()}},
		"its id, my own":  {{Name: "session", Value: s.ID() + mine.Value[len(s.ID()):]}},
		"another's name":  {{Name: "other", Value: victim.Value}},
		"both":            {mine, victim},
		"quoted":          {{Name: "session", Value: victim.Value, Quoted: true}, mine},
		"of another kind": {{Name: "__Host-session", Value: victim.Value}},
	} {
		form := url.Values{"of": {"0"}, "show": {"*"}, "id": {s.ID()}, "session": {victim.Value}, "token": {victim.Value}}
		for _, r := range []*http.Request{
			local(t, "GET", "/?session="+victim.Value+"&id="+s.ID(), nil, cookies...),
			local(t, "POST", "/?session="+victim.Value, form, cookies...),
			local(t, "GET", "/?figures", nil, cookies...),
		} {
			page := w.body(serve(w.page, r))
			mustLack(t, page, "value-of", s.ID(), victim.Value)
			if t.Failed() {
				t.Fatal(name)
			}
		}
	}
}

// The id is shown, which is no secret; what opens the session is not.
func TestSecretOfTheCookieIsNotShown(t *testing.T) {
	w := newWorld(t)
	c := w.issue(full())
	_, secret, _ := strings.Cut(c.Value, ".")
	for _, page := range []string{w.get(c), w.ask([]string{"*"}, c), w.body(serve(w.page, local(t, "GET", "/?figures", nil, c)))} {
		mustLack(t, page, secret)
	}
	mustLack(t, w.log.String(), secret, "value-of")
}

func TestLazyVariablesAreFetchedOnlyIfOneAsks(t *testing.T) {
	w := newWorld(t)
	c := w.issue(full())
	count := func(look func()) (gets, wanted int64) {
		gets, wanted = w.store.gets.Load(), w.store.wanted.Load()
		look()
		return w.store.gets.Load() - gets, w.store.wanted.Load() - wanted
	}
	if gets, wanted := count(func() { w.get(c) }); gets != 1 || wanted != 8 { // the record, and 7
		t.Errorf("the page makes %d calls for %d keys", gets, wanted)
	}
	if gets, wanted := count(func() { w.ask([]string{"User"}, c) }); gets != 1 || wanted != 8 {
		t.Errorf("a value makes %d calls for %d keys", gets, wanted)
	}
	if gets, _ := count(func() { w.ask([]string{"Cart"}, c) }); gets != 2 {
		t.Errorf("a lazy value makes %d calls", gets)
	}
	if gets, _ := count(func() { serve(w.page, local(t, "GET", "/?figures", nil, c)) }); gets != 0 {
		t.Errorf("figures make %d calls", gets)
	}
}

func TestOtherSitesCannotAskForValues(t *testing.T) {
	w := newWorld(t)
	c := w.issue(full())
	for name, change := range map[string]func(r *http.Request){
		"another site":      func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"another port":      func(r *http.Request) { r.Header.Set("Origin", "http://localhost:3000") },
		"a hidden origin":   func(r *http.Request) { r.Header.Set("Origin", "null") },
		"fetched, site":     func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"fetched, port":     func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"fetched, no known": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "odd") },
	} {
		r := local(t, "POST", "/", url.Values{"of": {"0"}, "show": {"*"}}, c)
		change(r)
		if answer := serve(w.page, r); answer.Code != http.StatusForbidden || strings.Contains(answer.Body.String(), "value-of") {
			t.Errorf("%s: status %d", name, answer.Code)
		}
	}
}

// A browser goes to the page for its visitor, and loads it for no other site.
func TestOtherSitesCannotLoadThePage(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		site, mode, dest string
		want             int
	}{
		{"", "", "", 200}, // such as curl
		{"none", "navigate", "document", 200},
		{"same-origin", "cors", "empty", 200},
		{"cross-site", "navigate", "document", 200}, // a link
		{"cross-site", "navigate", "iframe", 403},
		{"cross-site", "no-cors", "script", 403},
		{"cross-site", "cors", "empty", 403},
		{"same-site", "no-cors", "image", 403}, // another port of localhost
		{"same-site", "cors", "empty", 403},
	} {
		for _, target := range []string{"/", "/?figures"} {
			r := local(t, "GET", target, nil)
			r.Header.Set("Sec-Fetch-Site", c.site)
			r.Header.Set("Sec-Fetch-Mode", c.mode)
			r.Header.Set("Sec-Fetch-Dest", c.dest)
			answer := serve(w.page, r)
			if answer.Code != c.want || answer.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%+v, %s: status %d, %v", c, target, answer.Code, answer.Header())
			}
		}
	}
}

func TestFormsThatAreNotOfThePageAreRefused(t *testing.T) {
	w := newWorld(t)
	c := w.issue(full())
	for name, form := range map[string]url.Values{
		"of none":       {"show": {"*"}},
		"of another":    {"of": {"1"}, "show": {"*"}},
		"of less":       {"of": {"-1"}, "show": {"*"}},
		"of no number":  {"of": {"x"}, "show": {"*"}},
		"far too large": {"of": {"0"}, "show": {strings.Repeat("x", 1<<20)}},
	} {
		if answer := serve(w.page, local(t, "POST", "/", form, c)); answer.Code != http.StatusBadRequest {
			t.Errorf("%s: status %d", name, answer.Code)
		}
	}
	mustLack(t, w.ask([]string{"nobody", "", "user"}, c), "value-of")
}

func TestValuesCannotBreakOutOfThePage(t *testing.T) {
	w := newWorld(t)
	wild := `</pre><script>alert(1)</script><img src=x onerror=alert(1)>` + "\x00\x1b[31m\u202e&amp;'\""
	page := w.ask([]string{"*"}, w.issue(SessionFields{User: wild, Prefs: map[string]any{wild: wild}, Big: map[string]string{wild: wild}}))
	mustLack(t, page, "<script>alert", "<img", "\x00", "\x1b", "\u202e")
	mustHave(t, html.UnescapeString(page), `</pre><script>alert(1)</script>`, `\u202e&amp;'\"`)
	if n := strings.Count(page, "<script>"); n != 1 {
		t.Errorf("%d scripts", n)
	}
}

func TestLargeValuesAreCut(t *testing.T) {
	w := newWorld(t)
	large := strings.Repeat("é", 100_000)
	many := map[string]string{}
	for i := range 5000 {
		many[strings.Repeat("k", i%7)+string(rune('a'+i%26))+strings.Repeat("x", i%100)] = "v"
	}
	page := w.ask([]string{"*"}, w.issue(SessionFields{User: large, Big: many}))
	mustHave(t, own(page), "195.4 KB", "The rest is cut off.")
	if n := strings.Count(page, "The rest is cut off."); n != 2 || len(page) > 150<<10 {
		t.Errorf("%d values are cut, and the page has %d bytes", n, len(page))
	}
	for _, letter := range []string{"e", "é", "€", "𝄞"} {
		shown := own(w.ask([]string{"User"}, w.issue(SessionFields{User: strings.Repeat(letter, 10_000)})))
		if n := strings.Count(shown, letter); n*len(letter) < 8000 || strings.ContainsRune(shown, '\uFFFD') || strings.Contains(shown, `\x`) {
			t.Errorf("%d letters %s are shown of 10,000", n, letter)
		}
	}
}

func TestWhatAnotherDeclarationHasStoredReadsAsSuch(t *testing.T) {
	w := newWorld(t)
	c := w.issue(SessionFields{Visits: 7, User: "Ada"})
	other, err := newOthers(runtime.Config{Store: w.store, InsecureHTTP: true, Keys: keys, Namespace: "session", CookieName: "session"})
	if err != nil {
		t.Fatal(err)
	}
	w.page = inspect.Handler(other)
	mustHave(t, own(w.get(c)), "Visits unreadable", "Another build has stored user , too.")
}
