package memcached

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// askWithin bounds both parts of an attempt: to get the list, and to adopt it.
const askWithin = 5 * time.Second

// A listing is what Options.List has returned.
type listing struct {
	names []string
	err   error
}

// ask returns the servers that Options.List names.
func (a *adopter) ask(ctx context.Context) ([]Address, error) {
	names, err := a.listNames(ctx)
	if err != nil {
		return nil, fmt.Errorf("the list of memcached servers can't be had: %w", err)
	}
	listed, err := ParseAddresses(names)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the list of memcached servers has what is no address: %w", err)
	case len(listed) == 0:
		return nil, errors.New("the list of memcached servers is empty")
	}
	return listed, nil
}

// listNames does not wait for a list that takes too long, so that the process follows
// the others meanwhile. What comes late is out of date, and is not used.
func (a *adopter) listNames(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	for late := a.asking != nil; ; late = false {
		if a.asking == nil {
			a.asking = make(chan listing, 1)
			go func(asking chan<- listing) { asking <- a.callList(ctx) }(a.asking)
		}
		select {
		case got := <-a.asking:
			a.asking = nil
			if !late {
				return got.names, got.err
			}
		case <-ctx.Done():
			return nil, fmt.Errorf("Memcache.Servers has not returned: %w", ctx.Err())
		}
	}
}

// callList calls Options.List, which is the app's. It runs on a goroutine of its own,
// where a panic would end the process.
func (a *adopter) callList(ctx context.Context) (got listing) {
	defer func() {
		if p := recover(); p != nil {
			got = listing{err: fmt.Errorf("Memcache.Servers has panicked: %v", p)}
		}
	}()
	names, err := a.list(ctx)
	return listing{names, err}
}
