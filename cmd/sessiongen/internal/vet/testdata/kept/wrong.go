package kept

import (
	"context"
	"log"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

var (
	current  *Session
	byUser   = map[string]*Session{}
	all      []*Session
	state    struct{ session *Session }
	shared   = &site{}
	live     sync.Map
	latest   atomic.Pointer[Session]
	jobs     = make(chan *Session)
	jobQueue = make(chan job)
)

type job struct{ session *Session }

func inVariables(ctx context.Context, sessions *Sessions) (err error) {
	s, err := sessions.From(ctx)
	if err != nil {
		return err
	}
	current = s                       // want `a session is put into a package variable, where it outlives its request and meets other visitors; pass on the values that are needed, or Open the session again by its cookie`
	byUser[s.GetUser()] = s           // want `a session is put into a package variable`
	all = append(all, s)              // want `a session is put into a package variable`
	state.session = s                 // want `a session is put into a package variable`
	shared.session = s                // want `a session is put into a package variable`
	live.Store("ada", s)              // want `a session is put into a package variable`
	latest.Store(s)                   // want `a session is put into a package variable`
	jobs <- s                         // want `a session is sent to a package variable`
	jobQueue <- job{s}                // want `a session is sent to a package variable`
	jobQueue <- job{session: s}       // want `a session is sent to a package variable`
	current, err = sessions.From(ctx) // want `a session is put into a package variable`
	return err
}

// A site serves all requests.
type site struct {
	sessions *Sessions
	session  *Session
}

func newSite(sessions *Sessions) http.Handler { return &site{sessions: sessions} }

func (h *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s, err := h.sessions.From(r.Context())
	if err != nil {
		return
	}
	h.session = s                                 // want `a session is put into h.session, a field of a handler that serves all requests`
	h.session, err = h.sessions.From(r.Context()) // want `a session is put into h.session`
}

func background(w http.ResponseWriter, r *http.Request, sessions *Sessions) {
	s, err := sessions.From(r.Context())
	if err != nil {
		return
	}
	go func() { // want `a goroutine that nobody waits for uses the session s, which belongs to the request; wait for it, or pass on the values that are needed, or Open the session again by its cookie`
		log.Print(s.GetUser())
	}()
	go audit(s)               // want `a goroutine that nobody waits for uses the session s`
	go s.Save(r.Context())    // want `a goroutine that nobody waits for uses the session s` `the error of Save is ignored`
	go func(s *Session) {}(s) // want `a goroutine that nobody waits for uses the session s`
}

func given(w http.ResponseWriter, r *http.Request, s *Session) {
	var started sync.WaitGroup
	started.Add(1)
	started.Wait()
	go audit(s) // want `a goroutine that nobody waits for uses the session s`
}

func handler(sessions *Sessions) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s, err := sessions.From(r.Context())
		if err != nil {
			return
		}
		go audit(s) // want `a goroutine that nobody waits for uses the session s`
		w.WriteHeader(http.StatusNoContent)
	}
}

type app struct{ wg sync.WaitGroup }

// The wait group is waited for when the program ends.
func (a *app) background(w http.ResponseWriter, r *http.Request, s *Session) {
	a.wg.Go(func() { audit(s) })                     // want `a goroutine that nobody waits for uses the session s`
	time.AfterFunc(time.Second, func() { audit(s) }) // want `a goroutine that nobody waits for uses the session s`
}

func audit(s *Session) { log.Print(s.GetUser()) }
