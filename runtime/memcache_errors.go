package runtime

import (
	"errors"
	"fmt"
	"io"
	"net"
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

// failure returns err, which a call ended in, as the contract of [Store] has
// it.
func (s *server) failure(end limit, err error) error {
	switch {
	case err == nil, errors.Is(err, ErrExists), errors.Is(err, ErrNotFound):
		return err
	case errors.Is(err, ErrTooLarge):
		return fmt.Errorf("%w: memcached at %s takes only smaller ones, see its option -I", ErrTooLarge, s.address)
	}
	if reached := end.reached(err); reached != nil && !errors.Is(err, reached) {
		err = reached
	}
	return unavailable(fmt.Errorf("memcached at %s: %w", s.address, err))
}

// isBroken tells whether the connection failed, and not the server's answer.
func isBroken(err error) bool {
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
