package peer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

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
	return func(s shape.Shape, memcached string) (Site, error) {
		if memcached == "" {
			return nil, errors.New("a connection needs memcached")
		}
		return &wireSite{shape: s, memcached: memcached, one: one}, nil
	}
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

// Visitor lets sessiongen do the work once, to see what it asks the store for.
func (site *wireSite) Visitor(w Work, _ string) (Visitor, error) {
	if w.Once || w.Together {
		return nil, errors.New("a bare connection does its work on one session, alone")
	}
	store := runtime.NewMemcache(site.memcached)
	defer store.Close()
	seen := recorder{Store: store}
	if _, err := seen.watch(site.shape, w); err != nil {
		return nil, err
	}
	if site.one && (!w.Fresh || len(seen.keys) != 0) {
		return nil, errors.New("one item is compared with those of a first visit")
	}
	conn, err := net.Dial("tcp", site.memcached)
	if err != nil {
		return nil, err
	}
	site.conns = append(site.conns, conn)
	v := &wireVisitor{conn: conn, answers: bufio.NewReader(conn), keys: seen.keys, swapped: seen.swapped}
	if w.Fresh {
		v.added = seen.added
	}
	if site.one {
		v.added = []runtime.Item{{Key: seen.added[0].Key, Value: together(seen.added)}}
	}
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
	conn           net.Conn
	answers        *bufio.Reader
	keys           []string
	swapped, added []runtime.Item
	versions       []uint64 // of the keys, as the last answer had them
	message        []byte
	another
}

// Do implements [Visitor].
func (v *wireVisitor) Do(n int) error {
	for range n {
		if err := errors.Join(v.read(), v.swap(), v.add()); err != nil {
			return err
		}
	}
	return nil
}

func (v *wireVisitor) read() error {
	if len(v.keys) == 0 {
		return nil
	}
	v.message = append(v.message[:0], "gets"...)
	for _, key := range v.keys {
		v.message = append(append(v.message, ' '), key...)
	}
	v.versions = v.versions[:0]
	if err := v.send(); err != nil {
		return err
	}
	for {
		line, err := v.answers.ReadSlice('\n')
		if err != nil || string(line) == "END\r\n" {
			return err
		}
		words := bytes.Fields(line) // VALUE key flags size version
		if len(words) != 5 {
			return fmt.Errorf("memcached answers %q", line)
		}
		size, _ := strconv.Atoi(string(words[3]))
		version, _ := strconv.ParseUint(string(words[4]), 10, 64)
		v.versions = append(v.versions, version)
		if _, err := v.answers.Discard(size + 2); err != nil {
			return err
		}
	}
}

func (v *wireVisitor) swap() error {
	v.message = v.message[:0]
	for _, item := range v.swapped {
		for i, key := range v.keys {
			if key == item.Key {
				v.message = fmt.Appendf(v.message, "cas %s 0 %d %d %d\r\n", key, lifetime, len(item.Value), v.versions[i])
				v.message = append(append(v.message, item.Value...), "\r\n"...)
			}
		}
	}
	return v.store(len(v.swapped))
}

// add adds the items under another id.
func (v *wireVisitor) add() error {
	if len(v.added) == 0 {
		return nil
	}
	id := runtime.SessionKey(v.added[0].Key)
	fresh := v.fresh(id)
	v.message = v.message[:0]
	for _, item := range v.added {
		v.message = fmt.Appendf(v.message, "add %s%s 0 %d %d\r\n", fresh, strings.TrimPrefix(item.Key, id), lifetime, len(item.Value))
		v.message = append(append(v.message, item.Value...), "\r\n"...)
	}
	return v.store(len(v.added))
}

// store sends n commands that store something.
func (v *wireVisitor) store(n int) error {
	if n == 0 {
		return nil
	}
	v.message = v.message[:len(v.message)-2] // send ends the line
	if err := v.send(); err != nil {
		return err
	}
	for range n {
		if line, err := v.answers.ReadSlice('\n'); err != nil || string(line) != "STORED\r\n" {
			return fmt.Errorf("memcached answers %q, %w", line, err)
		}
	}
	return nil
}

func (v *wireVisitor) send() error {
	v.message = append(v.message, "\r\n"...)
	_, err := v.conn.Write(v.message)
	return err
}
