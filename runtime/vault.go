package runtime

import "time"

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
	return Item{Key: v.key, Value: v.seals.seal(v.key, r.encode()), Version: version, Expires: expires}
}

// variableItem returns the item that stores b as the variable name.
func (v vault) variableItem(name string, b body, version uint64, expires time.Time) Item {
	key := v.variableKey(name)
	return Item{Key: key, Value: v.seals.seal(key, b), Version: version, Expires: expires}
}

func (v vault) openRecord(item Item) (record, error) {
	plaintext, err := v.seals.open(v.key, item.Value)
	if err != nil {
		return record{}, err
	}
	return decodeRecord(plaintext)
}

func (v vault) openVariable(name string, item Item) (body, error) {
	plaintext, err := v.seals.open(v.variableKey(name), item.Value)
	if err != nil {
		return nil, err
	}
	if err := body(plaintext).check(); err != nil {
		return nil, err
	}
	return plaintext, nil
}

// keys returns the key of the record and those of the variables.
func (v vault) keys(names []string) []string {
	keys := make([]string, 1, 1+len(names))
	keys[0] = v.key
	for _, name := range names {
		keys = append(keys, v.variableKey(name))
	}
	return keys
}
