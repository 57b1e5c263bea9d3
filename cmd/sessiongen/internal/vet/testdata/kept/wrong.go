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

// A registry serves all requests as well.
type registry struct {
	sessions *Sessions
	byID     map[string]*Session
	list     []*Session
	live     sync.Map
	latest   *atomic.Pointer[Session]
	queue    chan *Session
	jobs     chan job
	inner    struct{ session *Session }
	far      *job
}

var theRegistry = &registry{byID: map[string]*Session{}}

func (h *registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s, err := h.sessions.From(r.Context())
	if err != nil {
		return
	}
	h.byID[s.ID()] = s         // want `a session is put into h.byID, a field of a handler that serves all requests`
	h.list = append(h.list, s) // want `a session is put into h.list`
	h.list[0] = s              // want `a session is put into h.list`
	h.live.Store(s.ID(), s)    // want `a session is put into h.live`
	h.live.Store(s.ID(), &job{ // want `a session is put into h.live`
		session: s,
	})
	h.latest.Store(s)    // want `a session is put into h.latest`
	h.queue <- s         // want `a session is sent to h.queue, a field of a handler that serves all requests`
	h.jobs <- job{s}     // want `a session is sent to h.jobs`
	h.inner.session = s  // want `a session is put into h.inner`
	(*h).far.session = s // want `a session is put into \(\*h\).far`
	delete(h.byID, "before")
}

// page makes a handler, which knows the registry.
func (h *registry) page() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s, err := h.sessions.From(r.Context())
		if err == nil {
			h.byID[s.ID()] = s // want `a session is put into h.byID`
			current = s        // want `a session is put into a package variable`
		}
	}
}

// A value has its maps, channels and pointers in common with its copies.
type byValue struct {
	byID map[string]*Session
	live *sync.Map
	jobs chan *Session
	far  *job

	session *Session
}

var theValue = byValue{byID: map[string]*Session{}}

func (h byValue) serve(w http.ResponseWriter, r *http.Request, s *Session) {
	h.byID[s.ID()] = s      // want `a session is put into h.byID`
	h.live.Store(s.ID(), s) // want `a session is put into h.live`
	h.jobs <- s             // want `a session is sent to h.jobs`
	h.far.session = s       // want `a session is put into h.far`
}

type embedding struct{ sync.Map }

var theEmbedding = new(embedding)

func (h *embedding) serve(w http.ResponseWriter, r *http.Request, s *Session) {
	h.Store(s.ID(), s) // want `a session is put into h, a handler that serves all requests`
}

// What a handler finds around it is there for the next request as well.
func closure(sessions *Sessions, byID map[string]*Session) http.Handler {
	var last *Session
	var known sync.Map
	queue := make(chan *Session)
	return sessions.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := sessions.From(r.Context())
		if err != nil {
			return
		}
		last = s              // want `a session is put into last, a variable that is there for all requests`
		byID[s.ID()] = s      // want `a session is put into byID, a variable that is there for all requests`
		known.Store("ada", s) // want `a session is put into known`
		queue <- s            // want `a session is sent to queue`
		func() {
			last = s // want `a session is put into last`
		}()
		audit(last)
	}))
}

func routes(mux *http.ServeMux, sessions *Sessions) {
	var last *Session
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		last, _ = sessions.From(r.Context()) // want `a session is put into last` `the error of From is ignored`
		audit(last)
	})
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
