// Package inspection is what package runtime tells package inspect, and nobody else:
// what a manager declares and how it is configured, and what one visitor's session
// holds. It is plain data.
//
// The handler that a manager's Middleware returns is a [Manager], too. So the page
// needs nothing of generated code that is not there already, and an app finds no
// method that only the page may call.
package inspection

import (
	"context"
	"log/slog"
	"net/http"
	"reflect"
	"time"
)

// A Manager shows the sessions of one accessor type.
type Manager interface {
	// Describe tells what is declared and configured.
	Describe() Description

	// Peek looks at the session of the visitor who has sent these lines of a Cookie
	// header. It stores nothing, moves no deadline, is not counted and tells no
	// event, and OnCall does not see its calls. asked tells by its name in Go whether
	// the value of a variable is wanted; a lazy one is fetched only then. The error is
	// that of the store.
	Peek(ctx context.Context, cookies []string, asked func(field string) bool) (Session, error)
}

// A Description is what a manager is for all visitors. It holds no key.
type Description struct {
	Accessor  reflect.Type // such as Session, which has the methods of the variables
	Variables []Variable   // by their places

	Namespace    string
	Store        string      // its type
	Cookie       http.Cookie // without a value
	Persistent   bool
	Lifetime     time.Duration
	IdleTimeout  time.Duration // 0: none
	Keys         int           // how many
	MaxLogins    int
	MaxValueSize int // in bytes

	Logger func() *slog.Logger // the default may be another one later
}

// A Variable is one variable as it is declared.
type Variable struct {
	Field     string // the field's name in Go
	Name      string // its name in the store
	Type      reflect.Type
	Format    string // gob or json
	Lazy      bool
	Evictable bool
	TTL       time.Duration // 0: none
}

// A Standing says what became of the cookie.
type Standing string

// The standings. One that is none of them is the kind of an event: why the session is
// over.
const (
	Living    Standing = "living"
	NoCookie  Standing = "no cookie" // of our name came
	Malformed Standing = "malformed" // a cookie of our name came, and its value can't be ours
	Absent    Standing = "absent"    // the store knows no such session
	Renewed   Standing = "renewed"   // the session has another cookie now
)

// A Session is what the store holds of one visitor. It has no secret, and no name of
// an account.
type Session struct {
	At       time.Time // when it was read
	Standing Standing
	Lost     string // the field that was lost, if the session is over because of that

	// Of a living session:
	ID          string
	Created     time.Time // or renewed
	Expires     time.Time // by its lifetime
	Lifetime    time.Duration
	OwnLifetime bool      // Lifetime is not the configured one
	Remembered  bool      // the cookie outlives the browser, although others don't
	Seen        time.Time // by the record; only with an IdleTimeout
	IdleEnd     time.Time // when it ends if no request loads it; only with an IdleTimeout
	OfAccount   bool
	Hour        time.Time // in which the account has seen it last
	Values      []Value   // by the variables' places
	Undeclared  []string  // names of variables that another build has stored
}

// A Value is what the store holds of one variable.
type Value struct {
	State    State
	Size     int       // stored, in bytes; 0 if that is not known or nothing is there
	Deadline time.Time // of one with a ttl
	Shown    bool      // Value was asked for, and is set
	Value    any
}

// A State says whether a variable is set.
type State string

// The states.
const (
	Set        State = "set"
	Unset      State = "not set"
	Unfetched  State = "not fetched"     // a lazy one, of which the record tells that it was set once
	Expired    State = "expired"         // its ttl is over, and the store still has it
	Past       State = "expired or lost" // its ttl is over, or the store has lost it
	Gone       State = "gone"            // it was set, and the store has lost it
	Unreadable State = "unreadable"      // another declaration of the field has stored it
)
