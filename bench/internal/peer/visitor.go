package peer

import (
	"errors"
	"fmt"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// A client sends the requests of a visitor to a site's handler.
type client interface {
	// send sends one. It fails if the handler does, or sends anything but the
	// page.
	send() error

	// bring makes the next requests bear a cookie, or none.
	bring(cookie string)

	// told tells whether the last response set a cookie.
	told() bool

	// cookie returns the cookie that a browser has now.
	cookie() (string, error)
}

// A visitor is a [Visitor] of a library's site. Handlers ask it what to do, and
// tell it what they found.
type visitor struct {
	client
	work    Work
	wants   []want // of each request
	visits  int    // of the same session
	cookies []string

	now   *Request
	times int // that the request reads or changes a variable, if the work is Again
	found int
}

func newVisitor(w Work, s shape.Shape) *visitor {
	return &visitor{work: w, wants: expect(w, s)}
}

// A want is what a request is to find.
type want struct {
	first, second, more int  // at the first visit, the second, and more at each after that
	cookie              bool // comes with the response
}

// expect does the work on a model.
func expect(w Work, s shape.Shape) []want {
	wants := make([]want, len(w.Requests))
	m := newModel(w, s)
	for visit := range 3 {
		for i := range w.Requests {
			r := &w.Requests[i]
			switch found := m.serve(r); visit {
			case 0:
				wants[i] = want{first: found, cookie: w.Fresh && i == 0 || r.Renews || r.Destroys}
			case 1:
				wants[i].second = found
			case 2:
				wants[i].more = found - wants[i].second
			}
		}
	}
	return wants
}

// Do implements [Visitor].
func (v *visitor) Do(n int) error {
	if v.work.Again {
		v.times, n = n, 1
	}
	for range n {
		if err := v.visit(); err != nil {
			return fmt.Errorf("%s: %w", v.work.Name, err)
		}
	}
	return nil
}

// Bring implements [Visitor].
func (v *visitor) Bring(cookies []string) { v.cookies = cookies }

// Cookie implements [Visitor].
func (v *visitor) Cookie() (string, error) { return v.cookie() }

func (v *visitor) visit() error {
	switch {
	case v.work.Fresh:
		v.bring("")
	case v.work.Once:
		if len(v.cookies) == 0 {
			return errors.New("there is no session left to use up")
		}
		v.bring(v.cookies[0])
		v.cookies = v.cookies[1:]
	}
	for i := range v.work.Requests {
		if i > 0 && v.wants[i-1].cookie {
			cookie, err := v.cookie()
			if err != nil {
				return err
			}
			v.bring(cookie)
		}
		v.now, v.found = &v.work.Requests[i], 0
		if err := v.send(); err != nil {
			return err
		}
		if err := v.check(v.wants[i]); err != nil {
			return err
		}
	}
	if !v.work.Fresh && !v.work.Once {
		v.visits++
	}
	return nil
}

// check compares with what the request found.
func (v *visitor) check(w want) error {
	want := w.first
	if v.visits > 0 {
		want = w.second + (v.visits-1)*w.more
	}
	if v.work.Again && v.now.writes() {
		want = v.times
	}
	// Who is not alone does not know what the others have done.
	if found := v.found; found != want && (!v.work.Together || found < w.first) {
		return fmt.Errorf("a request found %d, want %d", found, want)
	}
	if w.cookie && !v.told() {
		return errors.New("no cookie came with the response")
	}
	return nil
}
