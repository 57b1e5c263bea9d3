package peer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
	"github.com/sessiongen/sessiongen/runtime"
)

// Sessiongen is what the others are compared with.
var Sessiongen = Library{
	Name:   "sessiongen",
	Module: "github.com/sessiongen/sessiongen",
	Notes: "seals each value with AES-GCM under the visitor's secret, writes by compare-and-swap alone, " +
		"and sends `Vary` and `Cache-Control`",
	Open: func(s shape.Shape, memcached string) (Site, error) {
		if memcached == "" {
			return generated(s, runtime.NewMemory(), func() {})
		}
		return generatedOnMemcached(s, memcached, false)
	},
}

// SessiongenAtOnce shows what it costs that variables were set in several requests
// and in any order.
var SessiongenAtOnce = Library{
	Name:  "sessiongen, set at once",
	Notes: "is sessiongen with the same variables set by one request, in the order in which they are declared",
	Open: func(s shape.Shape, memcached string) (Site, error) {
		return Sessiongen.Open(s.AtOnce(), memcached)
	},
}

// SessiongenPlain shows what the way that Memcache talks to memcached is worth.
var SessiongenPlain = Library{
	Name:  "sessiongen, Plain",
	Notes: "is sessiongen with `Memcache.Plain`, hence with gomemcache's own calls",
	Open: func(s shape.Shape, memcached string) (Site, error) {
		if memcached == "" {
			return nil, errors.New("sessiongen, Plain is measured on memcached alone")
		}
		return generatedOnMemcached(s, memcached, true)
	},
}

func generatedOnMemcached(s shape.Shape, memcached string, plain bool) (Site, error) {
	store := runtime.NewMemcache(memcached)
	store.Timeout, store.Plain = patience, plain
	return generated(s, store, func() { store.Close() })
}

// generated returns a site on the generated sessions of the shape.
func generated(s shape.Shape, store runtime.Store, close func()) (Site, error) {
	config := runtime.Config{Store: store}
	base := generatedBase{shape: s, close: close}
	switch fields := s.Fields.(type) {
	case shape.FiveFields:
		return newGenerated(base, fields, config, shape.NewFives, setAllFive)
	case shape.WideFields:
		return newGenerated(base, fields, config, shape.NewWides, nil)
	case shape.TwelveFields:
		return newGenerated(base, fields, config, shape.NewTwelves, nil)
	case shape.ThirtyThreeFields:
		return newGenerated(base, fields, config, shape.NewThirtyThrees, nil)
	case shape.DocumentFields:
		return newGenerated(base, fields, config, shape.NewDocuments, nil)
	case shape.AsideFields:
		return newGenerated(base, fields, config, shape.NewAsides, nil)
	case shape.Count1Fields:
		return newGenerated(base, fields, config, shape.NewCount1s, nil)
	case shape.Count2Fields:
		return newGenerated(base, fields, config, shape.NewCount2s, nil)
	case shape.Count4Fields:
		return newGenerated(base, fields, config, shape.NewCount4s, nil)
	case shape.Count8Fields:
		return newGenerated(base, fields, config, shape.NewCount8s, nil)
	case shape.Count16Fields:
		return newGenerated(base, fields, config, shape.NewCount16s, nil)
	case shape.Count32Fields:
		return newGenerated(base, fields, config, shape.NewCount32s, nil)
	case shape.Count64Fields:
		return newGenerated(base, fields, config, shape.NewCount64s, nil)
	case shape.Count128Fields:
		return newGenerated(base, fields, config, shape.NewCount128s, nil)
	case shape.Count256Fields:
		return newGenerated(base, fields, config, shape.NewCount256s, nil)
	}
	return nil, fmt.Errorf("no sessions are generated for %T", s.Fields)
}

// accessor is what the generated accessors have in common.
type accessor interface {
	GetVisits() int
	SetVisits(int)
	Save(context.Context) error
}

