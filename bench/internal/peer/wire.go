package peer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
	"github.com/sessiongen/sessiongen/runtime"
)

// BareConnection is the least that the items of a session can cost on memcached.
var BareConnection = Library{
	Name: "bare connection",
	Bare: true,
	Notes: "does what sessiongen's store has to do and nothing else: sends the same commands with the same values in one piece, " +
		"and looks for the ends of the answers; no time-out, no pool, nothing opened or decoded",
	Open: openWire(false),
}

// BareItem shows what it costs that a session has several items.
var BareItem = Library{
	Name:  "bare connection, one item",
	Bare:  true,
	Notes: "is that with one item, which has as many bytes as those of the session together",
	Open:  openWire(true),
}

func openWire(one bool) func(shape.Shape, string) (Site, error) {
	return onMemcached(func(s shape.Shape, memcached string) (Site, error) {
		return &wireSite{shape: s, memcached: memcached, one: one}, nil
	})
}

type wireSite struct {
	bareSite
	shape     shape.Shape
	memcached string
	one       bool
	conns     []net.Conn
}

func (site *wireSite) Close() {
	for _, conn := range site.conns {
		conn.Close()
	}
}

func (site *wireSite) Visitor(w Work, _ string) (Visitor, error) {
	seen, err := askedOn(site.memcached, site.shape, w)
	if err != nil {
		return nil, err
	}
	if site.one {
		if len(seen.keys) != 0 || len(seen.added) == 0 {
			return nil, errors.New("one item is compared with those of a first visit")
		}
		seen.added = []runtime.Item{{Key: seen.added[0].Key, Value: together(seen.added)}}
	}
	conn, err := net.Dial("tcp", site.memcached)
	if err != nil {
		return nil, err
	}
	site.conns = append(site.conns, conn)
	v := &wireVisitor{conn: conn, answers: bufio.NewReader(conn), asked: seen, versions: map[string]uint64{}}
	v.once = v.work
	return v, nil
}

// together returns the values of the items in one.
func together(items []runtime.Item) []byte {
	var all []byte
	for _, item := range items {
		all = append(all, item.Value...)
	}
	return all
}

// A wireVisitor speaks memcached's text protocol.
type wireVisitor struct {
	bareVisitor
	asked
	another
	conn     net.Conn
	answers  *bufio.Reader
	versions map[string]uint64 // by key, as the last answer had them
	message  []byte
}

func (v *wireVisitor) work() error {
	if len(v.keys) != 0 {
		if err := v.read(); err != nil {
			return err
		}
	}
	v.message = v.message[:0]
	for _, item := range v.swapped {
		v.message = fmt.Appendf(v.message, "cas %s 0 %d %d %d\r\n", item.Key, lifetime, len(item.Value), v.versions[item.Key])
		v.message = append(append(v.message, item.Value...), "\r\n"...)
	}
	if len(v.added) != 0 {
		for _, item := range v.another.of(v.added) {
			v.message = fmt.Appendf(v.message, "add %s 0 %d %d\r\n", item.Key, lifetime, len(item.Value))
			v.message = append(append(v.message, item.Value...), "\r\n"...)
		}
	}
	return v.store(len(v.swapped) + len(v.added))
}

func (v *wireVisitor) read() error {
	v.message = append(v.message[:0], "gets"...)
	for _, key := range v.keys {
		v.message = append(append(v.message, ' '), key...)
	}
	v.message = append(v.message, "\r\n"...)
	if _, err := v.conn.Write(v.message); err != nil {
		return err
	}
	clear(v.versions)
	for {
		line, err := v.answers.ReadSlice('\n')
		if err != nil {
			return err
		}
		if string(line) == "END\r\n" {
			break
		}
		words := bytes.Fields(line) // VALUE key flags size version
		if len(words) != 5 {
			return fmt.Errorf("memcached answers %q", line)
		}
		size, sizeErr := strconv.Atoi(string(words[3]))
		version, versionErr := strconv.ParseUint(string(words[4]), 10, 64)
		v.versions[string(words[1])] = version
		if err := errors.Join(sizeErr, versionErr); err != nil {
			return err
		}
		if _, err := v.answers.Discard(size + 2); err != nil {
			return err
		}
	}
	if len(v.versions) != len(v.found) {
		return fmt.Errorf("%d of %d items were found", len(v.versions), len(v.found))
	}
	return nil
}

// store sends the message, which stores n items.
func (v *wireVisitor) store(n int) error {
	if n == 0 {
		return nil
	}
	if _, err := v.conn.Write(v.message); err != nil {
		return err
	}
	for range n {
		line, err := v.answers.ReadSlice('\n')
		if err != nil {
			return err
		}
		if string(line) != "STORED\r\n" {
			return fmt.Errorf("memcached answers %q", line)
		}
	}
	return nil
}
