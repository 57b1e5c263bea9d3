package runtime

import (
	"context"
	"sync"
	"time"
)

// A simulated is the cache of a [schedule] as one request sees it.
type simulated struct {
	*schedule
	who int
}

// step carries out a command when its turn has come.
func (s simulated) step(verb, key string, do func()) error {
	if s.who == observer {
		s.mu.Lock()
		defer s.mu.Unlock()
		do()
		return nil
	}
	st := &step{move: move{who: s.who, verb: verb, key: s.spell(s.who, key)}, key: key, do: do, grant: make(chan struct{})}
	s.mu.Lock()
	s.offered = append(s.offered, st)
	s.mu.Unlock()
	<-st.grant
	return st.err
}

// Get reads one key after the other, as a server does. A fault at a key loses
// that key and the keys behind it. The items that were read before the fault
// are returned together with the error, although by the contract of [Store]
// nothing was read. So a runtime that made use of them would be found.
func (s simulated) Get(_ context.Context, keys []string) (map[string]Item, error) {
	found, verb := map[string]Item{}, get
	if len(keys) > 1 {
		verb = gets
	}
	for _, key := range keys {
		err := s.step(verb, key, func() {
			if item, ok := s.find(key); ok {
				found[key] = item
			}
		})
		if err != nil {
			return found, err
		}
	}
	return found, nil
}

func (s simulated) Add(_ context.Context, items []Item) []error {
	return s.each(len(items), func(i int) (err error) {
		if lost := s.step("add", items[i].Key, func() {
			if _, ok := s.find(items[i].Key); ok {
				err = ErrExists
				return
			}
			s.put(items[i])
		}); lost != nil {
			return lost
		}
		return err
	})
}

func (s simulated) Swap(_ context.Context, items []Item) []error {
	return s.each(len(items), func(i int) (err error) {
		if lost := s.step("swap", items[i].Key, func() {
			switch old, ok := s.find(items[i].Key); {
			case !ok:
				err = ErrNotFound
			case old.Version != items[i].Version:
				err = ErrExists
			default:
				s.put(items[i])
			}
		}); lost != nil {
			return lost
		}
		return err
	})
}

func (s simulated) Delete(_ context.Context, keys []string) []error {
	return s.each(len(keys), func(i int) error {
		return s.step("delete", keys[i], func() { delete(s.items, keys[i]) })
	})
}

// each carries out the commands of one call, which are under way side by side.
func (s simulated) each(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		if s.who == observer {
			errs[i] = do(i) // in the same order in every run
			continue
		}
		wg.Go(func() { errs[i] = do(i) })
	}
	wg.Wait()
	return errs
}

// find returns what the cache holds under a key and has not expired.
func (s *schedule) find(key string) (Item, bool) {
	item, ok := s.items[key]
	if ok && !item.Expires.IsZero() && !s.wall().Before(item.Expires) {
		return Item{}, false
	}
	return item, ok
}

func (s *schedule) put(item Item) {
	s.version++
	item.Version = s.version
	s.items[item.Key] = item
}

// wall tells the time, which stands still while requests run.
func (s *schedule) wall() time.Time { return time.Unix(1e9, 0).Add(s.elapsed) }
