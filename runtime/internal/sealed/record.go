package sealed

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"
)

// A Record is what the store holds under a session's own key: when it was
// created and last seen, and which variables are set. A variable is listed
// after its own key was written, so a listed variable that is missing was lost.
// The list only grows; clearing a variable leaves it listed.
type Record struct {
	Ended   bool // the session was renewed: the id is dead
	Created Moment
	Seen    Moment   // when a load last saw the session; in a mark, when the mark was set
	Names   []string // listed variables; never changed in place
}

// A Moment is a time as it is stored: Unix milliseconds.
type Moment int64

// MomentOf returns t, rounded down to a millisecond.
func MomentOf(t time.Time) Moment { return Moment(t.UnixMilli()) }

// Time returns m as a time.
func (m Moment) Time() time.Time { return time.UnixMilli(int64(m)) }

// MaxNames bounds how many variables a session has, including those of other
// builds. The bound is needed because the work for each variable takes a look
// at all others.
const MaxNames = 1024

// The variables' names in the store.
const (
	maxNameLength = 64
	nameLetters   = "abcdefghijklmnopqrstuvwxyz0123456789_"
)

// ErrRecord is the error for a plaintext that is no record.
var ErrRecord = errors.New("malformed record")

// NewRecord returns the record of a session that is created now.
func NewRecord(now time.Time) Record { return Record{Created: MomentOf(now), Seen: MomentOf(now)} }

// Lists tells whether r lists the name: whether its variable was ever set, even
// if it was cleared since.
func (r Record) Lists(name string) bool { return slices.Contains(r.Names, name) }

// ListsAt is [Record.Lists] for a name that is most likely at the index i of
// the list.
func (r Record) ListsAt(i int, name string) bool {
	return i < len(r.Names) && r.Names[i] == name || r.Lists(name)
}

// ListsAll tells whether r lists all names.
func (r Record) ListsAll(names []string) bool {
	for _, name := range names {
		if !r.Lists(name) {
			return false
		}
	}
	return true
}

// End returns the ENDED mark that replaces r, set at now.
func (r Record) End(now time.Time) Record {
	r.Ended, r.Seen = true, MomentOf(now)
	return r
}

// With returns r with names listed, too.
func (r Record) With(names ...string) Record {
	r.Names = slices.Clone(r.Names)
	for _, name := range names {
		if !r.Lists(name) {
			r.Names = append(r.Names, name)
		}
	}
	return r
}

const recordHead = 1 + 8 + 8 // kind, created, seen

// encode returns the plaintext: the head, then the list.
func (r Record) encode() []byte {
	k := kindRecord
	if r.Ended {
		k = kindEnded
	}
	dst := append(make([]byte, 0, recordHead+16*len(r.Names)), byte(k))
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.Created))
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.Seen))
	return appendNames(dst, r.Names)
}

// decodeRecord decodes what encode has returned, and refuses everything else.
func decodeRecord(data []byte, usual NameList) (Record, error) {
	if len(data) < recordHead || kind(data[0]) != kindRecord && kind(data[0]) != kindEnded {
		return Record{}, ErrRecord
	}
	names, err := usual.decode(data[recordHead:])
	if err != nil {
		return Record{}, err
	}
	return Record{
		Ended:   kind(data[0]) == kindEnded,
		Created: Moment(binary.BigEndian.Uint64(data[1:])),
		Seen:    Moment(binary.BigEndian.Uint64(data[9:])),
		Names:   names,
	}, nil
}

// A NameList is a list of names, with its encoding in a record. An engine has
// the list of all its variables. Most records hold exactly that list, and
// comparing is much cheaper than decoding.
type NameList struct {
	names   []string
	encoded string
}

// NewNameList returns the list of these names, in their order.
func NewNameList(names []string) NameList {
	return NameList{names, string(appendNames(nil, names))}
}

// appendNames appends each name behind its length.
func appendNames(dst []byte, names []string) []byte {
	for _, name := range names {
		dst = append(append(dst, byte(len(name))), name...)
	}
	return dst
}

// decode returns the names in data.
func (l NameList) decode(data []byte) ([]string, error) {
	if string(data) == l.encoded {
		return l.names, nil
	}
	var names []string
	for len(data) > 0 {
		n := int(data[0])
		if n == 0 || n > maxNameLength || 1+n > len(data) {
			return nil, ErrRecord
		}
		name := l.find(data[1 : 1+n])
		if len(names) == MaxNames || slices.Contains(names, name) || strings.TrimLeft(name, nameLetters) != "" {
			return nil, ErrRecord
		}
		names = append(names, name)
		data = data[1+n:]
	}
	return names, nil
}

// find returns name as a string: the string in the list if the list has the
// name, and otherwise a copy.
func (l NameList) find(name []byte) string {
	for _, known := range l.names {
		if known == string(name) {
			return known
		}
	}
	return string(name)
}
