package runtime

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/sessiongen/sessiongen/runtime/internal/operation"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// A phase is where a session stands in its life, as this request knows it.
type phase uint32

const (
	// fresh: nothing is stored. What is set makes a new session at commit.
	fresh phase = iota

	// living: the record is in the store.
	living

	// ended: the session was renewed, destroyed or lost after this request had
	// loaded it. Storing a variable fails with ErrEnded.
	ended

	// guarded: the session was renewed shortly before this request came with the
	// old cookie. All variables read as in a new session, but storing one fails
	// with ErrEnded: a new cookie would replace the one that login has just given.
	guarded
)

// A Session is for generated code, which wraps it in an accessor type. It is
// the untyped part of one request's session. It belongs to that request:
// goroutines may read it side by side, but nothing else may run side by side.
type Session struct {
	owner    any // the accessor that this is a part of
	engine   *engine
	request  *request // nil outside net/http
	loading  operation.Operation
	lived    bool // it was living at some time of the request
	changed  bool // a variable may be dirty
	doubtful bool // a Renew failed half-way: the record must be read before a write
	locked   bool // mu is held

	// Getters of lazy variables may run beside each other, and beside the
	// commit that begins when the handler writes the response. What they change
	// is locked or atomic.
	current atomic.Uint32               // the phase
	pending atomic.Pointer[http.Cookie] // the cookie to send
	mu      sync.Mutex                  // held while a lazy variable is fetched and while commit stores something
	held    *[]Event                    // events, told when mu is unlocked
	created bool                        // EventCreated is told then, too; it is no part of held, which takes memory

	// Getters of other variables may run beside all that.
	unpacking   sync.Mutex    // held while a variable is unpacked
	undecodable atomic.Uint32 // the place of a variable that did not decode, and 1

	// Of a living session:
	vault         sealed.Vault
	record        sealed.Record
	recordVersion uint64      // 0: not known
	cells         []cell      // by the variables' places, up to the last one asked for
	member        *membership // of an account; nil if it belongs to none

	rare *rareSession // nil for most; see extra

	inline [maxInline]cell // the cells, if loading needs few
}

// A rareSession is what few sessions need.
type rareSession struct {
	// former are the ids of sessions that Destroy ends, too, or what they have
	// become: the one whose cookie came, if it was renewed, or its successor, if the
	// mark names it; and those in whose place Login has made a new one.
	former []string

	// life is that of the session that is to be created.
	life sealed.Life

	// failed is why Login failed. Nothing is stored then, because what the handler
	// has set for the visitor it logs in must not get into the old session.
	failed error
}

// extra returns the rareSession, which it makes if there is none.
func (s *Session) extra() *rareSession {
	if s.rare == nil {
		s.rare = new(rareSession)
	}
	return s.rare
}

// loginFailed returns why Login failed, nil if it did not.
func (s *Session) loginFailed() error {
	if s.rare == nil {
		return nil
	}
	return s.rare.failed
}

// maxInline is how many variables most sessions load at most. A larger number
// would make every accessor larger, and so slower to allocate.
const maxInline = 6

// A cell is what is known of one variable's key in the store.
type cell struct {
	known   bool        // the key was read, and not written since
	written bool        // this request has tried to write it
	told    bool        // an event has told that what it holds can't be read
	version uint64      // 0: absent
	body    sealed.Body // empty if absent, or if unreadable and not listed
}

func (e *engine) newSession() *Session {
	s := e.newCore()
	s.engine = e
	return s
}

// IsNew tells whether nothing of the session is stored yet.
func (s *Session) IsNew() bool { return s.phase() != living }

// ID returns the session's id: a UUID, which is no secret and opens nothing.
// It is empty while the session is new.
func (s *Session) ID() string {
	if s.phase() != living {
		return ""
	}
	return s.vault.ID()
}

// Cookie returns the cookie to send, or nil if there is none. The Middleware
// puts it into the response's header itself.
func (s *Session) Cookie() *http.Cookie { return s.pending.Load() }

