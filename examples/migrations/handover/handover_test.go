package handover_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/examples/migrations/after"
	"github.com/sessiongen/sessiongen/examples/migrations/handover"
	"github.com/sessiongen/sessiongen/runtime"
)

// oldSessions are the sessions of another library: a user for each cookie.
type oldSessions struct {
	mu    sync.Mutex
	users map[string]string
	login bool           // Fill logs the user in to an account
	fail  error          // of Fill
	stay  error          // of End
	fills func(n int)    // called before the nth Fill looks
	count int            // of Fills
	ended map[string]int // how often
}

func (o *oldSessions) Fill(r *http.Request, value string, s *after.Session) (handover.Found, error) {
	o.mu.Lock()
	o.count++
	n := o.count
	o.mu.Unlock()
	if o.fills != nil {
		o.fills(n)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	user, found := o.users[value]
	if !found {
		return handover.Nothing, o.fail
	}
	s.SetUser(user)
	if o.login {
		return handover.Visitor, s.Login(r.Context(), user)
	}
	return handover.Visitor, o.fail
}

func (o *oldSessions) End(w http.ResponseWriter, _ *http.Request, value string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: "old", Path: "/", MaxAge: -1})
	if o.stay != nil {
		return o.stay
	}
	delete(o.users, value)
	o.ended[value]++
	return nil
}

// A world is an app into which visitors move.
type world struct {
	*testing.T
	old      *oldSessions
	marks    *watchedStore
	sessions *after.Sessions
	handover handover.Handover[*after.Session]
	app      http.Handler
}

func newWorld(t *testing.T) world {
	t.Helper()
	store := runtime.NewMemory()
	sessions, err := after.NewSessions(runtime.Config{Store: store, Keys: [][]byte{make([]byte, 32)}})
	if err != nil {
		t.Fatal(err)
	}
	old := &oldSessions{users: map[string]string{"ada's": "Ada"}, ended: map[string]int{}}
	marks := &watchedStore{Store: store}
	h := handover.Handover[*after.Session]{
		Old: old, CookieName: "old", Sessions: sessions, Marks: marks, Remember: 24 * time.Hour,
	}
	return world{t, old, marks, sessions, h, h.Middleware(after.Handler(sessions))}
}

// A watchedStore keeps what is added, or fails.
type watchedStore struct {
	runtime.Store
	mu    sync.Mutex
	fail  error // of Add
	keep  error // of Swap
	added []runtime.Item
}

func (s *watchedStore) Swap(ctx context.Context, items []runtime.Item) []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keep != nil && strings.HasPrefix(items[0].Key, "moved:") {
		return []error{s.keep}
	}
	return s.Store.Swap(ctx, items)
}

func (s *watchedStore) Add(ctx context.Context, items []runtime.Item) []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return []error{s.fail}
	}
	s.added = append(s.added, items...)
	return s.Store.Add(ctx, items)
}

// get opens the page with some cookies, given as name and value.
func (w world) get(cookies ...string) *http.Response {
	w.Helper()
	return w.send(w.app, "GET", "/", cookies...)
}

// send sends a request with some cookies to a handler.
func (w world) send(app http.Handler, method, path string, cookies ...string) *http.Response {
	w.Helper()
	r := httptest.NewRequest(method, "https://shop.example"+path, nil)
	for i := 0; i < len(cookies); i += 2 {
		r.AddCookie(&http.Cookie{Name: cookies[i], Value: cookies[i+1]})
	}
	recorder := httptest.NewRecorder()
	app.ServeHTTP(recorder, r)
	return recorder.Result()
}

// greeted checks that the page greets the user with the number of the visit.
func (w world) greeted(response *http.Response, want string) {
	w.Helper()
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		w.Fatal(err)
	}
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(body.String(), want) {
		w.Errorf("status %d, page %q, want %q", response.StatusCode, body.String(), want)
	}
}

// cookies returns what the response's last cookie of each name is; a removed one
// is empty.
func cookies(response *http.Response) map[string]string {
	all := map[string]string{}
	for _, c := range response.Cookies() {
		all[c.Name] = c.Value
	}
	return all
}

const newName = "__Host-session"

