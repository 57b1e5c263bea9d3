package sealed

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"iter"
	"time"
	"unicode/utf8"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// The longest names, in bytes.
const (
	MaxAccountLength = 256
	MaxLabelLength   = 64
)

// MaxLogins is the most logins that an account can have.
const MaxLogins = 1024

// An Account is what the store holds of an account: its name, and which sessions
// it has. A session that is not in the list is over.
type Account struct {
	Name   string
	Logins []Login
}

// A Login is one session of an account.
type Login struct {
	Handle  Handle
	Since   Moment // when the visitor logged in
	Expires Moment // when the session's lifetime ends
	Seen    Hour   // when the session was last loaded
	Label   string
}

// A Handle is what the ids of an account's sessions differ in: what follows the
// place, in bytes.
type Handle [8]byte

// An Hour is a time to the hour: hours since 1970.
type Hour uint32

// HourOf returns t, rounded down.
func HourOf(t time.Time) Hour { return Hour(t.Unix() / 3600) }

// Time returns h as a time.
func (h Hour) Time() time.Time { return time.Unix(int64(h)*3600, 0) }

// HandleOf returns the handle of the session with this id.
func HandleOf(id string) Handle {
	var h Handle
	// An id has no other digits there.
	hex.Decode(h[:2], []byte(id[kv.PlaceLength+1:]))
	hex.Decode(h[2:], []byte(id[kv.PlaceLength+6:]))
	return h
}

// ID returns the id of the session with this handle.
func (p Place) ID(h Handle) string {
	digits := hex.EncodeToString(h[:])
	return string(p) + "-" + digits[:4] + "-" + digits[4:]
}

var errAccount = errors.New("malformed account")

// An account begins with its kind, and the length of its name in two bytes.
const (
	accountHead = 1 + 2
	loginHead   = len(Handle{}) + 8 + 8 + 4 + 1 // handle, since, expires, seen, the label's length
)

// encode returns the plaintext: the head, the name, the logins.
func (a *Account) encode() []byte {
	dst := make([]byte, 0, accountHead+len(a.Name)+(loginHead+16)*len(a.Logins))
	dst = binary.BigEndian.AppendUint16(append(dst, byte(kindAccount)), uint16(len(a.Name)))
	dst = append(dst, a.Name...)
	for i := range a.Logins {
		l := &a.Logins[i]
		dst = append(dst, l.Handle[:]...)
		dst = binary.BigEndian.AppendUint64(dst, uint64(l.Since))
		dst = binary.BigEndian.AppendUint64(dst, uint64(l.Expires))
		dst = binary.BigEndian.AppendUint32(dst, uint32(l.Seen))
		dst = append(append(dst, byte(len(l.Label))), l.Label...)
	}
	return dst
}

// An AccountText is the plaintext of an account. It is kept as it is, because most
// requests want to know of one login alone whether it is there.
type AccountText string

// check returns an error if t is malformed. The other methods are for well-formed
// texts.
func (t AccountText) check() error {
	if len(t) < accountHead || kind(t[0]) != kindAccount {
		return errAccount
	}
	name := t.nameLength()
	if name == 0 || name > MaxAccountLength || len(t) < accountHead+name {
		return errAccount
	}
	logins := string(t[accountHead+name:])
	for n := 0; len(logins) > 0; n++ {
		if len(logins) < loginHead || n == MaxLogins {
			return errAccount
		}
		end := loginHead + int(logins[loginHead-1])
		if end > loginHead+MaxLabelLength || end > len(logins) || !utf8.ValidString(logins[loginHead:end]) {
			return errAccount
		}
		logins = logins[end:]
	}
	return nil
}

func (t AccountText) nameLength() int { return int(t[1])<<8 | int(t[2]) }

// Name returns the name of the account, which is a part of t.
func (t AccountText) Name() string { return string(t[accountHead : accountHead+t.nameLength()]) }

// logins returns the text of each login.
func (t AccountText) logins() iter.Seq[string] {
	return func(yield func(string) bool) {
		rest := string(t[accountHead+t.nameLength():])
		for len(rest) > 0 {
			end := loginHead + int(rest[loginHead-1])
			if !yield(rest[:end]) {
				return
			}
			rest = rest[end:]
		}
	}
}

// Find returns the login with this handle.
func (t AccountText) Find(h Handle) (Login, bool) {
	for text := range t.logins() {
		if text[:len(h)] == string(h[:]) {
			return decodeLogin(text), true
		}
	}
	return Login{}, false
}

// Logins returns the logins, whose labels are parts of t.
func (t AccountText) Logins() []Login {
	var all []Login
	for text := range t.logins() {
		all = append(all, decodeLogin(text))
	}
	return all
}

func decodeLogin(text string) Login {
	bytes := asBytes(text)
	l := Login{Handle: Handle(bytes)}
	bytes = bytes[len(l.Handle):]
	l.Since = Moment(binary.BigEndian.Uint64(bytes))
	l.Expires = Moment(binary.BigEndian.Uint64(bytes[8:]))
	l.Seen = Hour(binary.BigEndian.Uint32(bytes[16:]))
	l.Label = text[loginHead:]
	return l
}

// checked returns the plaintext of an account as its text, if it is one.
func checked(plaintext []byte, err error) (AccountText, error) {
	if err != nil {
		return "", err
	}
	t := AccountText(Text(plaintext))
	if err := t.check(); err != nil {
		return "", err
	}
	return t, nil
}

// An AccountSeal names and seals one account. Several goroutines may use it.
type AccountSeal struct {
	Key   string // of the account in the store
	seals sealer
}

// AccountSeals returns the seals of an account's places, one for each key. New
// sessions of the account belong to the first place.
func (k *Keyring) AccountSeals(namespace, account string) []*AccountSeal {
	seals := make([]*AccountSeal, len(k.keys))
	for way := range k.keys {
		seals[way] = k.accountSeal(way, namespace+":"+string(k.place(way, namespace, account)))
	}
	return seals
}

// SealsAt returns the seals that an account with this place may have, one for each
// key.
func (k *Keyring) SealsAt(namespace string, p Place) []*AccountSeal {
	seals := make([]*AccountSeal, len(k.keys))
	for way := range k.keys {
		seals[way] = k.accountSeal(way, namespace+":"+string(p))
	}
	return seals
}

func (k *Keyring) accountSeal(way int, key string) *AccountSeal {
	return &AccountSeal{key, k.accountSealer(way, key)}
}

// Place returns the account's place.
func (s *AccountSeal) Place() Place { return Place(s.Key[len(s.Key)-kv.PlaceLength:]) }

// Seal returns a, sealed.
func (s *AccountSeal) Seal(a *Account) []byte { return s.seals.seal(s.Key, string(a.encode())) }

// Open opens what Seal has returned.
func (s *AccountSeal) Open(value []byte) (AccountText, error) {
	return checked(s.seals.open(nil, asBytes(s.Key), value))
}
