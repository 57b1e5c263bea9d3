package inspect

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// maxForm is how large the form may be that asks for values, in bytes.
const maxForm = 256 << 10

// A page is the handler. It serves one page, whatever the path: its address is that
// of the document, so links in it are queries, which work below any prefix.
type page struct {
	guard   func(*http.Request) bool // nil: for requests of this machine
	sources []source
	origins *http.CrossOriginProtection

	refused, warned said
}

func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setHeader(w.Header())
	switch {
	case !p.admits(w, r):
	case r.Method == http.MethodPost:
		p.reveal(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
	case isEmbedded(r):
		http.Error(w, "The page is for itself alone: another site can't load it.", http.StatusForbidden)
	case r.URL.Query().Has("figures"):
		p.figures(w)
	default:
		p.show(w, r, -1, nil)
	}
}

// setHeader lets browsers do nothing that the page does not need, and keep nothing of
// it. What a middleware has set is replaced: its policy would not let the page's own
// script run.
func setHeader(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Robots-Tag", "noindex, nofollow")
}

// admits answers the request if it may not see the page.
func (p *page) admits(w http.ResponseWriter, r *http.Request) bool {
	if p.guard != nil {
		ok := p.guard(r)
		if !ok {
			http.NotFound(w, r)
		}
		return ok
	}
	why := outside(r)
	if why == "" {
		return true
	}
	if p.refused.again() {
		p.logger().LogAttrs(r.Context(), slog.LevelError, "session inspection without a guard was asked for from outside, and refused",
			slog.String("remote", r.RemoteAddr), slog.String("host", r.Host), slog.String("reason", why), slog.String("remedy", remedy))
	}
	render(w, http.StatusForbidden, "refused", struct {
		frame
		Why string
	}{newFrame(), why})
	return false
}

const remedy = "mount it for development alone, or on a loopback address, or with inspect.Guarded and a guard that tells who may see it"

// warn returns the address of the server if others reach it, and tells the log once.
func (p *page) warn(r *http.Request) string {
	if p.guard != nil {
		return ""
	}
	addr := opened(r)
	if addr != "" && p.warned.first() {
		p.logger().LogAttrs(r.Context(), slog.LevelWarn, "session inspection is mounted without a guard on a server that others reach",
			slog.String("address", addr), slog.String("remedy", remedy))
	}
	return addr
}

func (p *page) logger() *slog.Logger { return p.sources[0].what.Logger() }

// isEmbedded tells whether another site wants the page for something else than to go
// there. Browsers say so to what they trust: https, and this machine.
func isEmbedded(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	foreign := site == "cross-site" || site == "same-site"
	return foreign && (r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document")
}

// figures answers with the figures alone.
func (p *page) figures(w http.ResponseWriter) {
	answer := struct {
		At       time.Time       `json:"at"`
		Sessions []runtime.Stats `json:"sessions"`
	}{At: time.Now()}
	for _, s := range p.sources {
		answer.Sessions = append(answer.Sessions, s.Stats())
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // the client has gone
}

// reveal answers with the page and values in it. Browsers send a form with the Origin
// of the page that has it, so no other site can ask.
func (p *page) reveal(w http.ResponseWriter, r *http.Request) {
	if err := p.origins.Check(r); err != nil {
		http.Error(w, "Values are shown if this page asks for them, and no other site: "+err.Error(), http.StatusForbidden)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The form can't be read.", http.StatusBadRequest)
		return
	}
	of, err := strconv.Atoi(r.PostForm.Get("of"))
	if err != nil || of < 0 || of >= len(p.sources) {
		http.Error(w, "The form does not tell of which sessions.", http.StatusBadRequest)
		return
	}
	asked := r.PostForm["show"]
	if r.PostForm.Has("hide") {
		asked = nil
	}
	p.show(w, r, of, asked)
}

// show answers with the page. Of the sessions of that index it shows the values that
// are asked for.
func (p *page) show(w http.ResponseWriter, r *http.Request, of int, asked []string) {
	v := view{frame: newFrame(), Opened: p.warn(r), Several: len(p.sources) > 1}
	for i, s := range p.sources {
		isAsked := func(field string) bool {
			return i == of && (slices.Contains(asked, field) || slices.Contains(asked, everything))
		}
		v.Sessions = append(v.Sessions, s.view(r, i, isAsked))
	}
	render(w, http.StatusOK, "page", v)
}

// everything asks for all values. It is no name of a field.
const everything = "*"

// render answers with a template.
func render(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, "The page can't be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the client has gone
}

// said keeps the log from having a line for every request.
type said struct {
	mu   sync.Mutex
	last time.Time
}

// again tells whether a minute has passed since it was said last.
func (s *said) again() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); s.last.IsZero() || now.Sub(s.last) >= time.Minute {
		s.last = now
		return true
	}
	return false
}

// first tells whether it was never said.
func (s *said) first() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.last.IsZero() {
		return false
	}
	s.last = time.Now()
	return true
}
