package inspect

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/internal/inspection"
)

// A view is what the page shows.
type view struct {
	frame
	Opened   string // the address of a server that others reach, although there is no guard
	Several  bool
	Sessions []sessionsView
}

// sessionsView is what the page shows of one kind of sessions.
type sessionsView struct {
	Index    int
	Name     string // of the accessor, such as main.Session
	Age      string // of the figures
	Stats    runtime.Stats
	Declared []declaredView
	Settings []setting
	Own      ownView
}

// declaredView is one variable as it is declared.
type declaredView struct {
	Field, Name, Type string
	Options           []string
}

// A setting is one line of the configuration.
type setting struct{ Name, Value, Note string }

// Class says how much room the value needs.
func (s setting) Class() string {
	switch n := len(s.Value); {
	case n > 30:
		return "wide"
	case n > 14:
		return "long"
	}
	return "short"
}

// ownView is the visitor's own session.
type ownView struct {
	Living     bool
	Title      string // what became of the cookie
	Hint       string // what to do
	Down       bool   // the store did not answer
	Facts      []setting
	Left       int // of the lifetime, in percent
	Variables  []valueView
	Undeclared []string
	Size       string // of all that is known
	At         string // when it was read
	Shown      bool   // there is a value to hide
}

// valueView is one variable of the visitor's session.
type valueView struct {
	Field, Name, State, Size, Left string
	Set, CanShow, Shown, Cut       bool
	Text                           string
}

func (s *source) view(r *http.Request, index int, asked func(field string) bool) sessionsView {
	v := sessionsView{
		Index:    index,
		Name:     s.what.Accessor.String(),
		Stats:    s.Stats(),
		Settings: s.settings(),
		Own:      s.own(r, asked),
	}
	v.Age = span(time.Since(v.Stats.Since))
	for _, x := range s.what.Variables {
		v.Declared = append(v.Declared, declaredView{x.Field, x.Name, typeName(x.Type), s.options(x)})
	}
	return v
}

// typeName spells a type as its own package does, mostly.
func typeName(t reflect.Type) string { return strings.TrimPrefix(t.String(), "main.") }

// options are those of the tag. That a variable is flash shows in the accessor alone,
// which has a method that pops it.
func (s *source) options(x inspection.Variable) []string {
	var all []string
	if x.Lazy {
		all = append(all, "lazy")
	}
	if _, pops := reflect.PointerTo(s.what.Accessor).MethodByName("Pop" + x.Field); pops {
		all = append(all, "flash")
	}
	switch {
	case x.TTL > 0:
		all = append(all, "ttl "+span(x.TTL))
	case x.Evictable:
		all = append(all, "evictable")
	}
	if x.Format == "json" {
		all = append(all, "json")
	}
	return all
}

func (s *source) settings() []setting {
	d := &s.what
	all := []setting{
		{"Namespace", d.Namespace, "begins every key"},
		{"Store", d.Store, ""},
		{"Cookie", d.Cookie.Name, attributes(&d.Cookie)},
		{"Cookie lives", "until the browser closes", "unless the session is remembered"},
		{"Lifetime", span(d.Lifetime), "from creation or renewal"},
		{"Idle time-out", "none", ""},
		{"Keys", "none", "no accounts; values are sealed with the cookie's secret alone"},
		{"Logins of an account", fmt.Sprintf("up to %d", d.MaxLogins), ""},
		{"Largest value", size(d.MaxValueSize), "as it is stored"},
	}
	if d.Persistent {
		all[3].Value, all[3].Note = "as long as the session", ""
	}
	if d.IdleTimeout > 0 {
		all[5].Value, all[5].Note = span(d.IdleTimeout), "up to a tenth longer"
	}
	if d.Keys > 0 {
		all[6].Value, all[6].Note = fmt.Sprint(d.Keys), "the first one seals new sessions"
	}
	return all
}

