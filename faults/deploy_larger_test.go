package faults

import (
	"encoding/json"
	"testing"
)

// A number that has got wider is recorded without a word, because all that was
// stored before can be read. Where a version that still runs can't hold what a later
// one has stored, the variable is not set for it, and the number is never cut off.
// The session goes on, and the later version finds its number again, unless the
// earlier one has set something else meanwhile.
func (d deploy) testLargerNumbers(t *testing.T) {
	first, second, third := d.builds[0], d.builds[1], d.builds[2]
	for name, x := range map[string]struct {
		earlier, later *build
		value          any
	}{
		"visits":   {first, second, json.Number("1099511627776")},
		"level":    {first, third, json.Number("256")},
		"score":    {first, second, json.Number("1e+300")},
		"cart":     {first, second, []any{map[string]any{"SKU": "tea", "Count": json.Number("-2147483649")}}},
		"places":   {first, third, map[string]any{"home": map[string]any{"X": json.Number("32768")}}},
		"settings": {second, third, map[string]any{"lang": "en", "volume": json.Number("300")}},
		"counts":   {second, third, map[string]any{"tea": json.Number("4294967296")}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCustomer(t, "one", d.seed, d.builds)
			e := c.begin(x.later)
			c.set(e, "user", "me")
			c.set(e, name, x.value)
			must(t, c.make(t, e))

			e = c.begin(x.earlier)
			c.get(e, "user")
			e.add(task{Do: "get", Name: name}, want{})
			e.add(task{Do: "renew"}, want{})
			e.allowed["renewed"], e.unreadable[name] = true, true
			must(t, c.make(t, e))
			must(t, c.look(t, x.later))

			e = c.begin(x.earlier)
			e.unreadable[name] = true
			delete(c.stored, name) // for this version
			c.update(e, name, x.earlier.shapes[name].difference(c.random, nil, c.value(x.earlier, name)))
			must(t, c.make(t, e))
			must(t, c.look(t, x.later))
		})
	}
}