func TestSessionIsMovedOnceAndTheOldOneEnds(t *testing.T) {
	w := newWorld(t)
	response := w.get("old", "ada's")
	w.greeted(response, "Hello Ada, visit number 1.")
	got := cookies(response)
	if removed, there := got["old"]; removed != "" || !there || w.old.ended["ada's"] != 1 {
		t.Errorf("cookies %v, ended %v", got, w.old.ended)
	}
	if cc := response.Header["Cache-Control"]; len(cc) != 1 || cc[0] != "no-store" {
		t.Errorf("Cache-Control is %q", cc)
	}
	w.greeted(w.get(newName, got[newName]), "Hello Ada, visit number 2.")
	if w.old.count != 1 {
		t.Errorf("the old session was read %d times", w.old.count)
	}
}

func TestRequestsAtOnceGoOnWithOneSession(t *testing.T) {
	const n = 8
	w := newWorld(t)
	all := make(chan struct{}) // closed when each request is about to read the old session
	w.old.fills = func(i int) {
		if i == n {
			close(all)
		}
		<-all
	}
	responses := make([]*http.Response, n)
	var wg sync.WaitGroup
	for i := range responses {
		wg.Go(func() { responses[i] = w.get("old", "ada's") })
	}
	wg.Wait()
	moved := cookies(responses[0])[newName]
	for _, response := range responses {
		w.greeted(response, "Hello Ada, visit number ")
		if got := cookies(response)[newName]; got != moved || got == "" {
			t.Errorf("cookie %q, and another answer has %q", got, moved)
		}
	}
	w.greeted(w.get(newName, moved), "Hello Ada, visit number 9.")
}

func TestRequestThatFindsTheOldSessionJustEndedGoesOnWithTheNewOne(t *testing.T) {
	w := newWorld(t)
	var first *http.Response
	w.old.fills = func(i int) {
		if i == 1 { // while this request is about to read, another one is answered
			first = w.get("old", "ada's")
		}
	}
	second := w.get("old", "ada's")
	w.greeted(first, "Hello Ada, visit number 1.")
	w.greeted(second, "Hello Ada, visit number 2.")
}

func TestMovedSessionMayBelongToAnAccount(t *testing.T) {
	w := newWorld(t)
	w.old.login = true
	moved := cookies(w.get("old", "ada's"))[newName]
	w.greeted(w.get(newName, moved), "Hello Ada, visit number 2.")
	if logins, err := w.sessions.List(t.Context(), "Ada"); len(logins) != 1 || err != nil {
		t.Errorf("%d logins, %v", len(logins), err)
	}
	if err := w.sessions.EndAll(t.Context(), "Ada"); err != nil {
		t.Fatal(err)
	}
	w.greeted(w.get(newName, moved), "Hello , visit number 1.")
	w.greeted(w.get("old", "ada's"), "Hello , visit number 1.")
}

func TestOldCookieOpensNothingAfterAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		moved := cookies(w.get("old", "ada's"))[newName]
		w.old.users["ada's"] = "Ada" // stored again by a slow request of the old app
		time.Sleep(59 * time.Second)
		w.greeted(w.get("old", "ada's"), "Hello Ada, visit number 2.")
		time.Sleep(time.Second)
		w.old.users["ada's"] = "Ada"
		response := w.get("old", "ada's")
		w.greeted(response, "Hello , visit number 1.")
		if got := cookies(response); got[newName] == moved || len(w.old.users) != 0 {
			t.Errorf("cookies %v, old sessions %v", got, w.old.users)
		}
		w.greeted(w.get(newName, moved), "Hello Ada, visit number 3.")
	})
}

func TestVisitorWithANewSessionKeepsItAndTheOldOneEnds(t *testing.T) {
	w := newWorld(t)
	cookie, err := w.sessions.Issue(t.Context(), after.SessionFields{User: "Bob"})
	if err != nil {
		t.Fatal(err)
	}
	response := w.get("old", "ada's", newName, cookie.Value)
	w.greeted(response, "Hello Bob, visit number 1.")
	if w.old.ended["ada's"] != 1 {
		t.Error("the old session goes on")
	}
	w.old.users["ada's"] = "Ada"
	w.greeted(w.get("old", "ada's"), "Hello , visit number 1.")
}

