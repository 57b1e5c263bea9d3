package memcached

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"

	"github.com/bradfitz/gomemcache/memcache"
)

// The carrier takes a whole call over one connection: all commands are sent in
// one piece, and the caller's goroutine reads all answers. gomemcache has no
// calls for that: its GetMulti waits for a goroutine of its own, which takes
// longer than memcached does, and each of its writes is a round trip. So an
// exchange travels within a Get of gomemcache, which stays the client. For
// gomemcache, the lane is a connection on which a key is asked for and not
// found.
//
// A later gomemcache may do a Get in another way. So nothing is sent before
// gomemcache has written just that command and waits for the answer. If it does
// anything else until then, the call can be made again, the plain way. Whatever
// it does afterwards, all answers are known.
const (
	carrierKey     = "batch"
	carrierCommand = "gets " + carrierKey + "\r\n"
	carrierAnswer  = "END\r\n"
)

var (
	errCarrier = errors.New("gomemcache does a Get otherwise than expected")

	errCommand   = fmt.Errorf("%w: it sends another command, or not in one piece", errCarrier)
	errEarly     = fmt.Errorf("%w: it reads before it has sent its command", errCarrier)
	errHungUp    = fmt.Errorf("%w: it closes the connection before it reads", errCarrier)
	errNoCall    = fmt.Errorf("%w: it reads or writes while there is no call", errCarrier)
	errGoesOn    = fmt.Errorf("%w: it goes on when it has its answer", errCarrier)
	errUntouched = fmt.Errorf("%w: it does not send its command and read the whole answer", errCarrier)
	errNoMiss    = fmt.Errorf("%w: it is told of no item and does not return ErrCacheMiss", errCarrier)
)

// errNotCarried is the error of a call of which nothing was sent, because of an
// errCarrier.
var errNotCarried = errors.New("not carried")

// errClosedUnused is the error of a plain call of which nothing was sent,
// because the client's traffic between two calls closed its idle connection.
var errClosedUnused = errors.New("closed before use")

// An exchange is what a call says to the server, and what the call makes of the
// answers.
type exchange interface {
	// ask appends the commands.
	ask(*message)

	// read reads the answers to all commands. An error means that it is not
	// known what comes next on the connection.
	read(*bufio.Reader) error
}

// A ride is an exchange on a lane, with what the lane has done of it.
type ride struct {
	exchange exchange // nil while there is no ride
	asked    bool     // the client has sent its command
	answered bool     // the exchange is done
	answer   string   // what is left of the client's answer
	failed   error    // the error of the connection or of an answer
	surprise error    // an errCarrier
}

// carry does the exchange. After an error the lane is closed.
func (l *lane) carry(x exchange) error {
	if l.spoken() {
		return errNotCarried // this call began before another one fell back
	}
	x.ask(&l.message)
	l.setRide(ride{exchange: x})
	_, err := l.client.Get(carrierKey)
	r := l.setRide(ride{})
	l.message.reset()
	switch {
	case r.failed != nil: // whatever the client makes of it
		_ = l.Close()
		return r.failed
	case r.surprise != nil:
	case !r.answered, r.answer != "":
		r.surprise = errUntouched
	case !errors.Is(err, memcache.ErrCacheMiss): // that is what carrierAnswer says
		r.surprise = errNoMiss
	default:
		return nil
	}
	_ = l.Close()
	l.server.surprised(r.surprise)
	if !r.answered {
		return errNotCarried
	}
	return nil
}

// setRide begins or ends a ride, and returns the ride before. It locks, because
// a client that reads on a goroutine of its own must not see half of a ride.
func (l *lane) setRide(r ride) (before ride) {
	l.riding.Lock()
	defer l.riding.Unlock()
	before, l.ride = l.ride, r
	return before
}

// Write is called by the client with its command.
func (l *lane) Write(p []byte) (int, error) {
	l.riding.Lock()
	if l.speaks {
		l.riding.Unlock()
		n, err := l.Conn.Write(p)
		return n, l.sent(err)
	}
	defer l.riding.Unlock()
	if l.ride.exchange == nil {
		return 0, l.stray()
	}
	r := &l.ride
	if r.asked || string(p) != carrierCommand {
		return 0, r.meet(errCommand)
	}
	r.asked = true
	return len(p), nil
}

// Read is called by the client for its answer.
func (l *lane) Read(p []byte) (int, error) {
	l.riding.Lock()
	if l.speaks {
		l.riding.Unlock()
		return l.Conn.Read(p)
	}
	defer l.riding.Unlock()
	if l.ride.exchange == nil {
		return 0, l.stray()
	}
	r := &l.ride
	switch {
	case r.failed != nil:
		return 0, r.failed
	case r.surprise != nil:
		return 0, r.surprise
	case !r.asked:
		return 0, r.meet(errEarly)
	case r.answered && r.answer == "":
		return 0, r.meet(errGoesOn)
	case !r.answered && l.closed.Load():
		return 0, r.meet(errHungUp)
	case !r.answered:
		if r.failed = l.converse(r.exchange); r.failed != nil {
			return 0, r.failed
		}
		r.answered, r.answer = true, carrierAnswer
	}
	n := copy(p, r.answer)
	r.answer = r.answer[n:]
	return n, nil
}

// meet notes the first surprise.
func (r *ride) meet(surprise error) error {
	if r.surprise == nil {
		r.surprise = surprise
	}
	return r.surprise
}

// converse sends the message and reads the answers to it.
func (l *lane) converse(x exchange) error {
	if err := l.sent(l.message.send(l.Conn)); err != nil {
		return err
	}
	if err := x.read(l.answers); err != nil {
		return err
	}
	if l.answers.Buffered() > 0 {
		return errUnasked
	}
	return nil
}

// sent returns err, in which sending has ended; or what a server has said to a new
// connection, if that is why.
func (l *lane) sent(err error) error {
	if err == nil || l.reused {
		return err
	}
	return cmp.Or(lastWord(l.Conn, nil, err), err)
}
