package memcached

import (
	"bufio"
	"errors"

	"github.com/bradfitz/gomemcache/memcache"
)

// The carrier takes a whole call over one connection: all commands are sent in
// one piece, and the caller's goroutine reads all answers. gomemcache has no
// calls for that: its GetMulti waits for a goroutine of its own, which takes
// longer than memcached does, and each of its writes is a round trip. So an
// exchange travels under a Get of gomemcache's, which stays the client: to it
// the lane is a connection on which a key is asked for and not found.
const (
	carrierKey     = "batch"
	carrierCommand = "gets " + carrierKey + "\r\n"
	carrierAnswer  = "END\r\n"
)

var errCarrier = errors.New("gomemcache sends a Get otherwise than expected, see Memcache.Plain")

// An exchange is what a call says to the server, and what it makes of the
// answers.
type exchange interface {
	// ask appends the commands.
	ask(*message)

	// read reads the answers to all commands. An error means that it is not
	// known what comes next on the connection.
	read(*bufio.Reader) error
}

// carry does the exchange. After an error the lane is closed.
func (l *lane) carry(x exchange) error {
	l.exchange = x
	x.ask(&l.message)
	_, err := l.client.Get(carrierKey)
	l.message.reset()
	l.exchange = nil
	if errors.Is(err, memcache.ErrCacheMiss) { // that is what carrierAnswer says
		return nil
	}
	return err
}

// Write is called by the client with its command.
func (l *lane) Write(p []byte) (int, error) {
	if l.exchange == nil {
		return l.Conn.Write(p)
	}
	if string(p) != carrierCommand {
		return 0, errCarrier
	}
	if err := l.message.send(l.Conn); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Read is called by the client for its answer.
func (l *lane) Read(p []byte) (int, error) {
	if l.exchange == nil {
		return l.Conn.Read(p)
	}
	if err := l.exchange.read(l.answers); err != nil {
		return 0, err
	}
	if l.answers.Buffered() > 0 {
		return 0, errUnasked
	}
	return copy(p, carrierAnswer), nil
}