// manager is what the managers have in common.
type manager[S accessor, F any] interface {
	Middleware(http.Handler) http.Handler
	From(context.Context) (S, error)
	Open(context.Context, string) (S, error)
	Issue(context.Context, F) (*http.Cookie, error)
}

type generatedBase struct {
	shape shape.Shape
	close func()
}

func (b generatedBase) Close() { b.close() }

type generatedSite[S accessor, F any] struct {
	generatedBase
	fields   F
	sessions manager[S, F]
	setAll   func(S)
}

func newGenerated[S accessor, F any, M manager[S, F]](base generatedBase, fields F, config runtime.Config,
	newManager func(runtime.Config) (M, error), setAll func(S)) (Site, error) {
	sessions, err := newManager(config)
	if err != nil {
		return nil, err
	}
	return &generatedSite[S, F]{base, fields, sessions, setAll}, nil
}

func (site *generatedSite[S, F]) Visitor(work Work) (Visitor, error) {
	b := newBrowser(work, site.shape)
	b.handler = site.sessions.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.answer(w, site.handle(b, r))
	}))
	if work == FirstVisit || work == FirstSets {
		return b, nil
	}
	cookie, err := site.sessions.Issue(context.Background(), site.fields)
	if err != nil {
		return nil, err
	}
	for i := 1; i < len(site.shape.Steps); i++ {
		if err := site.set(cookie.Value, site.shape.Steps[i]); err != nil {
			return nil, err
		}
	}
	b.bring(cookie)
	return b, nil
}

// set sets variables in a request of their own.
func (site *generatedSite[S, F]) set(token string, variables []shape.Variable) error {
	s, err := site.sessions.Open(context.Background(), token)
	if err != nil {
		return err
	}
	for _, v := range variables {
		reflect.ValueOf(s).MethodByName("Set" + v.Name).Call([]reflect.Value{reflect.ValueOf(v.Value)})
	}
	return s.Save(context.Background())
}

func (site *generatedSite[S, F]) handle(b *browser, r *http.Request) error {
	if b.work == Untouched {
		return nil
	}
	s, err := site.sessions.From(r.Context())
	if err != nil {
		return err
	}
	switch b.work {
	case Read:
		b.found = s.GetVisits()
	case ReadWrite:
		b.found = s.GetVisits()
		s.SetVisits(b.found + 1)
	case SetAll:
		b.found = s.GetVisits()
		site.setAll(s)
		s.SetVisits(b.found + 1)
	case FirstVisit:
		site.setAll(s)
	case FirstSets:
		b.found = firstSets(any(s).(*shape.Twelve), b.second)
	case ReadDocument:
		b.found = len(any(s).(*shape.Document).GetDocument())
	case Getter:
		b.found = getFive(any(s).(*shape.Five), b.loop)
	case Setter:
		b.found = setFive(any(s).(*shape.Five), b.loop)
	}
	return nil
}

func setAllFive(s *shape.Five) {
	f := shape.OfFive().Fields.(shape.FiveFields)
	s.SetVisits(f.Visits)
	s.SetToken(f.Token)
	s.SetProfile(f.Profile)
	s.SetRoles(f.Roles)
	s.SetLoggedIn(f.LoggedIn)
}

// firstSets sets the variables of a guest or, at the second request, of a login.
func firstSets(s *shape.Twelve, second bool) (visits int) {
	f := twelve
	if second {
		s.SetToken(f.Token)
		s.SetProfile(f.Profile)
		s.SetLoggedIn(f.LoggedIn)
		return s.GetVisits()
	}
	s.SetVisits(f.Visits)
	s.SetLanguage(f.Language)
	return f.Visits
}

var twelve = shape.OfTwelve().Fields.(shape.TwelveFields)

// getFive calls the getter n times and returns what it gave each time.
func getFive(s *shape.Five, n int) int {
	sum := 0
	for range n {
		sum += s.GetVisits()
	}
	return sum / n
}

// setFive calls the setter n times and returns what it set in the end.
func setFive(s *shape.Five, n int) int {
	for i := range n {
		s.SetVisits(i + 1)
	}
	return s.GetVisits()
}
