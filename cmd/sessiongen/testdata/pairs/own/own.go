// Package own has types that marshal themselves, each in its own way.
package own

import (
	"fmt"
	"strconv"
	"strings"
)

// The types are named by what they bring.
type (
	ByGob    struct{ n int }
	ByBinary struct{ n int }
	ByText   struct{ n int }
	ByJSON   struct{ n int }
)

func (o *ByGob) Set(n int)    { o.n = n }
func (o *ByBinary) Set(n int) { o.n = n }
func (o *ByText) Set(n int)   { o.n = n }
func (o *ByJSON) Set(n int)   { o.n = n }

func (o ByGob) GobEncode() ([]byte, error)        { return fmt.Append(nil, "gob ", o.n), nil }
func (o ByBinary) MarshalBinary() ([]byte, error) { return fmt.Append(nil, "binary ", o.n), nil }
func (o ByText) MarshalText() ([]byte, error)     { return fmt.Append(nil, "text ", o.n), nil }
func (o ByJSON) MarshalJSON() ([]byte, error)     { return fmt.Appendf(nil, `["json %d"]`, o.n), nil }

func (o *ByGob) GobDecode(data []byte) error          { return parse(&o.n, "gob ", string(data)) }
func (o *ByBinary) UnmarshalBinary(data []byte) error { return parse(&o.n, "binary ", string(data)) }
func (o *ByText) UnmarshalText(data []byte) error     { return parse(&o.n, "text ", string(data)) }
func (o *ByJSON) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	return parse(&o.n, `["json `, strings.TrimSuffix(string(data), `"]`))
}

func parse(n *int, prefix, text string) (err error) {
	number, ok := strings.CutPrefix(text, prefix)
	if !ok {
		return fmt.Errorf("%q does not begin with %q", text, prefix)
	}
	*n, err = strconv.Atoi(number)
	return err
}
