package runtime

import (
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// A RenewOption is an option of Session.Renew and Session.Login.
type RenewOption func(*renewOptions)

// renewOptions are what the options ask for. The session keeps what is nil.
type renewOptions struct {
	remembered bool
	lifetime   *time.Duration
	label      *string
}

// Remember lets this session live for d, and its cookie outlive the browser: "stay
// logged in". Its Max-Age is d; browsers cap it at 400 days. A
// [Config].IdleTimeout still counts.
func Remember(d time.Duration) RenewOption {
	return func(o *renewOptions) { o.remembered, o.lifetime = true, &d }
}

// Lifetime lets this session live for d, in place of [Config].Lifetime, and leaves
// its cookie as it is.
func Lifetime(d time.Duration) RenewOption {
	return func(o *renewOptions) { o.lifetime = &d }
}

// Label is what List shows of this login, such as the name of a browser: UTF-8 of
// 64 bytes at most. A session that belongs to no account has none.
func Label(text string) RenewOption {
	return func(o *renewOptions) { o.label = &text }
}

// readOptions returns what the options ask for, if that can be had.
func (e *engine) readOptions(options []RenewOption) (renewOptions, error) {
	var o renewOptions
	for _, option := range options {
		if option != nil {
			option(&o)
		}
	}
	if o.lifetime != nil {
		if *o.lifetime < time.Second {
			return o, fmt.Errorf("sessiongen: a lifetime of %v is less than a second", *o.lifetime)
		}
		if err := e.checkLife(sealed.Life{Lifetime: *o.lifetime}); err != nil {
			return o, err
		}
	}
	if o.label != nil {
		switch text := *o.label; {
		case len(text) > sealed.MaxLabelLength:
			return o, fmt.Errorf("sessiongen: a label has %d bytes, more than %d", len(text), sealed.MaxLabelLength)
		case !utf8.ValidString(text):
			return o, fmt.Errorf("sessiongen: a label of %d bytes is not UTF-8", len(text))
		}
	}
	return o, nil
}

// checkLife refuses the life of a session that would outlive memcached's clock, be
// it one that the session was given earlier.
func (e *engine) checkLife(l sealed.Life) error {
	if d := e.lifetime(l); pastClock(e.now(), d) {
		return fmt.Errorf("sessiongen: a lifetime of %v reaches past January 19, 2038, where memcached's clock ends", d)
	}
	return nil
}

// labelOr returns the label that the options ask for, or else the given one.
func (o *renewOptions) labelOr(label string) string {
	if o.label != nil {
		return *o.label
	}
	return label
}

// life returns l, with what the options ask for.
func (o *renewOptions) life(l sealed.Life) sealed.Life {
	if o.lifetime != nil {
		l.Lifetime = o.lifetime.Truncate(time.Millisecond)
	}
	l.Remembered = l.Remembered || o.remembered
	return l
}
