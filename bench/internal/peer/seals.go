package peer

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
	"github.com/sessiongen/sessiongen/runtime"
)

// BareSeals is the least that sealed values can cost.
var BareSeals = Library{
	Name: "bare AES-GCM",
	Bare: true,
	Notes: "does what sealing takes and nothing else: sets the cipher up and opens the same values, and seals anew what is written; " +
		"no cookie, no store, nothing decoded",
	Open: func(s shape.Shape, memcached string) (Site, error) {
		if memcached != "" {
			return nil, errors.New("bare AES-GCM is measured without a store alone")
		}
		return bareSeals{shape: s}, nil
	},
}

type bareSeals struct {
	bareSite
	shape shape.Shape
}

// Visitor lets sessiongen do the work once, to see what it opens and seals.
func (site bareSeals) Visitor(w Work, _ string) (Visitor, error) {
	seen := &recorder{Store: runtime.NewMemory()}
	cookie, err := seen.watch(site.shape, w)
	if err != nil {
		return nil, err
	}
	v := &sealsVisitor{}
	v.once = v.work
	if v.secret, err = base64.RawURLEncoding.DecodeString(cookie[strings.LastIndexByte(cookie, '.')+1:]); err != nil {
		return nil, err
	}
	for _, key := range seen.keys {
		if item, ok := seen.found[key]; ok {
			v.opens = append(v.opens, sealedValue{[]byte(key), item.Value})
		}
	}
	seals, err := v.cipher()
	if err != nil {
		return nil, err
	}
	for _, item := range slices.Concat(seen.added, seen.swapped) {
		key := []byte(item.Key)
		plain, err := open(nil, seals, sealedValue{key, item.Value})
		if err != nil {
			return nil, err
		}
		v.seals = append(v.seals, sealedValue{key, plain})
	}
	return v, nil
}

type sealsVisitor struct {
	bareVisitor
	secret []byte
	opens  []sealedValue
	seals  []sealedValue // not sealed yet
	opened []byte        // room for one
}

type sealedValue struct{ key, value []byte }

func (v *sealsVisitor) cipher() (cipher.AEAD, error) {
	block, err := aes.NewCipher(v.secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// open opens a value, whose first byte is a version.
func open(room []byte, seals cipher.AEAD, s sealedValue) ([]byte, error) {
	return seals.Open(room, nil, s.value[1:], s.key)
}

func (v *sealsVisitor) work() error {
	seals, err := v.cipher()
	if err != nil {
		return err
	}
	for _, s := range v.opens {
		if v.opened, err = open(v.opened[:0], seals, s); err != nil {
			return err
		}
	}
	for _, s := range v.seals {
		seals.Seal(nil, nil, s.value, s.key)
	}
	return nil
}
