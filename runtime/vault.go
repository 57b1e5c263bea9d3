package runtime

import (
	"strings"
	"time"
)

// A vault names and seals the items of one session id.
type vault struct {
	token token
	key   string // of the record, and what the variables' keys begin with
	seals sealer
}

func newVault(namespace string, t token) vault {
	return vault{token: t, key: namespace + ":" + t.id, seals: newSealer(t.secret)}
}

func (v vault) variableKey(name string) string { return v.key + "-" + name }

// recordItem returns the item that stores r. version is the one to replace.
func (v vault) recordItem(r record, version uint64, expires time.Time) Item {
	return v.item(v.key, r.encode(), version, expires)
}

// variableItem returns the item that stores b as the variable name.
func (v vault) variableItem(name string, b body, version uint64, expires time.Time) Item {
	return v.item(v.variableKey(name), b, version, expires)
}

// item returns the item that stores the plaintext under a key.
func (v vault) item(key string, plaintext []byte, version uint64, expires time.Time) Item {
	return Item{Key: key, Value: v.seals.seal(key, plaintext), Version: version, Expires: expires}
}

// name gives the items the key of the record and those of the variables. The
// keys share one string.
func (v vault) name(items []Item, names []string) {
	length := 0
	for _, name := range names {
		length += len(v.key) + 1 + len(name)
	}
	var keys strings.Builder
	keys.Grow(length)
	items[0] = Item{Key: v.key}
	for i, name := range names {
		start := keys.Len()
		keys.WriteString(v.key)
		keys.WriteByte('-')
		keys.WriteString(name)
		items[1+i] = Item{Key: keys.String()[start:]}
	}
}

// keys returns the key of the record and those of the variables.
func (v vault) keys(names []string) []string {
	items := make([]Item, 1+len(names))
	v.name(items, names)
	return itemKeys(items)
}

// An opener opens the items of one answer of the store. What is in them shares
// one piece of memory.
type opener struct {
	seals sealer
	key   []byte // room for that of the item at hand
	texts []byte
}

// opener returns an opener that has room for what is in the items.
func (v vault) opener(items ...Item) opener {
	length := 0
	for i := range items {
		length += max(0, len(items[i].Value)-sealOverhead)
	}
	n := len(v.key) + 1 + maxNameLength
	room := make([]byte, n+length)
	return opener{seals: v.seals, key: room[:0:n], texts: room[n:n]}
}

func (o *opener) open(item *Item) ([]byte, error) {
	o.key = append(o.key[:0], item.Key...)
	start := len(o.texts)
	texts, err := o.seals.open(o.texts, o.key, item.Value)
	if err != nil {
		return nil, err
	}
	o.texts = texts
	return texts[start:len(texts):len(texts)], nil
}

// record opens the item of the record, which most likely lists the names of
// the usual list.
func (o *opener) record(item *Item, usual nameList) (record, error) {
	plaintext, err := o.open(item)
	if err != nil {
		return record{}, err
	}
	return decodeRecord(plaintext, usual)
}

// variable opens the item of a variable.
func (o *opener) variable(item *Item) (body, error) {
	plaintext, err := o.open(item)
	if err != nil {
		return nil, err
	}
	if err := body(plaintext).check(); err != nil {
		return nil, err
	}
	return plaintext, nil
}
