package handover

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
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

// add adds a mark that names the session of the cookie; nil for none. It fails with
// [runtime.ErrExists] if the mark is there.
func (h Handover[S]) add(ctx context.Context, m mark, moved *http.Cookie) error {
	now := time.Now()
	text := binary.BigEndian.AppendUint64(nil, uint64(now.Add(grace).Unix()))
	if moved != nil {
		text = append(text, moved.String()...)
	}
	item := runtime.Item{
		Key:     m.name,
		Value:   m.seal.Seal(nil, nil, text, []byte(m.name)),
		Expires: now.Add(h.Remember),
	}
	return h.Marks.Add(ctx, []runtime.Item{item})[0]
}

// find returns the cookie of the session that took the old one's place: nil if there
// is none, or if that was too long ago.
func (h Handover[S]) find(ctx context.Context, m mark) (*http.Cookie, error) {
	items, err := h.Marks.Get(ctx, []string{m.name})
	if err != nil {
		return nil, err
	}
	item, found := items[m.name]
	if !found {
		return nil, nil
	}
	text, err := m.seal.Open(nil, nil, item.Value, []byte(m.name))
	if err != nil {
		return nil, fmt.Errorf("mark of a moved session: %w", err)
	}
	until, line := time.Unix(int64(binary.BigEndian.Uint64(text)), 0), string(text[8:])
	if line == "" || !time.Now().Before(until) {
		return nil, nil
	}
	return http.ParseSetCookie(line)
}