func TestDeadNewCookieDoesNotHinderTheMove(t *testing.T) {
	w := newWorld(t)
	cookie, err := w.sessions.Issue(t.Context(), after.SessionFields{User: "Bob"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.sessions.Open(t.Context(), cookie.Value)
	if err == nil {
		err = s.Destroy(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	w.greeted(w.get(newName, cookie.Value, "old", "ada's"), "Hello Ada, visit number 1.")
}

func TestUnknownOldCookieIsRemovedAndLeavesNoMark(t *testing.T) {
	w := newWorld(t)
	response := w.get("old", "nobody's")
	w.greeted(response, "Hello , visit number 1.")
	if removed, there := cookies(response)["old"]; removed != "" || !there || len(w.marks.added) != 0 {
		t.Errorf("cookies %v, %d marks", cookies(response), len(w.marks.added))
	}
}

func TestOutageKeepsTheOldSession(t *testing.T) {
	w := newWorld(t)
	outage := func(when string) {
		t.Helper()
		response := w.get("old", "ada's")
		if response.StatusCode != http.StatusServiceUnavailable || len(response.Cookies()) != 0 || len(w.old.ended) != 0 {
			t.Errorf("%s: status %d, cookies %v, ended %v", when, response.StatusCode, response.Cookies(), w.old.ended)
		}
	}
	w.old.fail = errors.New("the old store is down")
	outage("old store")
	w.old.fail, w.marks.fail = nil, runtime.ErrUnavailable
	outage("marks")
	w.marks.fail = nil
	w.greeted(w.get("old", "ada's"), "Hello Ada, visit number 1.")
}

// unavailable checks that a response says so, and takes no cookie away.
func (w world) unavailable(response *http.Response) {
	w.Helper()
	if response.StatusCode != http.StatusServiceUnavailable || len(response.Cookies()) != 0 {
		w.Errorf("status %d, cookies %v", response.StatusCode, response.Cookies())
	}
}

func TestOldSessionThatCantBeEndedForLongIsMovedAfterwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.old.stay = errors.New("the old store can only be read")
		for range 3 {
			w.unavailable(w.get("old", "ada's"))
			time.Sleep(time.Hour)
		}
		w.old.stay = nil
		w.greeted(w.get("old", "ada's"), "Hello Ada, visit number 1.")
		if w.old.count != 1 || w.old.ended["ada's"] != 1 {
			t.Errorf("read %d times, ended %v", w.old.count, w.old.ended)
		}
		time.Sleep(59 * time.Second)
		w.greeted(w.get("old", "ada's"), "Hello Ada, visit number 2.")
		time.Sleep(time.Second)
		w.greeted(w.get("old", "ada's"), "Hello , visit number 1.")
	})
}

// The old session has ended then, and the mark does not say so yet.
func TestMarkThatCantBeSettledForLongStillLeadsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.marks.keep = runtime.ErrUnavailable
		for range 2 {
			w.unavailable(w.get("old", "ada's"))
			time.Sleep(time.Hour)
		}
		w.marks.keep = nil
		w.greeted(w.get("old", "ada's"), "Hello Ada, visit number 1.")
		time.Sleep(time.Minute)
		w.greeted(w.get("old", "ada's"), "Hello , visit number 1.")
	})
}

func TestMarkThatIsLostOrSettledByAnotherRequestIsNoError(t *testing.T) {
	for _, err := range []error{runtime.ErrExists, runtime.ErrNotFound} {
		w := newWorld(t)
		w.marks.keep = err
		w.greeted(w.get("old", "ada's"), "Hello Ada, visit number 1.")
	}
}

func TestPendingMarkLeadsNowhereAfterTheLogout(t *testing.T) {
	w := newWorld(t)
	var moved string
	app := w.handover.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie(newName)
		if err != nil {
			t.Fatal(err)
		}
		moved = c.Value
	}))
	w.marks.keep = runtime.ErrNotFound // so that it stays pending
	w.send(app, "GET", "/", "old", "ada's")
	w.send(w.app, "POST", "/logout", newName, moved)
	w.greeted(w.get("old", "ada's"), "Hello , visit number 1.")
}

// checkedSessions know who has logged out.
type checkedSessions struct {
	*oldSessions
	out  bool
	fail error
}

func (o *checkedSessions) LoggedOut(_ context.Context, s *after.Session) (bool, error) {
	return o.out && s.GetUser() == "Ada", o.fail
}

