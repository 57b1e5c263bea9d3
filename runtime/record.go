package runtime

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"
)

// A record is what the store holds under a session's own key: when it was
// created and last seen, and which variables are set. A variable is listed
// after its own key was written, so a listed variable that is missing was lost.
// The list only grows; clearing a variable leaves it listed.
type record struct {
	ended   bool // the session was renewed: the id is dead
	created time.Time
	seen    time.Time
	names   []string // listed variables; never changed in place
}

var errRecord = errors.New("malformed record")

func (r record) lists(name string) bool { return slices.Contains(r.names, name) }

func (r record) listsAll(names []string) bool {
	for _, name := range names {
		if !r.lists(name) {
			return false
		}
	}
	return true
}

// with returns r with names listed, too.
func (r record) with(names ...string) record {
	r.names = slices.Clone(r.names)
	for _, name := range names {
		if !r.lists(name) {
			r.names = append(r.names, name)
		}
	}
	return r
}

const recordHead = 1 + 8 + 8 // kind, created, seen: Unix milliseconds

// encode returns the plaintext: the head, then each name behind its length.
func (r record) encode() []byte {
	k := kindRecord
	if r.ended {
		k = kindEnded
	}
	dst := append(make([]byte, 0, recordHead+16*len(r.names)), byte(k))
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.created.UnixMilli()))
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.seen.UnixMilli()))
	for _, name := range r.names {
		dst = append(append(dst, byte(len(name))), name...)
	}
	return dst
}

// decodeRecord refuses whatever encode does not return.
func decodeRecord(data []byte) (record, error) {
	if len(data) < recordHead || kind(data[0]) != kindRecord && kind(data[0]) != kindEnded {
		return record{}, errRecord
	}
	r := record{
		ended:   kind(data[0]) == kindEnded,
		created: time.UnixMilli(int64(binary.BigEndian.Uint64(data[1:]))),
		seen:    time.UnixMilli(int64(binary.BigEndian.Uint64(data[9:]))),
	}
	for rest := data[recordHead:]; len(rest) > 0; {
		n := int(rest[0])
		if n == 0 || n > maxNameLength || 1+n > len(rest) {
			return record{}, errRecord
		}
		name := string(rest[1 : 1+n])
		if r.lists(name) {
			return record{}, errRecord
		}
		r.names = append(r.names, name)
		rest = rest[1+n:]
	}
	return r, nil
}
