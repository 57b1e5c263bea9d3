package main

import (
	"net/http"

	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/inspect"
)

// site is the shop: its handlers, and what they share.
type site struct {
	sessions *Sessions
	storage  string // where the sessions are kept, for people
}

// inspectPath is where developers look at the sessions.
const inspectPath = "/debug/sessions/"

// newSite returns the handler of the whole shop.
func newSite(s storage, keys [][]byte, o options) (http.Handler, error) {
	sessions, err := NewSessions(runtime.Config{
		Store:        s.Store,
		Keys:         keys,
		InsecureHTTP: o.insecure,
		ErrorHandler: showError,
	})
	if err != nil {
		return nil, err
	}
	shop := &site{sessions: sessions, storage: s.name}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", shop.page(shop.home))
	mux.HandleFunc("GET /cart", shop.page(shop.cart))
	mux.HandleFunc("POST /login", shop.loginForm(shop.login))
	mux.HandleFunc("POST /logout", shop.form(shop.logout))
	mux.HandleFunc("POST /cart/add", shop.form(shop.addToCart))
	mux.HandleFunc("POST /cart/remove", shop.form(shop.removeFromCart))
	mux.HandleFunc("GET /devices", shop.page(loggedIn(shop.devices)))
	mux.HandleFunc("POST /devices/end", shop.form(loggedIn(shop.endDevice)))
	mux.HandleFunc("POST /devices/end-others", shop.form(loggedIn(shop.endOtherDevices)))
	mux.HandleFunc("GET /style.css", serveFile) // asks for no session, so it costs none
	mux.HandleFunc("GET /icon.svg", serveFile)
	if o.inspect {
		mux.Handle(inspectPath, inspect.Handler(sessions))
	}
	return protect(sessions.Middleware(mux)), nil
}

// A sessionHandler answers a request with the session at hand. What it sets is
// stored before the first byte of its response; if it returns an error it has
// not written anything.
type sessionHandler func(http.ResponseWriter, *http.Request, *Session) error

// page gives a handler the session, and shows its error. What the pages show is
// for this visitor at this moment: after the logout, not even the Back button
// shall show it.
func (shop *site) page(handle sessionHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		session, err := shop.sessions.From(r.Context())
		if err == nil {
			err = handle(w, r, session)
		}
		if err != nil {
			showError(w, r, err)
		}
	}
}

// home is the front page. It counts the visit in plain memory: of two pages
// opened at the same instant, one may go uncounted. Where every one matters
// there is UpdateVisits.
func (shop *site) home(w http.ResponseWriter, r *http.Request, session *Session) error {
	isNew := session.IsNew()
	if err := ensureToken(r.Context(), session); err != nil {
		return err
	}
	session.SetVisits(session.GetVisits() + 1)
	v := shop.view(session)
	v.IsNew = isNew
	v.Teas = catalogue
	return render(w, "home.html", http.StatusOK, v)
}

// view returns what every page shows. The notice is taken out of the session.
func (shop *site) view(session *Session) view {
	notice := session.PopNotice()
	return view{
		Values:  session.Values(),
		Notice:  notice,
		ID:      session.ID(),
		IsNew:   session.IsNew(),
		Storage: shop.storage,
	}
}

// protect lets browsers load and do nothing that the shop does not need.
func protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
