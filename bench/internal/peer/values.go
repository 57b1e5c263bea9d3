package peer

import "github.com/sessiongen/sessiongen/bench/internal/shape"

// values is a session of a library that keeps it in a map, as one request has
// it.
type values interface {
	get(name string) any // nil if it is not set
	set(name string, value any)
	leave(name string, message any)
	take(name string) any
	renew() error   // gives the session a new cookie; the old one opens nothing any more
	destroy() error // ends it, and removes the cookie
}

// A repeater can do the work of Work.Again.
type repeater interface {
	// repeat reads a variable n times, and returns what it found each time.
	repeat(name string, n int) int

	// count sets a variable n times, from 1 to n, and returns what it is then.
	count(name string, n int) int
}

// serve does what the request does.
func (r *Request) serve(s values) (found int, err error) {
	if r.Renews {
		if err := s.renew(); err != nil {
			return 0, err
		}
	}
	for _, name := range r.Reads {
		found += weigh(s.get(name))
	}
	for _, c := range r.Changes {
		value := s.get(c.Name)
		found += weigh(value)
		s.set(c.Name, c.Make(value))
	}
	for _, v := range r.Sets {
		s.set(v.Name, v.Value)
	}
	for _, v := range r.Leaves {
		s.leave(v.Name, v.Value)
	}
	for _, name := range r.Takes {
		found += weigh(s.take(name))
	}
	if r.Destroys {
		return found, s.destroy()
	}
	return found, nil
}

// repeat does what the request does n times.
func (r *Request) repeat(s repeater, n int) (found int) {
	for _, name := range r.Reads {
		found = s.repeat(name, n)
	}
	for _, c := range r.Changes {
		found = s.count(c.Name, n)
	}
	return found
}

// A turn is what a handler does with its session. It tells whether it has
// changed it.
type turn func(values) (changed bool, err error)

// mapSite is the site of a library that keeps a session in a map.
type mapSite struct {
	shape shape.Shape
	page  func(turn) client // a client of a page that does this
	close func()
}

// Close implements [Site].
func (site *mapSite) Close() { site.close() }

// Session implements [Site].
func (site *mapSite) Session() (cookie string, err error) {
	v, err := site.Visitor(Work{Name: "begins", Requests: []Request{{Sets: site.shape.Variables}}, Fresh: true}, "")
	if err != nil {
		return "", err
	}
	if err := v.Do(1); err != nil {
		return "", err
	}
	return v.Cookie()
}

// Visitor implements [Site].
func (site *mapSite) Visitor(w Work, cookie string) (Visitor, error) {
	v := newVisitor(w, site.shape)
	v.client = site.page(func(s values) (changed bool, err error) {
		if v.work.Again {
			v.found = v.now.repeat(s.(repeater), v.times)
		} else {
			v.found, err = v.now.serve(s)
		}
		return v.now.writes(), err
	})
	v.bring(cookie)
	return v, nil
}

// Holds implements [Site].
func (site *mapSite) Holds(cookie string) (map[string]any, error) {
	held := map[string]any{}
	c := site.page(func(s values) (changed bool, err error) {
		for _, name := range site.shape.Names() {
			if value := s.get(name); value != nil {
				held[name] = value
			}
		}
		return false, nil
	})
	c.bring(cookie)
	return held, c.send()
}
