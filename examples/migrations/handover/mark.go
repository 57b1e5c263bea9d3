package handover

import (
	"cmp"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// A mark says that an old session was moved. Its name tells nothing of the cookie,
// and its seal is opened by the cookie alone: it holds the new one, and whoever
// reads the store must not get that.
type mark struct {
	name string
	seal cipher.AEAD
}

func (h Handover[S]) markOf(value string) mark {
	name := derive(value, "sessiongen handover: name")
	block, err := aes.NewCipher(derive(value, "sessiongen handover: key"))
	if err != nil {
		panic(err) // not with a key of 32 bytes
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // not with AES
	}
	return mark{"moved:" + base64.RawURLEncoding.EncodeToString(name), seal}
}

// derive makes 32 bytes of the old cookie's value for one purpose.
func derive(value, purpose string) []byte {
	key, err := hkdf.Key(sha256.New, []byte(value), nil, purpose, 32)
	if err != nil {
		panic(err) // not for 32 bytes
	}
	return key
}

// A state is what a mark says. The zero state is that there is none.
type state struct {
	version uint64       // in the store; 0 if there is no mark
	until   int64        // when it stops leading on, in Unix seconds; 0 while it is pending
	moved   *http.Cookie // of the session that it leads to; nil if it leads nowhere
}

// add adds a pending mark that names the session of the cookie; nil for none. It
// fails with [runtime.ErrExists] if the mark is there.
func (h Handover[S]) add(ctx context.Context, m mark, moved *http.Cookie) error {
	return h.Marks.Add(ctx, []runtime.Item{h.item(m, state{moved: moved})})[0]
}

// settle makes a pending mark lead on for the grace from now, when the old session
// has ended. No request has gone on while it was pending, however long that was.
func (h Handover[S]) settle(ctx context.Context, m mark) error {
	s, err := h.find(ctx, m)
	if err != nil || s.moved == nil || s.until != 0 {
		return err
	}
	if err := h.check(ctx, s.moved); err != nil {
		return err
	}
	s.until = time.Now().Add(grace).Unix()
	err = h.Marks.Swap(ctx, []runtime.Item{h.item(m, s)})[0]
	if errors.Is(err, runtime.ErrExists) || errors.Is(err, runtime.ErrNotFound) {
		return nil // another request has done it, or the store has lost the mark
	}
	return err
}

// check ends the moved session if its visitor has logged out since Fill looked.
func (h Handover[S]) check(ctx context.Context, moved *http.Cookie) error {
	checker, ok := h.Old.(LogoutChecker[S])
	if !ok {
		return nil
	}
	s, err := h.Sessions.Open(ctx, moved.Value)
	if err != nil {
		return err
	}
	out, err := checker.LoggedOut(ctx, s)
	if err == nil && out {
		err = s.Destroy(ctx)
	}
	return err
}

// find returns what the mark says now.
func (h Handover[S]) find(ctx context.Context, m mark) (state, error) {
	items, err := h.Marks.Get(ctx, []string{m.name})
	if err != nil {
		return state{}, err
	}
	item, found := items[m.name]
	if !found {
		return state{}, nil
	}
	text, err := m.seal.Open(nil, nil, item.Value, []byte(m.name))
	if err != nil {
		return state{}, fmt.Errorf("mark of a moved session: %w", err)
	}
	s := state{version: item.Version, until: int64(binary.BigEndian.Uint64(text))}
	if line := string(text[8:]); line != "" && (s.until == 0 || time.Now().Before(time.Unix(s.until, 0))) {
		s.moved, err = http.ParseSetCookie(line)
	}
	return s, err
}

// item returns what the store is to have of the mark. memcached's clock ends in
// January 2038: what is to be kept longer is kept for good.
func (h Handover[S]) item(m mark, s state) runtime.Item {
	text := binary.BigEndian.AppendUint64(nil, uint64(s.until))
	if s.moved != nil {
		text = append(text, s.moved.String()...)
	}
	expires := time.Now().Add(cmp.Or(max(h.Remember, 0), 30*24*time.Hour))
	if expires.Unix() >= math.MaxInt32-1 {
		expires = time.Time{}
	}
	return runtime.Item{
		Key:     m.name,
		Value:   m.seal.Seal(nil, nil, text, []byte(m.name)),
		Version: s.version,
		Expires: expires,
	}
}