// Save stores what was set and cleared so far. The Middleware does so before
// the first byte of the response; Save is for programs without a response, for
// handlers that go on after its first byte, and for handlers that want to know
// the error. After an error everything stays pending.
//
// It fails with [ErrUnavailable], [ErrEnded], [ErrConflict], [ErrTooLarge] or
// [ErrHeadersSent]; if one field is the cause, a [FieldError] names it.
func (s *Session) Save(ctx context.Context) error { return s.commit(ctx) }

func (s *Session) phase() phase { return phase(s.current.Load()) }

func (s *Session) become(p phase) { s.current.Store(uint32(p)) }

// send makes c the cookie to send, and puts it into the response's header.
func (s *Session) send(c *http.Cookie) {
	s.pending.Store(c)
	if s.request != nil {
		s.request.setCookie(c)
	}
}

// blocked returns the reason why no cookie can be sent any more, or nil if one
// can be sent. If the response was not written to the Middleware's writer,
// blocked tells an event, too: the mistake is in how the app is wired, and
// handlers tend to ignore the error.
func (s *Session) blocked() error {
	if s.request == nil {
		return nil
	}
	err := s.request.blocked()
	if errors.Is(err, errAround) {
		s.tell(s.request, Event{Kind: EventFailed, ID: s.ID(), Err: err})
	}
	return err
}

// tell tells of something in the session's life. While the session is being
// loaded or is locked, the event waits until that is over, because OnEvent may
// read the session.
func (s *Session) tell(ctx context.Context, ev Event) {
	switch r := s.request; {
	case r != nil && r.hold(ev):
	case s.locked && ev.Kind == EventCreated:
		s.created = true
	case s.locked:
		if s.held == nil {
			s.held = new([]Event)
		}
		*s.held = append(*s.held, ev)
	default:
		s.engine.tell(ctx, r, ev)
	}
}

// lock keeps other getters and the commit out. Events wait for unlock.
func (s *Session) lock() {
	s.mu.Lock()
	s.locked = true
}

func (s *Session) unlock(ctx context.Context) {
	held, created := s.held, s.created
	s.locked, s.held, s.created = false, nil, false
	s.mu.Unlock()
	if created {
		s.engine.tell(ctx, s.request, Event{Kind: EventCreated, ID: s.vault.ID()})
	}
	if held != nil {
		for _, ev := range *held {
			s.engine.tell(ctx, s.request, ev)
		}
	}
}

// settle makes the session living, under the id of its vault, with what is
// known of its record and its cells.
func (s *Session) settle(r sealed.Record, version uint64, cells []cell) {
	s.lived = true
	s.record, s.recordVersion, s.cells, s.doubtful = r, version, cells, false
	s.become(living) // last: ID may be called beside it
}

// cell returns the cell of the variable i. The pointer is good until the next
// call.
func (s *Session) cell(i int) *cell {
	if missing := i + 1 - len(s.cells); missing > 0 {
		s.unpacking.Lock()
		s.cells = append(s.cells, make([]cell, missing)...)
		s.unpacking.Unlock()
	}
	return &s.cells[i]
}

// leave makes the session new.
func (s *Session) leave() {
	s.forget()
	s.changed = false
	for _, v := range s.engine.variables {
		v.reset(s.owner)
	}
}

// forget makes the session new, and leaves the variables as they are.
func (s *Session) forget() {
	s.become(fresh)
	s.vault = sealed.Vault{}
	s.record, s.recordVersion, s.cells, s.doubtful = sealed.Record{}, 0, nil, false
	s.member, s.rare = nil, nil
	clear(s.inline[:])
	s.undecodable.Store(0)
}

// end makes the session ended, and returns ErrEnded.
func (s *Session) end() error {
	s.become(ended)
	return ErrEnded
}

// lose tells that the variable of a living session was lost.
func (s *Session) lose(ctx context.Context, field string, err error) {
	s.tell(ctx, Event{Kind: EventLost, ID: s.vault.ID(), Field: field, Err: err})
}

// loseNow is lose in the middle of a request that has seen a part of the
// session. It ends the session for this request, and makes the visitor start
// anew at the next one. For that it removes the cookie, because the next
// request might not read the lost variable. The removal gets into the header
// only when the header leaves: a getter on another goroutine must not touch the
// header.
func (s *Session) loseNow(ctx context.Context, field string, err error) error {
	s.lose(ctx, field, err)
	s.pending.Store(s.engine.removal())
	return s.end()
}
