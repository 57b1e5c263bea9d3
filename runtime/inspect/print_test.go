package inspect_test

import (
	"math/big"
	"net/url"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/inspect"
)

//go:generate go tool sessiongen -type kindsFields

// kindsFields has a value of each kind that is shown in a way of its own.
type kindsFields struct {
	Flag    bool
	Ratio   float64
	Raw     []byte
	Text    []byte
	When    time.Time
	Wait    time.Duration
	Large   *big.Int
	Matrix  [2][2]int
	Nested  map[string][]*item
	Any     any `session:",json"`
	None    []string
	Opaque  opaque
	Broken  broken
	Address url.URL
}

// opaque has nothing to show.
type opaque struct{ hidden string }

func (o opaque) MarshalBinary() ([]byte, error)     { return []byte(o.hidden), nil }
func (o *opaque) UnmarshalBinary(data []byte) error { o.hidden = string(data); return nil }

// broken can't tell what it is.
type broken struct{ Name string }

func (b broken) String() string { panic("broken: " + b.Name) }

func TestValuesAreShownForPeopleToRead(t *testing.T) {
	sessions, err := newKindss(runtime.Config{Store: runtime.NewMemory(), InsecureHTTP: true})
	if err != nil {
		t.Fatal(err)
	}
	c, err := sessions.Issue(t.Context(), kindsFields{
		Flag: true, Ratio: 0.25, Raw: []byte{0, 0xff, 0x10}, Text: []byte("plain"), When: time.Date(2026, 5, 1, 12, 30, 0, 0, time.UTC),
		Wait: 90 * time.Second, Large: big.NewInt(1 << 40), Matrix: [2][2]int{{1, 2}, {3, 4}},
		Nested: map[string][]*item{"b": nil, "a": {{Tea: "assam"}}}, Any: map[string]any{"n": 1.5, "nil": nil, "list": []any{"x", true}},
		None: []string{}, Opaque: opaque{"hidden-text"}, Broken: broken{"panic-text"}, Address: url.URL{Scheme: "https", Host: "example.com", Path: "/a"},
	})
	if err != nil {
		t.Fatal(err)
	}
	answer := serve(inspect.Handler(sessions), local(t, "POST", "/", url.Values{"of": {"0"}, "show": {"*"}}, c))
	text := own(answer.Body.String())
	mustHave(t, text, "session true", "0.25", "00 ff 10", `"plain"`, "2026-05-01T12:30:00Z", "1m30s", "1099511627776", "[ [ 1 2 ] [ 3 4 ] ]",
		`{ "a": [ &{ Tea: "assam" Quantity: 0 Note: nil } ] "b": [] }`, `{ "list": [ "x" true ] "n": 1.5 "nil": nil }`,
		"{… of type inspect_test.opaque}", "(its own method panics)", "https://example.com/a")
	mustLack(t, text, "hidden-text", "panic-text")
}
