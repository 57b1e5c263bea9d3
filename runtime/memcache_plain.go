package runtime

import (
	"slices"
	"strings"
	"sync"

	"github.com/bradfitz/gomemcache/memcache"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// plain is what Memcache.Plain makes of carry.
//
// GetMulti keeps the order of the keys, because they are of one server.
func (u *lookup) plain(l *lane) error {
	keys := u.query.Keys()
	items, err := l.client.GetMulti(keys)
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

// plain is what Memcache.Plain makes of carry: the commands are done side by
// side, each on a connection of its own, so that they cost one round trip
// together.
func (c *changes) plain(s *server, end limit) {
	do := func(command *command) {
		command.err = s.write(end, func(l *lane) error { return c.verb.plain(l.client, command) })
	}
	var others sync.WaitGroup
	for i := 1; i < len(c.commands); i++ {
		others.Go(func() { do(&c.commands[i]) })
	}
	do(&c.commands[0])
	others.Wait()
}

func (v verb) plain(client *memcache.Client, c *command) error {
	item := &memcache.Item{Key: c.item.Key, Value: c.item.Value, Expiration: c.exptime, CasID: c.item.Version}
	var err error
	switch v {
	case verbAdd:
		if err = client.Add(item); err == memcache.ErrNotStored {
			return ErrExists
		}
	case verbSwap:
		switch err = client.CompareAndSwap(item); err {
		case memcache.ErrCASConflict:
			return ErrExists
		case memcache.ErrCacheMiss, memcache.ErrNotStored:
			return ErrNotFound
		}
	case verbDelete:
		if err = client.Delete(item.Key); err == memcache.ErrCacheMiss {
			return nil
		}
	}
	return withoutServersWords(err)
}

// withoutServersWords replaces those errors of gomemcache that quote what the
// server sent, which can be anything.
func withoutServersWords(err error) error {
	if err == nil || isBroken(err) {
		return err
	}
	switch text := err.Error(); {
	case strings.Contains(text, `"SERVER_ERROR object too large for cache`):
		return ErrTooLarge
	case strings.Contains(text, `"SERVER_ERROR`):
		return errServer
	case strings.Contains(text, `"CLIENT_ERROR`):
		return errClient
	default:
		return errProtocol
	}
}
