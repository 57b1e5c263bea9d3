package faults

import (
	"encoding/json"
	"testing"
)

// A number that has got wider is recorded without a word, because whatever was
// stored can be read. What a version can't hold that still runs is not set for it:
// the number is never cut, the session goes on, and the version that has stored it
// finds it again, unless the other one has set something instead.
func (d deploy) testLargerNumbers(t *testing.T) {
	v1, v2, v3 := d.builds[0], d.builds[1], d.builds[2]
	for name, x := range map[string]struct {
		old, young *build
		value      any
	}{
		"visits":   {v1, v2, json.Number("1099511627776")},
		"level":    {v1, v3, json.Number("256")},
		"score":    {v1, v2, json.Number("1e+300")},
		"cart":     {v1, v2, []any{map[string]any{"SKU": "tea", "Count": json.Number("-2147483649")}}},
		"places":   {v1, v3, map[string]any{"home": map[string]any{"X": json.Number("32768")}}},
		"settings": {v2, v3, map[string]any{"lang": "en", "volume": json.Number("1.5")}},
		"counts":   {v2, v3, map[string]any{"tea": json.Number("4294967296")}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCustomer(t, "one", d.seed, d.builds)
			e := c.begin(x.young)
			c.set(e, "user", "me")
			c.set(e, name, x.value)
			must(t, c.make(t, e))

			e = c.begin(x.old)
			c.get(e, "user")
			e.add(task{Do: "get", Name: name}, want{})
			e.add(task{Do: "renew"}, want{})
			e.allowed["renewed"], e.unreadable[name] = true, true
			must(t, c.make(t, e))
			must(t, c.look(t, x.young))

			e = c.begin(x.old)
			e.unreadable[name] = !x.old.shapes[name].Lazy
			delete(c.stored, name) // for this version
			c.update(e, name, x.old.shapes[name].difference(c.random, nil, c.value(x.old, name)))
			must(t, c.make(t, e))
			must(t, c.look(t, x.young))
		})
	}
}