func TestLogoutJustBeforeTheMarkEndsTheMovedSession(t *testing.T) {
	w := newWorld(t)
	old := &checkedSessions{oldSessions: w.old, fail: runtime.ErrUnavailable}
	w.handover.Old = old
	app := w.handover.Middleware(after.Handler(w.sessions))
	w.unavailable(w.send(app, "GET", "/", "old", "ada's"))
	old.out, old.fail = true, nil
	for range 2 {
		w.greeted(w.send(app, "GET", "/", "old", "ada's"), "Hello , visit number 1.")
	}
}

// A logout afterwards is another session's: this one was moved before.
func TestLogoutIsNotAskedForOnceTheSessionIsMoved(t *testing.T) {
	w := newWorld(t)
	old := &checkedSessions{oldSessions: w.old}
	w.handover.Old = old
	app := w.handover.Middleware(after.Handler(w.sessions))
	w.greeted(w.send(app, "GET", "/", "old", "ada's"), "Hello Ada, visit number 1.")
	old.out = true
	w.greeted(w.send(app, "GET", "/", "old", "ada's"), "Hello Ada, visit number 2.")
}

func TestMarksAreKeptFor30DaysIfNothingIsSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.handover.Remember = 0
		app := w.handover.Middleware(after.Handler(w.sessions))
		w.greeted(w.send(app, "GET", "/", "old", "ada's"), "Hello Ada, visit number 1.")
		w.old.users["ada's"] = "Ada"
		w.greeted(w.send(app, "GET", "/", "old", "ada's"), "Hello Ada, visit number 2.")
		time.Sleep(30*24*time.Hour - time.Minute)
		w.old.users["ada's"] = "Ada"
		w.greeted(w.send(app, "GET", "/", "old", "ada's"), "Hello , visit number 1.")
	})
}

// A login more than MaxLogins would end another one.
func TestOldCookieThatComesAgainDoesNotLogInAgain(t *testing.T) {
	w := newWorld(t)
	sessions, err := after.NewSessions(runtime.Config{Store: runtime.NewMemory(), Keys: [][]byte{make([]byte, 32)}, MaxLogins: 1})
	if err != nil {
		t.Fatal(err)
	}
	w.old.login, w.handover.Sessions = true, sessions
	app := w.handover.Middleware(after.Handler(sessions))
	moved := cookies(w.send(app, "GET", "/", "old", "ada's"))[newName]
	w.old.users["ada's"] = "Ada" // stored again by a slow request of the old app
	w.greeted(w.send(app, "GET", "/", "old", "ada's"), "Hello Ada, visit number 2.")
	w.greeted(w.send(app, "GET", "/", newName, moved), "Hello Ada, visit number 3.")
}

// loginsAtOnce are old sessions whose requests go on when each has logged in.
type loginsAtOnce struct {
	*oldSessions
	all sync.WaitGroup
}

func (o *loginsAtOnce) Fill(r *http.Request, value string, s *after.Session) (handover.Found, error) {
	found, err := o.oldSessions.Fill(r, value, s)
	o.all.Done()
	o.all.Wait()
	return found, err
}

// Each of the requests has a login until it finds that another one was faster.
func TestMaxLoginsMustLeaveRoomForRequestsAtOnce(t *testing.T) {
	const n = 3
	for maxLogins, stays := range map[int]bool{n: false, n + 1: true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			sessions, err := after.NewSessions(runtime.Config{
				Store: runtime.NewMemory(), Keys: [][]byte{make([]byte, 32)}, MaxLogins: maxLogins,
			})
			if err != nil {
				t.Fatal(err)
			}
			phone, err := sessions.Open(t.Context(), "")
			if err == nil {
				err = phone.Login(t.Context(), "Ada")
			}
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			old := &loginsAtOnce{oldSessions: w.old}
			old.login = true
			old.all.Add(n)
			w.handover.Old, w.handover.Sessions = old, sessions
			app := w.handover.Middleware(after.Handler(sessions))
			var wg sync.WaitGroup
			for range n {
				wg.Go(func() { w.greeted(w.send(app, "GET", "/", "old", "ada's"), "Hello Ada, visit number ") })
			}
			wg.Wait()
			again, err := sessions.Open(t.Context(), phone.Cookie().Value)
			if err != nil || again.IsNew() == stays {
				t.Errorf("MaxLogins %d: the phone is logged out: %v, %v", maxLogins, again.IsNew(), err)
			}
		})
	}
}

