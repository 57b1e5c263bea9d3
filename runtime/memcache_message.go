package runtime

import (
	"net"
	"strconv"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

const (
	// largeValue is the size from which a value is sent from where it is and
	// not copied.
	largeValue = 4 << 10

	// keptMessage bounds the memory that an idle lane keeps for its next
	// message.
	keptMessage = 16 << 10
)

// A verb is a command that changes one item.
type verb string

const (
	verbAdd    verb = "add"
	verbSwap   verb = "cas"
	verbDelete verb = "delete"
)

// A command is a verb's item on its way.
type command struct {
	item    *Item
	exptime int32
	at      int   // its place in the call
	err     error // what became of it
}

// A message is commands in memcached's text protocol, see doc/protocol.txt in
// its source, that are sent in one piece.
type message struct {
	text   []byte
	pieces net.Buffers // text and large values in turn
	rest   int         // text from there is not in pieces
}

func (m *message) reset() {
	if cap(m.text) > keptMessage {
		m.text = nil
	}
	clear(m.pieces)
	m.text, m.pieces, m.rest = m.text[:0], m.pieces[:0], 0
}

// get appends the command that reads the keys in their order.
func (m *message) get(q kv.Query) {
	m.text = append(m.text, "gets"...)
	for _, suffix := range q.Suffixes {
		m.text = append(append(append(m.text, ' '), q.Session...), suffix...)
	}
	m.endLine()
}

// change appends a command that changes an item.
func (m *message) change(v verb, c *command) {
	m.text = append(append(append(m.text, v...), ' '), c.item.Key...)
	if v == verbDelete {
		m.endLine()
		return
	}
	m.text = append(m.text, " 0 "...) // flags
	m.text = strconv.AppendInt(m.text, int64(c.exptime), 10)
	m.text = append(m.text, ' ')
	m.text = strconv.AppendInt(m.text, int64(len(c.item.Value)), 10)
	if v == verbSwap {
		m.text = append(m.text, ' ')
		m.text = strconv.AppendUint(m.text, c.item.Version, 10)
	}
	m.endLine()
	m.value(c.item.Value)
	m.endLine()
}

func (m *message) value(v []byte) {
	if len(v) < largeValue {
		m.text = append(m.text, v...)
		return
	}
	// Should text move to a larger array, the pieces stay as they are.
	m.pieces = append(m.pieces, m.text[m.rest:], v)
	m.rest = len(m.text)
}

func (m *message) endLine() { m.text = append(m.text, '\r', '\n') }

// send writes the message to conn.
func (m *message) send(conn net.Conn) error {
	if len(m.pieces) == 0 {
		_, err := conn.Write(m.text)
		return err
	}
	m.pieces = append(m.pieces, m.text[m.rest:])
	_, err := m.pieces.WriteTo(conn)
	return err
}