// attributes are those of the cookie.
func attributes(c *http.Cookie) string {
	all := []string{"HttpOnly"}
	if c.Secure {
		all = append(all, "Secure")
	} else {
		all = append(all, "not Secure")
	}
	switch c.SameSite {
	case http.SameSiteStrictMode:
		all = append(all, "SameSite=Strict")
	case http.SameSiteNoneMode:
		all = append(all, "SameSite=None")
	default:
		all = append(all, "SameSite=Lax")
	}
	if c.Partitioned {
		all = append(all, "Partitioned")
	}
	if c.Domain != "" {
		all = append(all, "Domain="+c.Domain)
	}
	return strings.Join(append(all, "Path="+c.Path), ", ")
}

// own looks at the session of the cookie that the request bears.
func (s *source) own(r *http.Request, asked func(field string) bool) ownView {
	p, err := s.Peek(r.Context(), r.Header["Cookie"], asked)
	v := ownView{At: p.At.Format("15:04:05 MST")}
	if err != nil {
		v.Down, v.Title = true, "The store did not answer, so nobody knows"
		v.Hint = "It is not \"no session\": visitors keep their cookies. The errors among the figures tell how long this lasts."
		if !errors.Is(err, runtime.ErrUnavailable) {
			v.Title = "The session can't be read"
		}
		return v
	}
	v.Living = p.Standing == inspection.Living
	if !v.Living {
		v.Title, v.Hint = s.standing(r, p)
		return v
	}
	v.Title, v.Facts = "Living", facts(p)
	v.Left = int(100 * min(max(p.Expires.Sub(p.At), 0), p.Lifetime) / p.Lifetime)
	v.Undeclared = p.Undeclared
	total := 0
	for i, x := range s.what.Variables {
		value := valueOf(x, p.Values[i], p.At)
		v.Shown = v.Shown || value.Shown
		total += p.Values[i].Size
		v.Variables = append(v.Variables, value)
	}
	v.Size = size(total)
	return v
}

func valueOf(x inspection.Variable, v inspection.Value, now time.Time) valueView {
	view := valueView{Field: x.Field, Name: x.Name, State: string(v.State), Shown: v.Shown}
	view.Set = v.State == inspection.Set
	view.CanShow = v.State == inspection.Set || v.State == inspection.Unfetched
	if v.Size > 0 {
		view.Size = size(v.Size)
	}
	switch {
	case !v.Deadline.IsZero() && view.Set:
		view.Left = span(v.Deadline.Sub(now))
	case view.Set:
		view.Left = "as the session"
	}
	if v.Shown {
		var whole bool
		view.Text, whole = text(v.Value)
		view.Cut = !whole
	}
	return view
}

// facts tell how long the session has lived and will live.
func facts(p inspection.Session) []setting {
	all := []setting{
		{"Id", p.ID, "no secret: it opens nothing"},
		{"Age", span(p.At.Sub(p.Created)), "created or renewed " + clock(p.Created, p.At)},
		{"Time left", span(p.Expires.Sub(p.At)), "ends " + clock(p.Expires, p.At)},
	}
	if p.OwnLifetime {
		all[2].Note += ", by a lifetime of its own: " + span(p.Lifetime)
	}
	if !p.IdleEnd.IsZero() {
		all = append(all, setting{"Idle time left", span(p.IdleEnd.Sub(p.At)), "last seen " + clock(p.Seen, p.At) + "; looking here does not count"})
	}
	account := setting{"Account", "none", "nobody has logged in with it"}
	if p.OfAccount {
		account = setting{"Account", "belongs to one", "seen in the hour from " + clock(p.Hour, p.At)}
	}
	all = append(all, account)
	if p.Remembered {
		all = append(all, setting{"Cookie", "remembered", "it outlives the browser"})
	}
	return all
}

// clock returns a time of day, with the date if that is another one than now's.
func clock(t, now time.Time) string {
	t = t.In(now.Location())
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04:05")
	}
	return t.Format("Jan 2, 15:04")
}
