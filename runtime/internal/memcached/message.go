package memcached

import (
	"net"
	"strconv"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

const (
	// largeValue is the size, in bytes, from which on a value is sent from
	// where it is and not copied.
	largeValue = 4 << 10

	// keptMessage bounds the memory, in bytes, that an idle lane keeps for its
	// next message.
	keptMessage = 16 << 10
)

// A message is a number of commands that are sent in one piece. The commands
// are in memcached's text protocol, see doc/protocol.txt in memcached's source.
type message struct {
	text   []byte
	pieces net.Buffers // text and large values in turn
	rest   int         // where the text begins that is not in pieces yet

	// apart makes each command end with a piece, so that no record of TLS has
	// bytes of two of them. memcached takes from a record as many bytes as a value
	// still lacks, and then waits for the next record, so that it never sees
	// commands behind the value (seen in 1.6.18).
	apart bool
}

func (m *message) reset() {
	if cap(m.text) > keptMessage {
		m.text = nil
	}
	clear(m.pieces)
	m.text, m.pieces, m.rest = m.text[:0], m.pieces[:0], 0
}

// get appends the command that reads the keys in their order. Each of them has the
// prefix.
func (m *message) get(prefix string, q kv.Query) {
	m.text = append(m.text, "gets"...)
	for _, suffix := range q.Suffixes {
		m.text = append(append(append(append(m.text, ' '), prefix...), q.Session...), suffix...)
	}
	if q.Account {
		m.text = append(append(append(m.text, ' '), prefix...), q.Place()...)
	}
	m.endLine()
}

// change appends a command that changes an item, whose key has the prefix.
func (m *message) change(v Verb, prefix string, c *Command) {
	m.text = append(append(append(append(m.text, v...), ' '), prefix...), c.Key...)
	if v == Delete {
		m.endLine()
		m.endCommand()
		return
	}
	m.text = append(m.text, " 0 "...) // flags
	m.text = strconv.AppendInt(m.text, int64(c.exptime), 10)
	m.text = append(m.text, ' ')
	m.text = strconv.AppendInt(m.text, int64(len(c.Value)), 10)
	if v == Swap {
		m.text = append(m.text, ' ')
		m.text = strconv.AppendUint(m.text, c.Version, 10)
	}
	m.endLine()
	m.value(c.Value)
	m.endLine()
	m.endCommand()
}

func (m *message) endCommand() {
	if m.apart {
		m.endPiece()
	}
}

func (m *message) endPiece() {
	m.pieces = append(m.pieces, m.text[m.rest:])
	m.rest = len(m.text)
}

func (m *message) value(v []byte) {
	if len(v) < largeValue {
		m.text = append(m.text, v...)
		return
	}
	m.endPiece() // if text moves to a larger array later, the pieces stay as they are
	m.pieces = append(m.pieces, v)
}

func (m *message) endLine() { m.text = append(m.text, '\r', '\n') }

// send writes the message to conn.
func (m *message) send(conn net.Conn) error {
	if len(m.pieces) == 0 {
		_, err := conn.Write(m.text)
		return err
	}
	if m.rest < len(m.text) {
		m.endPiece()
	}
	_, err := m.pieces.WriteTo(conn)
	return err
}
