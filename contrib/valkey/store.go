package valkeysession

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

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
	get := func(ctx context.Context, client valkey.Client, from, to int) ([]runtime.Item, error) {
		return readItems(ctx, client, keys[from:to], tagged[from:to])
	}
	found, err := inOneOrEach(ctx, s, len(keys), get)
	if isBroken(err) && ctx.Err() == nil { // a read can be repeated
		found, err = inOneOrEach(ctx, s, len(keys), get)
	}
	if err != nil {
		return nil, s.unavailable(ctx, err)
	}
	items := make(map[string]runtime.Item, len(found))
	for _, item := range found {
		items[item.Key] = item
	}
	return items, nil
}

// readItems returns what the server has under these keys, whose names on the server
// are tagged.
func readItems(ctx context.Context, client valkey.Client, keys, tagged []string) ([]runtime.Item, error) {
	values, err := read(ctx, client, tagged)
	if err != nil {
		return nil, err
	}
	items := make([]runtime.Item, 0, len(values))
	for i := range values {
		if values[i].IsNil() {
			continue
		}
		stored, err := values[i].AsBytes()
		if err != nil {
			return nil, errReply
		}
		item, ok := unpacked(keys[i], stored)
		if !ok {
			return nil, errForeign
		}
		items = append(items, item)
	}
	return items, nil
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
		if _, err := client.Do(ctx, client.B().Del().Key(tagged...).Build()).ToInt64(); err != nil {
			return nil, answerError(err)
		}
		return make([]error, to-from), nil
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
	errs, err := inOneOrEach(ctx, s, len(keys), func(ctx context.Context, client valkey.Client, from, to int) ([]error, error) {
		return do(ctx, client, tagged[from:to], from, to)
	})
	if err != nil { // of what is missing, the outcome is not known
		errs = append(errs, slices.Repeat([]error{s.unavailable(ctx, err)}, len(keys)-len(errs))...)
	}
	return errs
}

// inOneOrEach does something with n items in one call of the client's. While a
// cluster moves their slot from one server to another, it refuses calls for several
// keys of which one is not where it looks, with TRYAGAIN, and takes the same for one
// key at a time: they go out one after the other then. With an error, it returns what
// has come of those before.
func inOneOrEach[T any](ctx context.Context, s *Store, n int,
	do func(ctx context.Context, client valkey.Client, from, to int) ([]T, error),
) ([]T, error) {
	part := func(from, to int) ([]T, error) {
		return call(ctx, s, func(ctx context.Context, client valkey.Client) ([]T, error) { return do(ctx, client, from, to) })
	}
	all, err := part(0, n)
	if kindOf(err) != tryAgain || n == 1 {
		return all, err
	}
	for i := range n {
		one, err := part(i, i+1)
		if err != nil {
			return all, err
		}
		all = append(all, one...)
	}
	return all, nil
}

// stalled is how long a call must have waited at least for its deadline to tell of the
// connection. A server answers in a hundredth of it.
const stalled = 100 * time.Millisecond

// afterwards is by how much the client's own limit is later than any call's, so that it
// is not the one that ends first.
const afterwards = time.Second

// call calls do with the client, and returns as soon as the context ends, which the
// client does not where many calls wait for one connection. do gets another context,
// which ends later: the client makes a connection with the context of the call that
// needs it first, and others that wait for it would fail with that one.
func call[T any](ctx context.Context, s *Store, do func(context.Context, valkey.Client) ([]T, error)) ([]T, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	client, err := s.link.get(ctx)
	if err != nil {
		return nil, err
	}
	type result struct {
		all []T
		err error
	}
	begun := time.Now()
	done := make(chan result, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeout+afterwards)
		defer cancel()
		all, err := do(ctx, client)
		done <- result{all, err}
	}()
	select {
	case r := <-done:
		if errors.Is(r.err, errReply) || kindOf(r.err) == readOnly {
			s.link.drop(client)
		}
		if r.err != nil {
			return nil, r.err
		}
		return r.all, nil
	case <-ctx.Done():
		if ctx.Err() == context.DeadlineExceeded && time.Since(begun) >= stalled {
			s.link.suspect(client)
		}
		return nil, ctx.Err()
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
