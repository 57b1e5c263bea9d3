package runtime_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"math/big"
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/runtime"
)

type tree struct {
	Name  string
	Left  *tree
	Right *tree
}

func checkCodec[T any](t *testing.T, want T) {
	t.Helper()
	for _, codec := range []runtime.Codec[T]{runtime.Gob[T](), runtime.JSON[T]()} {
		data, err := codec.Append([]byte("head"), &want)
		if err != nil || !bytes.HasPrefix(data, []byte("head")) {
			t.Errorf("%s of %T: %q, %v", codec.Format(), want, data, err)
			continue
		}
		var got T
		if err := codec.Decode(string(data[4:]), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s of %T: %v, %v; want %v", codec.Format(), want, got, err, want)
		}
		var again T
		if err := codec.Decode(string(append(data[4:], 0)), &again); err == nil {
			t.Errorf("%s of %T: a trailing byte is accepted", codec.Format(), want)
		}
	}
}

func TestCodecsRoundTrip(t *testing.T) {
	n := 7
	np := &n
	checkCodec(t, "text")
	checkCodec(t, 0)
	checkCodec(t, np)
	checkCodec(t, &np)
	checkCodec(t, []byte{1, 2})
	checkCodec(t, time.Unix(1_900_000_000, 5).UTC())
	checkCodec(t, uuid.New())
	checkCodec(t, *big.NewInt(42))
	checkCodec(t, big.NewInt(42))
	checkCodec(t, url.URL{Scheme: "https", Host: "example.org"})
	checkCodec(t, json.RawMessage(`{"a":1}`))
	checkCodec(t, tree{Name: "root", Left: &tree{Name: "leaf"}})
	checkCodec(t, map[string][]int{"a": {1, 2}})
	checkCodec(t, [2]*tree{{Name: "a"}, {Name: "b"}})
}

func TestGobCodecWritesStandardGob(t *testing.T) {
	want := &tree{Name: "root", Right: &tree{Name: "leaf"}}
	data, err := runtime.Gob[*tree]().Append(nil, &want)
	if err != nil {
		t.Fatal(err)
	}
	var got tree
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&got); err != nil || !reflect.DeepEqual(&got, want) {
		t.Errorf("encoding/gob reads %+v, %v", got, err)
	}
	var b bytes.Buffer
	gob.NewEncoder(&b).Encode(want)
	var back *tree
	if err := runtime.Gob[*tree]().Decode(b.String(), &back); err != nil || !reflect.DeepEqual(back, want) {
		t.Errorf("of encoding/gob's it reads %+v, %v", back, err)
	}
}

func TestGobCodecRefusesANilPointer(t *testing.T) {
	var p *tree
	if _, err := runtime.Gob[*tree]().Append(nil, &p); err == nil {
		t.Error("a nil pointer is encoded")
	}
}

func TestGobCodecsOfKindsAgreeWithGob(t *testing.T) {
	agree(t, runtime.GobBool[bool](), true)
	agree(t, runtime.GobInt[int8](), -7)
	agree(t, runtime.GobUint[uint16](), 300)
	agree(t, runtime.GobFloat[float32](), 1.5)
	agree(t, runtime.GobComplex[complex128](), 1i)
	agree(t, runtime.GobString[string](), "text")
	agree(t, runtime.GobBytes[[]byte](), []byte{1, 2})
	agree(t, runtime.GobTime(), time.Unix(1_900_000_000, 5).UTC())
	agree(t, runtime.GobBinary[uuid.UUID](), uuid.New())
}

func agree[T any](t *testing.T, codec runtime.Codec[T], value T) {
	t.Helper()
	got, err := codec.Append(nil, &value)
	if err != nil {
		t.Fatal(err)
	}
	want, err := runtime.Gob[T]().Append(nil, &value)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%T: %x, %v; Gob writes %x", value, got, err, want)
	}
	var back T
	if err := codec.Decode(string(got), &back); err != nil || !reflect.DeepEqual(back, value) || codec.Format() != "gob" {
		t.Errorf("%T: read %v, %v; want %v", value, back, err, value)
	}
}

func TestPanicOfATypesOwnMethodIsAnErrorOfJSON(t *testing.T) {
	if _, err := runtime.JSON[panics]().Append(nil, new(panics)); err == nil {
		t.Error("it is encoded")
	}
	if err := runtime.JSON[panics]().Decode("1", new(panics)); err == nil {
		t.Error("it is decoded")
	}
}

type panics struct{}

func (panics) MarshalJSON() ([]byte, error) { panic("marshal") }
func (*panics) UnmarshalJSON([]byte) error  { panic("unmarshal") }
