package memcached

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
	errUnasked     answerError = "answered what it was not asked for"
	errUnversioned answerError = "answered without versions, as it does with its option -C"
)

func (e answerError) Error() string { return string(e) }

// failure returns err, in which a call has ended, with the address of the
// server. If the limit is the cause, it returns the context's error in place of
// err.
func (s *server) failure(end limit, err error) error {
	if err == nil {
		return nil
	}
	if reached := end.reached(err); reached != nil && !errors.Is(err, reached) {
		err = reached
	}
	return fmt.Errorf("memcached at %s: %w", s.address, err)
}

// isBroken tells whether the connection failed, and not the server's answer.
func isBroken(err error) bool {
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