// The slower of two requests has just read the old session when the other one is
// answered.
func TestMaxLoginsOfOneMayEndTheMovedSession(t *testing.T) {
	for maxLogins, want := range map[int]string{1: "Hello , visit number 1.", 2: "Hello Ada, visit number 2."} {
		w := newWorld(t)
		sessions, err := after.NewSessions(runtime.Config{
			Store: runtime.NewMemory(), Keys: [][]byte{make([]byte, 32)}, MaxLogins: maxLogins,
		})
		if err != nil {
			t.Fatal(err)
		}
		w.old.login, w.handover.Sessions = true, sessions
		app := w.handover.Middleware(after.Handler(sessions))
		w.old.fills = func(i int) {
			if i == 1 {
				w.greeted(w.send(app, "GET", "/", "old", "ada's"), "Hello Ada, visit number 1.")
				w.old.users["ada's"] = "Ada"
			}
		}
		w.greeted(w.send(app, "GET", "/", "old", "ada's"), want)
	}
}

func TestEndAllLeavesOldSessionsThatWereNotMovedToTheOldLibrary(t *testing.T) {
	w := newWorld(t)
	w.old.login = true
	w.old.users["ada's phone"], w.old.users["ada's tablet"] = "Ada", "Ada"
	moved := cookies(w.get("old", "ada's"))[newName]
	if err := w.sessions.EndAll(t.Context(), "Ada"); err != nil {
		t.Fatal(err)
	}
	w.greeted(w.get(newName, moved), "Hello , visit number 1.")
	w.greeted(w.get("old", "ada's phone"), "Hello Ada, visit number 1.")
	delete(w.old.users, "ada's tablet") // what ends it in the old library
	w.greeted(w.get("old", "ada's tablet"), "Hello , visit number 1.")
}

func TestAppSeesTheNewCookieInPlaceOfTheOldOneAndTheOthersAsTheyAre(t *testing.T) {
	w := newWorld(t)
	r := httptest.NewRequest("GET", "https://shop.example/", nil)
	r.Header["Cookie"] = []string{`odd="a b,c"; old=ada's; __Host-session=dead`, "last=1"}
	var seen []string
	recorder := httptest.NewRecorder()
	w.handover.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen = r.Header["Cookie"]
	})).ServeHTTP(recorder, r)
	moved := cookies(recorder.Result())[newName]
	if want := `odd="a b,c"; last=1; ` + newName + "=" + moved; moved == "" || len(seen) != 1 || seen[0] != want {
		t.Errorf("the app sees %q, want %q", seen, want)
	}
	if r.Header["Cookie"][1] != "last=1" {
		t.Errorf("the request that came in was changed: %q", r.Header["Cookie"])
	}
}

func TestSlowRequestDoesNotReplaceTheCookieOfALogin(t *testing.T) {
	w := newWorld(t)
	moved := cookies(w.get("old", "ada's"))[newName]
	renewed := cookies(w.send(w.app, "POST", "/login", newName, moved))[newName]
	if renewed == "" || renewed == moved {
		t.Fatalf("the login gave the cookie %q", renewed)
	}
	response := w.get("old", "ada's") // it was sent before the first answer came
	if value, sent := cookies(response)[newName]; sent || response.StatusCode != http.StatusConflict {
		t.Errorf("status %d, cookie %q", response.StatusCode, value)
	}
	w.greeted(w.get(newName, renewed), "Hello , visit number 2.") // the form had no name
}

func TestMarkTellsNoCookie(t *testing.T) {
	w := newWorld(t)
	moved := cookies(w.get("old", "ada's"))[newName]
	if len(w.marks.added) != 1 || moved == "" {
		t.Fatalf("%d marks, cookie %q", len(w.marks.added), moved)
	}
	item := w.marks.added[0]
	id, secret, _ := strings.Cut(moved, ".")
	for _, word := range []string{"ada's", id, secret, newName} {
		if strings.Contains(item.Key+string(item.Value), word) {
			t.Errorf("the mark has %q in it", word)
		}
	}
}
