package kept

import (
	"context"
	"html/template"
	"log"
	"net/http"
	"sync"
)

// A page is made for one request.
type page struct {
	Session *Session
	Title   string
}

var tmpl = template.Must(template.New("").Parse("{{.Title}}"))

func templates(w http.ResponseWriter, s *Session) error {
	p := page{Session: s}
	p.Session = s
	pages := map[string]*Session{"x": s}
	pages["y"] = s
	return tmpl.Execute(w, page{Session: s, Title: s.GetUser()})
}

// A request is one request's, which its fields tell.
type request struct {
	w       http.ResponseWriter
	session *Session
}

func (q *request) serve(w http.ResponseWriter, r *http.Request, sessions *Sessions) (err error) {
	q.session, err = sessions.From(r.Context())
	return err
}

// A controller is made anew for each request.
type controller struct{ session *Session }

func (c *controller) get(w http.ResponseWriter, r *http.Request, sessions *Sessions) (err error) {
	c.session, err = sessions.From(r.Context())
	return err
}

func serve(sessions *Sessions) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &controller{}
		if err := c.get(w, r, sessions); err != nil {
			log.Print(err)
		}
	}
}

// A visit is made by a function, for each request.
type visit struct {
	sessions map[string]*Session
	session  *Session
}

func newVisit() *visit { return &visit{sessions: map[string]*Session{}} }

func (v *visit) get(w http.ResponseWriter, r *http.Request, s *Session) {
	v.session = s
	v.sessions["x"] = s
}

func visits(w http.ResponseWriter, r *http.Request, s *Session) { newVisit().get(w, r, s) }

// A recycled one comes from a pool, for each request.
type recycled struct{ session *Session }

var recycler = sync.Pool{New: func() any { return &recycled{} }}

func (c *recycled) get(w http.ResponseWriter, r *http.Request, s *Session) { c.session = s }

func recycles(w http.ResponseWriter, r *http.Request, s *Session) {
	c := recycler.Get().(*recycled)
	c.get(w, r, s)
	c.session = nil
	recycler.Put(c)
}

// A frame is what a framework hands to its handlers.
type frame struct{ Request *http.Request }

type framed interface{ Request() *http.Request }

type inFrame struct {
	frame   *frame
	session *Session
}

func (f *inFrame) get(w http.ResponseWriter, r *http.Request, s *Session) { f.session = s }

func makeInFrame(f *frame) *inFrame { return &inFrame{} }

type inFramed struct{ session *Session }

func (f *inFramed) get(w http.ResponseWriter, r *http.Request, s *Session) { f.session = s }

func makeInFramed(f framed) { (&inFramed{}).get(nil, f.Request(), nil) }

// An adapter has a handler of its own serve one request.
func adapter(f framed, w http.ResponseWriter, sessions *Sessions) (s *Session, err error) {
	sessions.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err = sessions.From(r.Context())
	})).ServeHTTP(w, f.Request())
	return s, err
}

func adapters(f framed, sessions *Sessions) http.HandlerFunc {
	var s *Session
	return func(w http.ResponseWriter, r *http.Request) {
		s, _ = sessions.From(r.Context()) // want `the error of From is ignored`
		audit(s)
	}
}

func once(serve func(http.Handler), sessions *Sessions) *Session {
	var s *Session
	serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, _ = sessions.From(r.Context()) // want `the error of From is ignored`
	}))
	return s
}

// A stream has its session among the others for as long as its request goes on.
type stream struct {
	byID map[string]*Session
	live sync.Map
}

var theStream = &stream{byID: map[string]*Session{}}

func (h *stream) ServeHTTP(w http.ResponseWriter, r *http.Request) {}

func (h *stream) serve(w http.ResponseWriter, r *http.Request, s *Session) {
	h.byID[s.ID()] = s
	defer delete(h.byID, s.ID())
	h.live.Store(s.ID(), s)
	byUser[s.GetUser()] = s
	defer func() {
		h.live.Delete(s.ID())
		delete(byUser, s.GetUser())
	}()
	<-r.Context().Done()
}

