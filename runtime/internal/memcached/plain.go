package memcached

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/bradfitz/gomemcache/memcache"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// plain does what carry does, by gomemcache's own calls.
//
// GetMulti keeps the order of the keys, because all keys are on one server.
func (u *lookup) plain(l *lane) error {
	clear(u.found) // a carried attempt that failed may have filled some elements
	client, err := l.speak()
	if err != nil {
		return err
	}
	keys := u.query.Keys()
	for i := range keys {
		keys[i] = u.prefix + keys[i]
	}
	items, err := client.GetMulti(keys)
	if err != nil {
		return withoutServersWords(err)
	}
	for key := range items {
		if !slices.Contains(keys, key) {
			return errUnasked
		}
	}
	for i, key := range keys {
		item := items[key]
		if item == nil {
			continue
		}
		if item.CasID == 0 {
			return errUnversioned
		}
		u.found[i] = kv.Found{Value: item.Value, Version: item.CasID}
	}
	return nil
}

// plain does what carry does, by gomemcache's own calls. It does the commands
// side by side, each on a connection of its own, so that all of them take one
// round trip together.
func (c *changes) plain(s *server, end limit) {
	do := func(command *Command) {
		err := s.write(end, func(l *lane) (err error) {
			command.Outcome, err = c.verb.plain(l, c.prefix, command)
			return err
		})
		command.settle(s, err)
	}
	var first *Command
	var others sync.WaitGroup
	for command := range c.sendable() {
		if first == nil {
			first = command
		} else {
			others.Go(func() { do(command) })
		}
	}
	do(first)
	others.Wait()
}

func (v Verb) plain(l *lane, prefix string, c *Command) (Outcome, error) {
	client, err := l.speak()
	if err != nil {
		return Unknown, err
	}
	item := &memcache.Item{Key: prefix + c.Key, Value: c.Value, Expiration: c.exptime, CasID: c.Version}
	switch v {
	case Add:
		if err = client.Add(item); err == memcache.ErrNotStored {
			return Exists, nil
		}
	case Swap:
		switch err = client.CompareAndSwap(item); err {
		case memcache.ErrCASConflict:
			return Exists, nil
		case memcache.ErrCacheMiss:
			return NotFound, nil
		}
	case Delete:
		if err = client.Delete(item.Key); err == memcache.ErrCacheMiss {
			return Done, nil
		}
	}
	switch {
	case err == nil:
		return Done, nil
	case isTooLarge(err):
		return TooLarge, nil
	}
	return Unknown, withoutServersWords(err)
}

func isTooLarge(err error) bool {
	return !isBroken(err) && strings.Contains(err.Error(), `"SERVER_ERROR object too large for cache`)
}

// withoutServersWords replaces an error of gomemcache that quotes what the
// server sent, because that can be anything.
func withoutServersWords(err error) error {
	if _, known := errors.AsType[answerError](err); known || isBroken(err) {
		return err
	}
	text := err.Error()
	line, quoted := strconv.Unquote(text[strings.LastIndex(text, `: "`)+len(": "):])
	if quoted != nil {
		return errProtocol
	}
	return wrongLine([]byte(strings.TrimSuffix(line, "\r\n")))
}
