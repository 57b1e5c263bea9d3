package sealed

import (
	"encoding/binary"
	"errors"
	"time"
)

// A Record is what the store holds under a session's own key: when it was
// created and last seen, and which variables are set. A variable is listed
// after its own key was written, so a listed variable that is missing was lost.
// The list only grows; clearing a variable leaves it listed.
type Record struct {
	Ended   bool // the session was renewed: the id is dead
	Created Moment
	Seen    Moment // when a load last saw the session; in a mark, when the mark was set
	Listed  Listed // the variables that are set, or were
}

// A Moment is a time as it is stored: Unix milliseconds.
type Moment int64

// MomentOf returns t, rounded down to a millisecond.
func MomentOf(t time.Time) Moment { return Moment(t.UnixMilli()) }

// Time returns m as a time.
func (m Moment) Time() time.Time { return time.UnixMilli(int64(m)) }

// ErrRecord is the error for a plaintext that is no record.
var ErrRecord = errors.New("malformed record")

// NewRecord returns the record of a session that is created now, which lists
// nothing yet. of is what this build declares.
func NewRecord(of *Declared, now time.Time) Record {
	return Record{Created: MomentOf(now), Seen: MomentOf(now), Listed: of.None()}
}

// End returns the ENDED mark that replaces r, set at now.
func (r Record) End(now time.Time) Record {
	r.Ended, r.Seen = true, MomentOf(now)
	return r
}

const recordHead = 1 + 8 + 8 // kind, created, seen

// encode returns the plaintext: the head, then the list.
func (r Record) encode() []byte {
	k := kindRecord
	if r.Ended {
		k = kindEnded
	}
	dst := append(make([]byte, 0, recordHead+16*r.Listed.Len()), byte(k))
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.Created))
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.Seen))
	return r.Listed.append(dst)
}

// decodeRecord decodes what encode has returned, and refuses everything else.
func decodeRecord(data []byte, of *Declared) (Record, error) {
	if len(data) < recordHead || kind(data[0]) != kindRecord && kind(data[0]) != kindEnded {
		return Record{}, ErrRecord
	}
	listed, err := of.decode(data[recordHead:])
	if err != nil {
		return Record{}, err
	}
	return Record{
		Ended:   kind(data[0]) == kindEnded,
		Created: Moment(binary.BigEndian.Uint64(data[1:])),
		Seen:    Moment(binary.BigEndian.Uint64(data[9:])),
		Listed:  listed,
	}, nil
}
