package valkeysession

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"

	"github.com/valkey-io/valkey-go"

	"github.com/sessiongen/sessiongen/runtime"
)

// maxValueSize is what a server takes with its default of proto-max-bulk-len, less
// the version. It closes the connection of who sends more.
const maxValueSize = 512<<20 - versionLength

// Get implements [runtime.Store]. It reads all keys at one instant.
func (s *Store) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	if len(keys) == 0 {
		return map[string]runtime.Item{}, nil
	}
	tagged, err := taggedKeys(keys)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	items := make(map[string]runtime.Item, len(keys))
	get := func(client valkey.Client, from, to int) error {
		return readItems(ctx, client, keys[from:to], tagged[from:to], items)
	}
	err = s.inOneOrEach(ctx, len(keys), get)
	if isBroken(err) && ctx.Err() == nil { // a read can be repeated
		clear(items)
		err = s.inOneOrEach(ctx, len(keys), get)
	}
	if err != nil {
		return nil, s.unavailable(ctx, err)
	}
	return items, nil
}

// readItems puts into items what the server has under these keys, whose names on the
// server are tagged.
func readItems(ctx context.Context, client valkey.Client, keys, tagged []string, items map[string]runtime.Item) error {
	values, err := read(ctx, client, tagged)
	if err != nil {
		return err
	}
	for i := range values {
		if values[i].IsNil() {
			continue
		}
		stored, err := values[i].AsBytes()
		if err != nil {
			return errReply
		}
		item, ok := unpacked(keys[i], stored)
		if !ok {
			return errForeign
		}
		items[keys[i]] = item
	}
	return nil
}

// Add implements [runtime.Store].
func (s *Store) Add(ctx context.Context, items []runtime.Item) []error {
	return s.write(ctx, addScript, items)
}

// Swap implements [runtime.Store].
func (s *Store) Swap(ctx context.Context, items []runtime.Item) []error {
	return s.write(ctx, swapScript, items)
}

func (s *Store) write(ctx context.Context, script script, items []runtime.Item) []error {
	if len(items) == 0 {
		return nil
	}
	if slices.ContainsFunc(items, isTooLarge) {
		return s.apart(ctx, script, items)
	}
	return s.each(ctx, keysOf(items), func(ctx context.Context, client valkey.Client, tagged []string, from, to int) ([]error, error) {
		return script.write(ctx, client, tagged, items[from:to])
	})
}

func isTooLarge(item runtime.Item) bool { return len(item.Value) > maxValueSize }

// apart writes the items that are not too large.
func (s *Store) apart(ctx context.Context, script script, items []runtime.Item) []error {
	errs := make([]error, len(items))
	for i, item := range items {
		if isTooLarge(item) {
			errs[i] = fmt.Errorf("%w: a server takes %d bytes", runtime.ErrTooLarge, maxValueSize)
			continue
		}
		errs[i] = s.write(ctx, script, items[i:i+1])[0]
	}
	return errs
}

// Delete implements [runtime.Store].
func (s *Store) Delete(ctx context.Context, keys []string) []error {
	if len(keys) == 0 {
		return nil
	}
	return s.each(ctx, keys, func(ctx context.Context, client valkey.Client, tagged []string, from, to int) ([]error, error) {
		_, err := client.Do(ctx, client.B().Del().Key(tagged...).Build()).ToInt64()
		return make([]error, to-from), answerError(err)
	})
}

// each has do change what is under the keys, and returns what has become of each.
// do gets their names on the server, and which of all keys they are.
func (s *Store) each(ctx context.Context, keys []string,
	do func(ctx context.Context, client valkey.Client, tagged []string, from, to int) ([]error, error),
) []error {
	tagged, err := taggedKeys(keys)
	if err != nil {
		return slices.Repeat([]error{err}, len(keys))
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	errs := make([]error, 0, len(keys))
	err = s.inOneOrEach(ctx, len(keys), func(client valkey.Client, from, to int) error {
		outcomes, err := do(ctx, client, tagged[from:to], from, to)
		if err == nil {
			errs = append(errs, outcomes...)
		}
		return err
	})
	if err != nil { // of what is missing, the outcome is not known
		errs = append(errs, slices.Repeat([]error{s.unavailable(ctx, err)}, len(keys)-len(errs))...)
	}
	return errs
}

// inOneOrEach does something with n items in one call of the client's. While a
// cluster moves their slot from one server to another, it refuses calls for several
// keys of which one is not where it looks, with TRYAGAIN, and takes the same for one
// key at a time: they go out one after the other then.
func (s *Store) inOneOrEach(ctx context.Context, n int, do func(client valkey.Client, from, to int) error) error {
	err := s.call(ctx, func(client valkey.Client) error { return do(client, 0, n) })
	if kindOf(err) != tryAgain || n == 1 {
		return err
	}
	for i := range n {
		if err := s.call(ctx, func(client valkey.Client) error { return do(client, i, i+1) }); err != nil {
			return err
		}
	}
	return nil
}

// call calls do with the client, and a second time only where the first one can't
// have sent anything.
func (s *Store) call(ctx context.Context, do func(valkey.Client) error) error {
	for {
		client, err := s.link.get(ctx)
		if err != nil {
			return err
		}
		err = do(client)
		switch {
		case errors.Is(err, context.Canceled) && ctx.Err() == nil:
			// A connection is made with the context of the call that needs it
			// first. That one was cancelled, and others had waited for it.
			continue
		case errors.Is(err, errReply) || kindOf(err) == readOnly:
			s.link.drop(client)
		}
		return err
	}
}

// isBroken tells whether a connection failed, and not the server's answer. A server
// that can't be reached at all is not worth another attempt.
func isBroken(err error) bool {
	if err == nil || errors.Is(err, errClosed) || errors.Is(err, errReply) || errors.Is(err, errForeign) {
		return false
	}
	if _, answered := valkey.IsValkeyErr(err); answered {
		return false
	}
	broken, ok := errors.AsType[*net.OpError](err)
	return !ok || broken.Op != "dial"
}
