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
