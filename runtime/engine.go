package runtime

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/contest"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// An engine is the untyped part of a [Manager].
type engine struct {
	config     Config // complete, except for the Logger
	store      calls  // to its Store
	cookieName string
	variables  []variable       // as in Schema.Variables: those that are loaded with the session, then the lazy ones
	declared   *sealed.Declared // all variables
	all        sealed.Selection // all variables
	eager      sealed.Selection // the variables that are loaded with the session
	ring       *sealed.Keyring  // of Config.Keys, which config does not have any more
	newCore    func() *Session  // makes an accessor and returns the untyped part of it
	turns      contest.Turns
	scratches  sealed.Scratches
	throttles  throttles
	counts     counts
	now        func() time.Time
}

func newEngine(config Config, name string, variables []variable, newCore func() *Session) (*engine, error) {
	if err := config.complete(name, time.Now()); err != nil {
		return nil, err
	}
	e := &engine{
		config:     config,
		cookieName: config.CookieName,
		variables:  slices.Clone(variables),
		ring:       sealed.NewKeyring(config.Keys),
		newCore:    newCore,
		now:        time.Now,
	}
	e.config.Keys = nil
	e.store.init(&e.config)
	var all, eager []string
	for _, v := range e.variables {
		d := v.def()
		if !d.lazy && len(eager) < len(all) {
			return nil, fmt.Errorf("sessiongen: Schema.Variables has %s behind a lazy one", d.field)
		}
		if slices.Contains(all, d.name) { // as when git has merged two branches, and nobody has generated
			return nil, fmt.Errorf("sessiongen: two variables are stored as %q, one of them %s: give it another name in its tag, and run go generate", d.name, d.field)
		}
		if all = append(all, d.name); !d.lazy {
			eager = all
		}
	}
	if len(all) > sealed.MaxNames {
		return nil, fmt.Errorf("sessiongen: %d variables, more than %d", len(all), sealed.MaxNames)
	}
	e.declared = sealed.NewDeclared(all)
	e.all, e.eager = e.declared.Select(all...), e.declared.Select(eager...)
	if e.config.ErrorHandler == nil {
		e.config.ErrorHandler = e.answer
	}
	if store, ok := config.Store.(interface{ logTo(*slog.Logger) }); ok {
		store.logTo(config.Logger)
	}
	return e, nil
}

// open returns the session that a cookie's value opens, or a new one.
func (e *engine) open(ctx context.Context, value string) (*Session, error) {
	t, ok := sealed.ParseToken(value)
	if !ok {
		return e.newSession(), nil
	}
	return e.load(ctx, t, nil)
}
