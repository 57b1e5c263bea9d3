package main

import (
	"cmp"
	"fmt"
	"sync"

	"github.com/sessiongen/sessiongen/bench/internal/measure"
	"github.com/sessiongen/sessiongen/bench/internal/peer"
	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// A scene is one kind of request on one library.
type scene struct {
	library    peer.Library
	shape      shape.Shape
	work       peer.Work
	memcached  string // its address, or that of a Valkey; empty for a store in memory
	goroutines int
	tally      *tally // of visitors who have one session; nil if none is wanted
}

// start opens a site, with connections of its own, for one trial.
func (s scene) start() (measure.Trial, error) {
	t, err := s.open()
	if err != nil {
		err = fmt.Errorf("%s: %w", s.library.Name, err)
	}
	return t, err
}

func (s scene) open() (measure.Trial, error) {
	site, err := s.library.Open(s.shape, s.memcached)
	if err != nil {
		return measure.Trial{}, err
	}
	visitors, cookie, err := s.visitors(site)
	if err != nil {
		site.Close()
		return measure.Trial{}, err
	}
	done := 0
	t := measure.Trial{
		Run: func(n int) error {
			done += n
			if err := sideBySide(visitors, n); err != nil {
				return fmt.Errorf("%s: %w", s.library.Name, err)
			}
			return nil
		},
		Stop: func() {
			if s.tally != nil {
				s.tally.add(site, cookie, s.shape, done)
			}
			site.Close()
		},
	}
	if s.work.Once {
		t.Prepare = func(n int) error { return prepare(site, visitors, n) }
	}
	return t, nil
}

// visitors returns those who come to the site, and the cookie of the last one.
func (s scene) visitors(site peer.Site) (visitors []peer.Visitor, cookie string, err error) {
	for range max(1, s.goroutines) {
		if !s.work.Fresh && (!s.work.Together || cookie == "") {
			if cookie, err = site.Session(); err != nil {
				return nil, "", err
			}
		}
		v, err := site.Visitor(s.work, cookie)
		if err != nil {
			return nil, "", err
		}
		visitors = append(visitors, v)
	}
	return visitors, cookie, nil
}

// share returns how many of n things are those of visitor i.
func share(visitors []peer.Visitor, n, i int) int {
	share := n / len(visitors)
	if i < n%len(visitors) {
		share++
	}
	return share
}

// sideBySide lets the visitors do n requests together.
func sideBySide(visitors []peer.Visitor, n int) error {
	if len(visitors) == 1 {
		return visitors[0].Do(n)
	}
	errs := make([]error, len(visitors))
	var all sync.WaitGroup
	for i, v := range visitors {
		all.Go(func() { errs[i] = v.Do(share(visitors, n, i)) })
	}
	all.Wait()
	return cmp.Or(errs...)
}

// prepare makes the sessions that n requests use up.
func prepare(site peer.Site, visitors []peer.Visitor, n int) error {
	for i, v := range visitors {
		cookies := make([]string, share(visitors, n, i))
		for j := range cookies {
			var err error
			if cookies[j], err = site.Session(); err != nil {
				return err
			}
		}
		v.Bring(cookies)
	}
	return nil
}

// A tally counts the visits that visitors with one session have counted, and
// those that are lost because two of them counted the same one.
type tally struct {
	made, lost int
	err        error // of the first count that could not be had
}

// add adds what was made of a session that began with the shape's values.
func (t *tally) add(site peer.Site, cookie string, s shape.Shape, made int) {
	held, err := site.Holds(cookie)
	if err != nil {
		t.err = cmp.Or(t.err, err)
		return
	}
	began := s.Pick("Visits")[0].Value.(int)
	kept, ok := held["Visits"].(int)
	if !ok {
		t.err = cmp.Or(t.err, fmt.Errorf("the session holds %v", held))
		return
	}
	t.made += made
	t.lost += made - (kept - began)
}

// percent returns the share that is lost.
func (t *tally) percent() float64 { return 100 * float64(t.lost) / float64(max(1, t.made)) }
