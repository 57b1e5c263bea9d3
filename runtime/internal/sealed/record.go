package sealed

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
)

// A Record is what the store holds under a session's own key: when it was
// created and last seen, how long it lives, and which variables are set. A variable
// is listed after its own key was written, so a listed variable that is missing was
// lost. The list only grows; clearing a variable leaves it listed.
type Record struct {
	Ended     bool   // the session was renewed: the id is dead
	Successor string // the id that the session has then
	Created   Moment
	Seen      Moment // when a load last saw the session; in a mark, when the mark was set
	Life      Life
	Listed    Listed // the variables that are set, or were
}

// A Life is how long a session lives, if that is not as configured for all.
type Life struct {
	Lifetime   time.Duration // whole milliseconds; 0: as configured
	Remembered bool          // whether the cookie outlives the browser even if others don't
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
func NewRecord(of *Declared, now time.Time, life Life) Record {
	return Record{Created: MomentOf(now), Seen: MomentOf(now), Life: life, Listed: of.None()}
}

// End returns the ENDED mark that replaces r, set at now. successor is the id that
// the session has from now on.
func (r Record) End(now time.Time, successor string) Record {
	r.Ended, r.Successor, r.Seen = true, successor, MomentOf(now)
	return r
}

const (
	recordHead     = 1 + 8 + 8 + 1 // kind, created, seen, flags
	lifetimeLength = 8

	flagLifetime   = 1 // the lifetime follows, in milliseconds
	flagRemembered = 2
)

// encode returns the plaintext: the head, the lifetime if it is not 0, and the
// list. The successor is not in it: it stands outside of the seal.
func (r Record) encode() []byte {
	k := kindRecord
	if r.Ended {
		k = kindEnded
	}
	dst := append(make([]byte, 0, recordHead+lifetimeLength+16*r.Listed.Len()), byte(k))
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.Created))
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.Seen))
	flags, lifetime := byte(0), r.Life.Lifetime.Milliseconds()
	if lifetime != 0 {
		flags |= flagLifetime
	}
	if r.Life.Remembered {
		flags |= flagRemembered
	}
	dst = append(dst, flags)
	if lifetime != 0 {
		dst = binary.BigEndian.AppendUint64(dst, uint64(lifetime))
	}
	return r.Listed.append(dst)
}

// decodeRecord decodes what encode has returned, and refuses everything else.
func decodeRecord(data []byte, of *Declared) (Record, error) {
	if len(data) < recordHead || kind(data[0]) != kindRecord && kind(data[0]) != kindEnded {
		return Record{}, ErrRecord
	}
	r := Record{
		Ended:   kind(data[0]) == kindEnded,
		Created: Moment(binary.BigEndian.Uint64(data[1:])),
		Seen:    Moment(binary.BigEndian.Uint64(data[9:])),
	}
	flags := data[recordHead-1]
	r.Life.Remembered = flags&flagRemembered != 0
	data = data[recordHead:]
	switch flags &^ flagRemembered {
	case 0:
	case flagLifetime:
		if len(data) < lifetimeLength {
			return Record{}, ErrRecord
		}
		ms := binary.BigEndian.Uint64(data)
		if ms == 0 || ms > maxLifetime {
			return Record{}, ErrRecord
		}
		r.Life.Lifetime = time.Duration(ms) * time.Millisecond
		data = data[lifetimeLength:]
	default:
		return Record{}, ErrRecord
	}
	var err error
	if r.Listed, err = of.decode(data); err != nil {
		return Record{}, err
	}
	return r, nil
}

// maxLifetime is more than any lifetime that a session can have, in milliseconds.
const maxLifetime = uint64(math.MaxInt64 / time.Millisecond)
