package peer

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// Check does the work on a site of the library and looks at the sessions
// afterwards: more closely than visitors do, who are not to take time.
func Check(l Library, memcached string, s shape.Shape, w Work) error {
	if l.Bare {
		return nil // it has none
	}
	site, err := l.Open(s, memcached)
	if err != nil {
		return err
	}
	defer site.Close()
	c := checked{site: site, work: w, want: after(w, s, checkedVisits)}
	v, err := c.visitor()
	if err != nil {
		return err
	}
	return c.check(v)
}

// checkedVisits is enough for what comes at the first one, the second, and each
// after that.
const checkedVisits = 3

// checked is a site that is.
type checked struct {
	site     Site
	work     Work
	want     model    // in the end
	sessions []string // cookies of those that the visitor begins with
}

// visitor returns one who comes for the work.
func (c *checked) visitor() (Visitor, error) {
	sessions := 1
	switch {
	case c.work.Fresh:
		sessions = 0
	case c.work.Once:
		sessions = checkedVisits
	}
	cookie := ""
	for range sessions {
		var err error
		if cookie, err = c.site.Session(); err != nil {
			return nil, err
		}
		c.sessions = append(c.sessions, cookie)
	}
	v, err := c.site.Visitor(c.work, cookie)
	if err == nil && c.work.Once {
		v.Bring(c.sessions)
	}
	return v, err
}

func (c *checked) check(v Visitor) error {
	if err := v.Do(checkedVisits); err != nil {
		return err
	}
	cookie, err := v.Cookie()
	if err != nil {
		return err
	}
	if (cookie == "") != (len(c.want) == 0 && !c.work.Fresh) {
		return fmt.Errorf("the visitor has the cookie %q and is to have %d variables", cookie, len(c.want))
	}
	if err := c.holds(cookie, c.want); err != nil {
		return err
	}
	if !c.replaces() {
		return nil
	}
	for _, old := range c.sessions {
		if old == cookie {
			return errors.New("the visitor still has the old cookie")
		}
		if err := c.holds(old, model{}); err != nil {
			return fmt.Errorf("an old cookie: %w", err)
		}
	}
	return nil
}

// replaces tells whether old cookies are to open nothing any more.
func (c *checked) replaces() bool {
	for _, r := range c.work.Requests {
		if r.Renews || r.Destroys {
			return true
		}
	}
	return false
}

func (c *checked) holds(cookie string, want model) error {
	held, err := c.site.Holds(cookie)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(model(held), want) {
		return fmt.Errorf("the session holds %v, want %v", held, want)
	}
	return nil
}
