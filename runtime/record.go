package runtime

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"
)

// A record is what the store holds under a session's own key: when it was
// created and last seen, and which variables are set. A variable is listed
// after its own key was written, so a listed variable that is missing was lost.
// The list only grows; clearing a variable leaves it listed.
type record struct {
	ended   bool // the session was renewed: the id is dead
	created moment
	seen    moment   // last, by a load; in a mark, when it was set
	names   []string // listed variables; never changed in place
}

// A moment is a time as it is stored: Unix milliseconds.
type moment int64

func momentOf(t time.Time) moment { return moment(t.UnixMilli()) }

func (m moment) time() time.Time { return time.UnixMilli(int64(m)) }

var errRecord = errors.New("malformed record")

// newRecord returns the record of a session that is created now.
func newRecord(now time.Time) record { return record{created: momentOf(now), seen: momentOf(now)} }

func (r record) lists(name string) bool { return slices.Contains(r.names, name) }

// listsAt is lists for a name that is most likely the list's i-th.
func (r record) listsAt(i int, name string) bool {
	return i < len(r.names) && r.names[i] == name || r.lists(name)
}

func (r record) listsAll(names []string) bool {
	for _, name := range names {
		if !r.lists(name) {
			return false
		}
	}
	return true
}

// end returns the mark that stands for r from now on.
func (r record) end(now time.Time) record {
	r.ended, r.seen = true, momentOf(now)
	return r
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

const recordHead = 1 + 8 + 8 // kind, created, seen

// encode returns the plaintext: the head, then the list.
func (r record) encode() []byte {
	k := kindRecord
	if r.ended {
		k = kindEnded
	}
	dst := append(make([]byte, 0, recordHead+16*len(r.names)), byte(k))
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.created))
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.seen))
	return appendNames(dst, r.names)
}

// decodeRecord refuses whatever encode does not return.
func decodeRecord(data []byte, usual nameList) (record, error) {
	if len(data) < recordHead || kind(data[0]) != kindRecord && kind(data[0]) != kindEnded {
		return record{}, errRecord
	}
	names, err := usual.decode(data[recordHead:])
	if err != nil {
		return record{}, err
	}
	return record{
		ended:   kind(data[0]) == kindEnded,
		created: moment(binary.BigEndian.Uint64(data[1:])),
		seen:    moment(binary.BigEndian.Uint64(data[9:])),
		names:   names,
	}, nil
}

// A nameList is a list of names as it stands in a record. An engine has that
// of all its variables, which is what most records hold: comparing is much
// cheaper than decoding.
type nameList struct {
	names   []string
	encoded string
}

func newNameList(names []string) nameList {
	return nameList{names, string(appendNames(nil, names))}
}

// appendNames appends each name behind its length.
func appendNames(dst []byte, names []string) []byte {
	for _, name := range names {
		dst = append(append(dst, byte(len(name))), name...)
	}
	return dst
}

// decode returns the names in data.
func (l nameList) decode(data []byte) ([]string, error) {
	if string(data) == l.encoded {
		return l.names, nil
	}
	var names []string
	for len(data) > 0 {
		n := int(data[0])
		if n == 0 || n > maxNameLength || 1+n > len(data) {
			return nil, errRecord
		}
		name := l.find(data[1 : 1+n])
		if len(names) == maxNames || slices.Contains(names, name) || strings.TrimLeft(name, nameLetters) != "" {
			return nil, errRecord
		}
		names = append(names, name)
		data = data[1+n:]
	}
	return names, nil
}

// find returns name as a string, which is that of the list if it has it.
func (l nameList) find(name []byte) string {
	for _, known := range l.names {
		if known == string(name) {
			return known
		}
	}
	return string(name)
}
