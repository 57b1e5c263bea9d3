package storable

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// Types that marshal themselves, more or less. Their fields are unexported
// unless it matters, so that nothing survives without the methods.
type (
	binary          struct{ n byte }
	onlyPointerKey  struct{ n byte }
	selfChan        chan int
	odd             uint8
	gobEncodeOnly   struct{ N byte }
	gobDecodeOnly   struct{ N byte }
	binaryOnly      struct{ N byte }
	unbinaryOnly    struct{ N byte }
	mixed           struct{ N byte }
	wrongSignature  struct{ N byte }
	jsonOnly        struct{ N byte }
	unjsonOnly      struct{ N byte }
	valueReceiver   struct{ N byte }
	textual         struct{ n byte }
	textualExported struct{ N byte }
	textOnly        struct{ N byte }
	level           int
	levelOut        int
	shout           string
	shoutIn         string
	shoutOut        string
	shoutBoth       string
	shoutJSON       string
	dual            struct{ n byte }
	dualInt         int
	halfDual        struct{ n byte }
	zeroer          struct{ N int }
	digit           uint8
)

func put(n byte) ([]byte, error) { return []byte{n}, nil }

func take(to *byte, data []byte) error {
	if len(data) != 1 {
		return errors.New("not one byte")
	}
	*to = data[0]
	return nil
}

func putText(n byte) ([]byte, error) { return strconv.AppendInt([]byte("n"), int64(n), 10), nil }

func takeText(to *byte, data []byte) error {
	digits, ok := strings.CutPrefix(string(data), "n")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil {
		return errors.New("no text")
	}
	*to = byte(n)
	return nil
}

func putJSON(n byte) ([]byte, error) {
	text, err := putText(n)
	return []byte(strconv.Quote(string(text))), err
}

func takeJSON(to *byte, data []byte) error {
	text, err := strconv.Unquote(string(data))
	if err != nil {
		return err
	}
	return takeText(to, []byte(text))
}

func (b binary) MarshalBinary() ([]byte, error)     { return put(b.n) }
func (b *binary) UnmarshalBinary(data []byte) error { return take(&b.n, data) }
func (b binary) MarshalJSON() ([]byte, error)       { return putJSON(b.n) }
func (b *binary) UnmarshalJSON(data []byte) error   { return takeJSON(&b.n, data) }

func (k *onlyPointerKey) MarshalBinary() ([]byte, error)    { return put(k.n) }
func (k *onlyPointerKey) UnmarshalBinary(data []byte) error { return take(&k.n, data) }
func (k *onlyPointerKey) MarshalText() ([]byte, error)      { return putText(k.n) }
func (k *onlyPointerKey) UnmarshalText(data []byte) error   { return takeText(&k.n, data) }

var lastChan selfChan

func (c selfChan) GobEncode() ([]byte, error) {
	lastChan = c
	return []byte("c"), nil
}

func (c *selfChan) GobDecode([]byte) error {
	*c = lastChan
	return nil
}

func (odd) MarshalBinary() ([]byte, error) { return nil, errors.New("not used in a slice") }

func (g gobEncodeOnly) GobEncode() ([]byte, error)     { return put(g.N) }
func (g *gobDecodeOnly) GobDecode(data []byte) error   { return take(&g.N, data) }
func (b binaryOnly) MarshalBinary() ([]byte, error)    { return put(b.N) }
func (b *unbinaryOnly) UnmarshalBinary(d []byte) error { return take(&b.N, d) }

func (m mixed) GobEncode() ([]byte, error)      { return put(m.N) }
func (m mixed) MarshalBinary() ([]byte, error)  { return put(m.N) }
func (m *mixed) UnmarshalBinary(d []byte) error { return take(&m.N, d) }

func (wrongSignature) MarshalBinary() []byte              { return nil }
func (wrongSignature) MarshalText(string) ([]byte, error) { return nil, nil }

func (j jsonOnly) MarshalJSON() ([]byte, error)       { return putJSON(j.N) }
func (j *unjsonOnly) UnmarshalJSON(data []byte) error { return takeJSON(&j.N, data) }

func (v valueReceiver) MarshalBinary() ([]byte, error)    { return put(v.N) }
func (v valueReceiver) UnmarshalBinary(data []byte) error { return take(&v.N, data) }
func (v valueReceiver) MarshalJSON() ([]byte, error)      { return putJSON(v.N) }
func (v valueReceiver) UnmarshalJSON(data []byte) error   { return takeJSON(&v.N, data) }

func (t textual) MarshalText() ([]byte, error)             { return putText(t.n) }
func (t *textual) UnmarshalText(data []byte) error         { return takeText(&t.n, data) }
func (t textualExported) MarshalText() ([]byte, error)     { return putText(t.N) }
func (t *textualExported) UnmarshalText(data []byte) error { return takeText(&t.N, data) }
func (t textOnly) MarshalText() ([]byte, error)            { return putText(t.N) }

func (l level) MarshalText() ([]byte, error) { return putText(byte(l)) }

func (l *level) UnmarshalText(data []byte) error {
	var n byte
	err := takeText(&n, data)
	*l = level(n)
	return err
}

func (l levelOut) MarshalText() ([]byte, error) { return putText(byte(l)) }

func (s shout) MarshalText() ([]byte, error) { return []byte(s), nil }

func (s *shout) UnmarshalText(data []byte) error {
	*s = shout(data)
	return nil
}

func (s *shoutIn) UnmarshalText(data []byte) error {
	text, ok := strings.CutPrefix(string(data), "!")
	if !ok {
		return errors.New("no shout")
	}
	*s = shoutIn(text)
	return nil
}

func (s shoutOut) MarshalText() ([]byte, error) { return []byte("!" + s), nil }

func (s shoutBoth) MarshalText() ([]byte, error)     { return shoutOut(s).MarshalText() }
func (s *shoutBoth) UnmarshalText(data []byte) error { return (*shoutIn)(s).UnmarshalText(data) }

func (s shoutJSON) MarshalJSON() ([]byte, error) { return json.Marshal("!" + string(s)) }

func (s *shoutJSON) UnmarshalJSON(data []byte) error {
	var in shoutIn
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*s = shoutJSON(in)
	return nil
}

func (d dual) MarshalText() ([]byte, error)     { return putText(d.n) }
func (d *dual) UnmarshalText(data []byte) error { return takeText(&d.n, data) }
func (d dual) MarshalJSON() ([]byte, error)     { return json.Marshal(d.n) }
func (d *dual) UnmarshalJSON(data []byte) error { return json.Unmarshal(data, &d.n) }

func (d dualInt) MarshalText() ([]byte, error)     { return putText(byte(d)) }
func (d *dualInt) UnmarshalText(data []byte) error { return (*level)(d).UnmarshalText(data) }
func (d dualInt) MarshalJSON() ([]byte, error)     { return json.Marshal(int(d)) }
func (d *dualInt) UnmarshalJSON(data []byte) error { return json.Unmarshal(data, (*int)(d)) }

func (h halfDual) MarshalText() ([]byte, error)     { return putText(h.n) }
func (h *halfDual) UnmarshalText(data []byte) error { return takeText(&h.n, data) }
func (h halfDual) MarshalJSON() ([]byte, error)     { return json.Marshal(h.n) }

func (z zeroer) IsZero() bool { return z.N == 0 }

func (d digit) MarshalText() ([]byte, error)     { return putText(byte(d)) }
func (d *digit) UnmarshalText(data []byte) error { return takeText((*byte)(d), data) }
