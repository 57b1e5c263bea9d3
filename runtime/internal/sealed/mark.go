package sealed

import (
	"slices"

	"github.com/google/uuid"
)

// A Mark is what stands in the place of the record of a session that is over. It
// stays long enough for slow requests to learn of the end.
type Mark uint8

const (
	// NoMark: it is a sealed record, or nothing that this package knows.
	NoMark Mark = iota

	// EndedMark: the session was renewed. The mark names the id that the session
	// has now, its successor, in the clear: whoever ends the session by the old id,
	// without its secret, must find the new one. The seal, which holds the rest of
	// the old record, binds the successor's id.
	EndedMark

	// DestroyedMark: the session was destroyed. It holds nothing and needs no
	// secret. Whoever could forge it could as well delete the record.
	DestroyedMark
)

// The first bytes of marks.
const (
	endedVersion     = 2 // then the successor's id, of 16 bytes, then as behind a sealVersion
	destroyedVersion = 3 // nothing follows
)

const endedHead = 1 + len(uuid.UUID{})

// Destroyed is the value of a [DestroyedMark].
var Destroyed = []byte{destroyedVersion}

// MarkOf tells what mark a value is that the store holds for a record, and which
// id succeeds the session if it was renewed. Nothing but a [DestroyedMark] is proof
// without the seal: see [Opener.Record].
func MarkOf(value []byte) (m Mark, successor string) {
	switch {
	case len(value) == 1 && value[0] == destroyedVersion:
		return DestroyedMark, ""
	case len(value) >= endedHead && value[0] == endedVersion:
		if id := uuid.UUID(value[1:endedHead]).String(); ValidID(id) {
			return EndedMark, id
		}
	}
	return NoMark, ""
}

// boundTo returns what the seal of a mark binds. No memcached key has a space.
func boundTo(key, successor string) string { return key + " " + successor }

// sealEnded returns r, which is ended, as the mark for a key.
func (s sealer) sealEnded(key string, r Record) []byte {
	id := uuid.MustParse(r.Successor)
	sealed := s.seal(boundTo(key, r.Successor), string(r.encode()))
	return slices.Concat([]byte{endedVersion}, id[:], sealed[1:])
}

// openEnded appends the plaintext of a mark that names the successor to dst.
func (s sealer) openEnded(dst []byte, key, successor string, value []byte) ([]byte, error) {
	sealed := slices.Concat([]byte{sealVersion}, value[endedHead:])
	return s.open(dst, []byte(boundTo(key, successor)), sealed)
}
