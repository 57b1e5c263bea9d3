package memcached

import (
	"errors"
	"fmt"
	"io"
	"net"
)

// An answerError says what is wrong with a server's answer, and what to do.
type answerError string

const (
	errServer      answerError = "answered SERVER_ERROR: see its log, with its option -v"
	errMemory      answerError = "is out of memory: raise its option -m; with its option -M it evicts nothing to make room"
	errBackend     answerError = "is a proxy that can't reach the memcached behind it"
	errClient      answerError = "answered CLIENT_ERROR: see its log, with its option -v"
	errUnknown     answerError = "answered ERROR: it does not know one of the commands gets, add, cas and delete"
	errFull        answerError = "refuses more connections, as those of all its clients have reached its limit: raise its option -c, or lower Memcache.MaxConns"
	errLogin       answerError = "wants a user name and a password, as it does with its option -Y: set Memcache.Username and Memcache.Password"
	errPassword    answerError = "does not take Memcache.Username and Memcache.Password: compare with the file of its option -Y"
	errHTTP        answerError = "answered what is not memcached's protocol, but HTTP: check the address"
	errRedis       answerError = "answered what is not memcached's protocol, but that of Redis and Valkey: check the address, or use contrib/valkey"
	errTLS         answerError = "answered what is not memcached's protocol, but TLS: set Memcache.TLS"
	errProtocol    answerError = "answered what is not memcached's protocol: check the address"
	errUnasked     answerError = "answered what it was not asked for"
	errUnversioned answerError = "answered without versions, as it does with its option -C: start it without"
)

func (e answerError) Error() string { return string(e) }

// failure returns err, in which a call has ended, with the address of the
// server and, where there is something to do about it, what that is. If the
// limit is the cause, it returns the context's error in place of err.
func (s *server) failure(end limit, err error) error {
	if err == nil {
		return nil
	}
	if reached := end.reached(err); reached != nil {
		err = late(err, reached)
	}
	return fmt.Errorf("memcached at %s: %w", s.address, advised(err))
}

// isBroken tells whether the connection failed, and not the server's answer.
func isBroken(err error) bool {
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
