package runtime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// An answerError says what is wrong with a server's answer.
type answerError string

const (
	errServer      answerError = "answered SERVER_ERROR, as it does when out of memory"
	errClient      answerError = "answered CLIENT_ERROR"
	errProtocol    answerError = "answered what is not memcached's protocol"
	errUnasked     answerError = "answered with a key that it was not asked for"
	errUnversioned answerError = "answered without versions, as it does with its option -C"
)

func (e answerError) Error() string { return string(e) }

// failure returns err, which a call with ctx ended in, as the contract of
// [Store] has it.
func (s *server) failure(ctx context.Context, err error) error {
	switch {
	case err == nil, errors.Is(err, ErrExists), errors.Is(err, ErrNotFound):
		return err
	case errors.Is(err, ErrTooLarge):
		return fmt.Errorf("%w: memcached at %s takes only smaller ones, see its option -I", ErrTooLarge, s.address)
	}
	if end := contextError(ctx); end != nil && !errors.Is(err, end) {
		err = end // which is why the call failed, in one way or another
	}
	return unavailable(fmt.Errorf("memcached at %s: %w", s.address, err))
}

// contextError is ctx.Err, but does not lag behind the dialer, which keeps the
// deadline by a timer of its own.
func contextError(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return nil
}

// withoutServersWords replaces those errors of gomemcache that quote what the
// server sent, which can be anything.
func withoutServersWords(err error) error {
	if err == nil || isBroken(err) || errors.Is(err, ErrExists) || errors.Is(err, ErrNotFound) {
		return err
	}
	if answer, ok := errors.AsType[answerError](err); ok {
		return answer
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

// isBroken tells whether the connection failed, and not the server's answer.
func isBroken(err error) bool {
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
