package peer

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
	"github.com/sessiongen/sessiongen/runtime"
)

// accessor is what the generated accessors have in common.
type accessor interface {
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

// generatedSite is a site on the generated sessions of one type.
type generatedSite[S accessor, F any] struct {
	generatedBase
	fields   F
	sessions manager[S, F]
}

func newGenerated[S accessor, F any, M manager[S, F]](base generatedBase, fields F, config runtime.Config,
	newManager func(runtime.Config) (M, error)) (Site, error) {
	sessions, err := newManager(config)
	if err != nil {
		return nil, err
	}
	return &generatedSite[S, F]{base, fields, sessions}, nil
}

// Session implements [Site].
func (site *generatedSite[S, F]) Session() (cookie string, err error) {
	c, err := site.sessions.Issue(context.Background(), site.fields)
	if err != nil {
		return "", err
	}
	for i := 1; i < len(site.shape.Steps); i++ {
		if err := site.set(c.Value, site.shape.Steps[i]); err != nil {
			return "", err
		}
	}
	return c.Name + "=" + c.Value, nil
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

// Visitor implements [Site].
func (site *generatedSite[S, F]) Visitor(w Work, cookie string) (Visitor, error) {
	v, b := newVisitor(w, site.shape), newBrowser()
	b.handler = site.sessions.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.answer(w, site.handle(v, r))
	}))
	v.client = b
	v.bring(cookie)
	return v, nil
}

func (site *generatedSite[S, F]) handle(v *visitor, r *http.Request) error {
	if v.now.Typed == nil {
		return nil
	}
	s, err := site.sessions.From(r.Context())
	if err != nil {
		return err
	}
	v.found, err = v.now.Typed(r.Context(), s, v.times)
	return err
}

// Holds implements [Site].
func (site *generatedSite[S, F]) Holds(cookie string) (map[string]any, error) {
	_, token, _ := strings.Cut(cookie, "=")
	s, err := site.sessions.Open(context.Background(), token)
	if err != nil {
		return nil, err
	}
	held := map[string]any{}
	for _, name := range site.shape.Names() {
		set, err := ask(s, "Has"+name)
		if err != nil {
			return nil, err
		}
		if set == false {
			continue
		}
		if held[name], err = ask(s, "Get"+name); err != nil {
			return nil, err
		}
	}
	return held, nil
}

// ask calls a method that returns a value or, if the variable is lazy, takes a
// context and returns an error, too.
func ask(s any, method string) (any, error) {
	m := reflect.ValueOf(s).MethodByName(method)
	if m.Type().NumIn() == 0 {
		return m.Call(nil)[0].Interface(), nil
	}
	results := m.Call([]reflect.Value{reflect.ValueOf(context.Background())})
	err, _ := results[1].Interface().(error)
	return results[0].Interface(), err
}
