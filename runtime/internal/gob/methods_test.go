package gob_test

import (
	"bytes"
	"errors"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

func TestPointerToAPointerThatMarshalsItself(t *testing.T) {
	n := big.NewInt(42)
	p := &n
	for _, codec := range []gob.Codec[**big.Int]{gob.Of[**big.Int]()} {
		data, err := codec.Append(nil, &p)
		if err != nil {
			t.Fatal(err)
		}
		var got **big.Int
		if err := codec.Decode(string(data), &got); err != nil || (*got).Int64() != 42 {
			t.Errorf("read %v, %v", got, err)
		}
	}
}

// keeper keeps what it is given to decode, as encoding/gob lets it.
type keeper struct{ kept []byte }

func (k keeper) GobEncode() ([]byte, error)   { return k.kept, nil }
func (k *keeper) GobDecode(data []byte) error { k.kept = data; return nil }

func TestDecodeDoesNotKeepTheData(t *testing.T) {
	type letterBox struct {
		Text   string
		Bytes  []byte
		Keeper keeper
	}
	want := letterBox{"text", []byte("bytes"), keeper{[]byte("kept")}}
	codec := gob.Of[letterBox]()
	data, err := codec.Append(nil, &want)
	if err != nil {
		t.Fatal(err)
	}
	var got letterBox
	if err := codec.Decode(string(data), &got); err != nil {
		t.Fatal(err)
	}
	clear(data)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("it became %q", got)
	}
}

// halfway fails to decode after it has set something.
type halfway struct{ Name string }

func (h halfway) MarshalBinary() ([]byte, error) {
	if h.Name == "" {
		return nil, errors.New("no name")
	}
	return []byte(h.Name), nil
}

func (h *halfway) UnmarshalBinary(data []byte) error {
	h.Name = string(data)
	if h.Name == "bad" {
		return errors.New("bad name")
	}
	return nil
}

func TestErrorOfATypeThatMarshalsItselfIsReturned(t *testing.T) {
	for _, codec := range []gob.Codec[halfway]{gob.Of[halfway](), gob.Binary[halfway]()} {
		refuses(t, codec, halfway{})
		bad := halfway{"bad"}
		data, err := codec.Append(nil, &bad)
		if err != nil {
			t.Fatal(err)
		}
		var got halfway
		if err := codec.Decode(string(data), &got); err == nil || !strings.Contains(err.Error(), "bad name") {
			t.Errorf("error %v", err)
		}
	}
}

// bothPairs has both pairs of methods. gob prefers GobEncode.
type bothPairs struct{ halfway }

func (b *bothPairs) GobDecode(d []byte) error { b.Name = string(d); return nil }

// halfPair can't be decoded as it is encoded.
type halfPair int

// ownInt is an int that marshals itself.
type ownInt int

func (o ownInt) GobEncode() ([]byte, error)   { return []byte{byte(o)}, nil }
func (o *ownInt) GobDecode(data []byte) error { *o = ownInt(data[0]); return nil }

func TestCodecsOfKindsLeaveTypesThatMarshalThemselvesToTheirMethods(t *testing.T) {
	for _, codec := range []any{gob.Int[ownInt](), gob.Int[halfPair](), gob.Binary[bothPairs]()} {
		if name := reflect.TypeOf(codec).Name(); !strings.HasPrefix(name, "streamCodec[") {
			t.Errorf("the codec is %s", name)
		}
	}
	if got := roundTrip(t, gob.Binary[bothPairs](), bothPairs{}); got.Name != "gob" {
		t.Errorf("read %q", got.Name)
	}
	if got := roundTrip(t, gob.Int[ownInt](), 200); got != 200 {
		t.Errorf("read %d", got)
	}
}

// inPlace is a type that unmarshals in place, and keeps what it got.
type inPlace struct{ text []byte }

func (p inPlace) MarshalBinary() ([]byte, error) { return flipCase(bytes.Clone(p.text)), nil }

func (p *inPlace) UnmarshalBinary(data []byte) error {
	p.text = flipCase(data)
	return nil
}

func flipCase(text []byte) []byte {
	for i := range text {
		text[i] ^= 0x20
	}
	return text
}

func TestTypeThatUnmarshalsInPlaceLeavesTheDataAlone(t *testing.T) {
	type holder struct{ P inPlace }
	data := mustAppend(t, gob.Binary[inPlace](), inPlace{[]byte("Text")})
	within := mustAppend(t, gob.Of[holder](), holder{inPlace{[]byte("Text")}})
	for range 2 {
		var p inPlace
		var h holder
		if err := errors.Join(gob.Binary[inPlace]().Decode(string(data), &p), gob.Of[holder]().Decode(string(within), &h)); err != nil {
			t.Fatal(err)
		}
		if string(p.text) != "Text" || string(h.P.text) != "Text" {
			t.Errorf("decoded %q and %q", p.text, h.P.text)
		}
	}
}

type panicking struct{ X int }

type peaceful struct{ X int }

func TestPanicOfATypesOwnMethodIsAnError(t *testing.T) {
	type plain struct{ P panicking }
	type withInterface struct {
		P panicking
		A any
	}
	_, binary := gob.Binary[panicking]().Append(nil, new(panicking))
	_, own := gob.Of[plain]().Append(nil, &plain{panicking{1}})
	_, fresh := gob.Of[withInterface]().Append(nil, &withInterface{P: panicking{1}})
	for codec, err := range map[string]error{"binary": binary, "own": own, "fresh": fresh} {
		if err == nil {
			t.Errorf("%s: no error", codec)
		}
	}
	type still struct{ P peaceful }
	if gob.Binary[panicking]().Decode(string(mustAppend(t, gob.Binary[peaceful](), peaceful{})), new(panicking)) == nil {
		t.Error("binary: a panic decodes")
	}
	if gob.Of[plain]().Decode(string(mustAppend(t, gob.Of[still](), still{peaceful{1}})), new(plain)) == nil {
		t.Error("own: a panic decodes")
	}
}
