package runtime

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/inspection"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// What Middleware returns shows its manager to package inspect, which finds it by
// this interface. So nothing of it is in generated code.
var _ inspection.Manager = (*middleware)(nil)

// Describe implements [inspection.Manager].
func (m *middleware) Describe() inspection.Description {
	e := m.engine
	d := inspection.Description{
		Accessor:     reflect.TypeOf(e.newCore().owner).Elem(),
		Variables:    make([]inspection.Variable, len(e.variables)),
		Namespace:    e.config.Namespace,
		Store:        fmt.Sprintf("%T", e.config.Store),
		Cookie:       *e.baseCookie(),
		Persistent:   e.config.Persistent,
		Lifetime:     e.config.Lifetime,
		IdleTimeout:  e.config.IdleTimeout,
		Keys:         e.ring.Len(),
		MaxLogins:    e.config.MaxLogins,
		MaxValueSize: e.config.MaxValueSize,
		Logger:       e.logger,
	}
	for i, x := range e.variables {
		v := x.def()
		t, format := x.stored()
		d.Variables[i] = inspection.Variable{
			Field: v.field, Name: v.name, Type: t, Format: format,
			Lazy: v.lazy, Evictable: v.evictable, TTL: v.ttl,
		}
	}
	return d
}

// Peek implements [inspection.Manager].
func (m *middleware) Peek(ctx context.Context, cookies []string, asked func(field string) bool) (inspection.Session, error) {
	e := m.engine
	c := findCookie(cookies, e.cookieName)
	p := inspection.Session{At: e.now(), Standing: inspection.Malformed}
	switch {
	case c.ambiguous:
		p.Standing = inspection.Standing(EventAmbiguous)
		return p, nil
	case !c.presented:
		p.Standing = inspection.NoCookie
		return p, nil
	case !c.ok:
		return p, nil
	}
	var events []Event
	s := e.aside(&events).newSession()
	op := &s.loading
	op.Context = ctx
	defer op.End()
	s.vault = e.vault(c.token)
	v, err := s.look(op, e.eager)
	if err != nil {
		return p, err
	}
	switch {
	case v.standing == absent:
		p.Standing = inspection.Absent
	case v.standing == renewed:
		p.Standing = inspection.Renewed
	case s.accept(ctx, &v):
		s.describe(&p)
		if err := s.revealAll(op, asked, &p); err != nil {
			return p, err
		}
	}
	for _, ev := range events {
		if ev.Kind == EventChanged && p.Standing == inspection.Living {
			i := slices.IndexFunc(e.variables, func(x variable) bool { return x.def().field == ev.Field })
			p.Values[i].State = inspection.Unreadable
		} else {
			p = inspection.Session{At: p.At, Standing: inspection.Standing(ev.Kind), Lost: ev.Field}
		}
	}
	return p, nil
}

// aside returns an engine that reads the sessions of e, and does nothing to the
// figures of e and to who is told of its events and its calls. What it would tell
// becomes a part of events.
func (e *engine) aside(events *[]Event) *engine {
	a := &engine{
		config: e.config, cookieName: e.cookieName,
		variables: e.variables, declared: e.declared, all: e.all, eager: e.eager,
		ring: e.ring, newCore: e.newCore, now: e.now,
	}
	a.config.Logger = slog.New(slog.DiscardHandler)
	a.config.OnCall = nil
	a.config.OnEvent = func(_ context.Context, ev Event) { *events = append(*events, ev) }
	a.store.init(&a.config)
	return a
}

// describe tells of a living session what its load has found.
func (s *Session) describe(p *inspection.Session) {
	e := s.engine
	p.Standing = inspection.Living
	p.ID, p.Created, p.Expires = s.vault.ID(), s.record.Created.Time(), s.absolute(s.record)
	p.Lifetime, p.OwnLifetime = e.lifetime(s.record.Life), s.record.Life.Lifetime != 0
	p.Remembered = s.record.Life.Remembered
	if e.config.IdleTimeout > 0 {
		p.Seen, p.IdleEnd = s.record.Seen.Time(), s.idleEnd(s.record)
	}
	if s.member != nil {
		p.OfAccount, p.Hour = true, s.member.login.Seen.Time()
	}
	p.Values = make([]inspection.Value, len(e.variables))
	for i, x := range e.variables {
		if x.def().lazy && s.record.Listed.Has(i) {
			p.Values[i].State = inspection.Unfetched
		} else {
			s.weigh(i, p.At, &p.Values[i])
		}
	}
	for _, name := range s.record.Listed.Names() {
		if e.declared.Place(name) < 0 {
			p.Undeclared = append(p.Undeclared, name)
		}
	}
}

// weigh tells what the store holds of the variable i, whose cell is known.
func (s *Session) weigh(i int, now time.Time, v *inspection.Value) {
	v.State = inspection.Unset
	if i >= len(s.cells) || !s.record.Listed.Has(i) {
		return
	}
	c := &s.cells[i]
	switch {
	case c.version == 0 && s.engine.variables[i].def().ttl > 0:
		v.State = inspection.Past
	case c.version == 0:
		v.State = inspection.Gone
	case c.body.ValueAt(now):
		v.State = inspection.Set
	case c.body.HasValue():
		v.State = inspection.Expired
	default:
		return
	}
	if c.version != 0 {
		v.Size, v.Deadline = sealed.Overhead+len(c.body), c.body.Deadline()
	}
}

// revealAll tells the values of the variables that are asked for.
func (s *Session) revealAll(ctx context.Context, asked func(field string) bool, p *inspection.Session) error {
	for i, x := range s.engine.variables {
		if !asked(x.def().field) {
			continue
		}
		err := s.reveal(ctx, i, &p.Values[i])
		switch {
		case errors.Is(err, errRenewed):
			*p = inspection.Session{At: p.At, Standing: inspection.Renewed}
			return nil
		case errors.Is(err, ErrEnded): // meanwhile; of a variable that was lost there is an event
			*p = inspection.Session{At: p.At, Standing: inspection.Absent}
			return nil
		case err != nil:
			return err
		}
	}
	return nil
}

// reveal tells the value of the variable i, which it fetches if that is lazy.
func (s *Session) reveal(ctx context.Context, i int, v *inspection.Value) error {
	x := s.engine.variables[i]
	if v.State == inspection.Unfetched {
		if err := s.fetch(ctx, i); err != nil {
			return err
		}
		s.weigh(i, s.engine.now(), v)
	}
	st := x.state(s.owner)
	if st == nil || !st.set {
		return nil
	}
	s.unpack(st)
	if err := s.checkUnpacked(ctx); err != nil {
		return err
	}
	v.Shown, v.Value = true, x.value(s.owner)
	return nil
}