// A copy of a value goes with the request.
func (h byValue) local(w http.ResponseWriter, r *http.Request, s *Session) {
	var here struct{ session *Session }
	here.session = s
	all := map[string]*Session{}
	all[s.ID()] = s
	h.session = s
}

// What it gets with the request is the request's.
func inParameter(sessions *Sessions) func(*http.Request, *page) error {
	return func(r *http.Request, p *page) (err error) {
		copied := *p
		copied.Session, err = sessions.From(r.Context())
		p.Session = copied.Session
		return err
	}
}

func perRequest(sessions *Sessions) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var s *Session
		var err error
		find := func() { s, err = sessions.From(r.Context()) }
		if find(); err == nil {
			record(s.GetUser())
		}
	}
}

// Who makes this one can't be seen.
type Exported struct{ session *Session }

func (e *Exported) ServeHTTP(w http.ResponseWriter, r *http.Request) { e.session = nil }

func (e *Exported) get(r *http.Request, s *Session) { e.session = s }

// A cache of one job, without any request.
type runner struct{ session *Session }

var theRunner = newRunner()

func newRunner() *runner { return &runner{} }

func (j *runner) run(ctx context.Context, sessions *Sessions, token string) (err error) {
	j.session, err = sessions.Open(ctx, token)
	return err
}

func forget() {
	current = nil
	state.session = nil
	delete(byUser, "ada")
}

func values(w http.ResponseWriter, r *http.Request, s *Session) {
	go record(s.GetUser(), s.ID())
	user := s.GetUser()
	go func() { log.Print(user) }()
	live.Store("user", s.GetUser())
	live.Load(s)
}

func record(...string) {}

func waitGroup(w http.ResponseWriter, r *http.Request, s *Session) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		audit(s)
	}()
	wg.Wait()
}

func group(w http.ResponseWriter, r *http.Request, s *Session) {
	var wg sync.WaitGroup
	wg.Go(func() { audit(s) })
	wg.Wait()
}

func (a *app) waits(w http.ResponseWriter, r *http.Request, s *Session) {
	a.wg.Go(func() { audit(s) })
	a.wg.Wait()
}

func (a *app) value(w http.ResponseWriter, r *http.Request, s *Session) {
	user := s.GetUser()
	a.wg.Go(func() { record(user) })
}

func deferredWait(w http.ResponseWriter, r *http.Request, s *Session) {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {})
	go audit(s)
}

func channel(w http.ResponseWriter, r *http.Request, s *Session) string {
	users := make(chan string)
	go func() { users <- s.GetUser() }()
	return <-users
}

func selected(w http.ResponseWriter, r *http.Request, s *Session) {
	users := make(chan string)
	go func() { users <- s.GetUser() }()
	select {
	case <-users:
	case <-r.Context().Done():
	}
}

func waitsElsewhere(w http.ResponseWriter, r *http.Request, s *Session) {
	done := make(chan bool)
	go func() {
		defer close(done)
		audit(s)
	}()
	wait(done)
}

func wait(done chan bool) { <-done }

func connection(w http.ResponseWriter, r *http.Request, s *Session, read func() error) {
	go audit(s)
	for {
		if err := read(); err != nil {
			return
		}
	}
}

func inHelper(w http.ResponseWriter, r *http.Request, s *Session) {
	var wg sync.WaitGroup
	start := func() {
		go func() {
			defer wg.Done()
			audit(s)
		}()
	}
	wg.Add(1)
	start()
	wg.Wait()
}

// A job has its session for itself.
func background2(ctx context.Context, sessions *Sessions, token string) error {
	s, err := sessions.Open(ctx, token)
	if err != nil {
		return err
	}
	go audit(s)
	return nil
}

func own(w http.ResponseWriter, r *http.Request, sessions *Sessions) {
	go func() {
		s, err := sessions.Open(context.Background(), "")
		if err == nil {
			audit(s)
		}
	}()
}

type library struct{}

var kept *library

func otherLibrary(l *library) { kept = l }
