package runtime

import (
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// A vault names and seals the items of one session id.
type vault struct {
	key   string // of the record, and what the variables' keys begin with; the id is its end
	seals sealer
}

// vault returns that of a token.
func (e *engine) vault(t token) vault { return newVault(e.config.Namespace, t) }

func newVault(namespace string, t token) vault {
	return vault{namespace + ":" + t.id, newSealer(t.secret)}
}

func (v *vault) id() string { return v.key[len(v.key)-kv.IDLength:] }

func (v *vault) variableKey(name string) string { return v.key + suffixOf(name) }

// suffixOf returns what the key of a variable has behind that of its record.
func suffixOf(name string) string { return "-" + name }

// query asks for the record and a selection of variables.
func (v *vault) query(of selection) kv.Query { return kv.Query{Session: v.key, Suffixes: of.suffixes} }

// recordItem returns the item that stores r. version is the one to replace.
func (v *vault) recordItem(r record, version uint64, expires time.Time) Item {
	return v.item(v.key, string(r.encode()), version, expires)
}

// variableItem returns the item that stores b as the variable name.
func (v *vault) variableItem(name string, b body, version uint64, expires time.Time) Item {
	return v.item(v.variableKey(name), string(b), version, expires)
}

// item returns the item that stores the plaintext under a key.
func (v *vault) item(key, plaintext string, version uint64, expires time.Time) Item {
	return Item{Key: key, Value: v.seals.seal(key, plaintext), Version: version, Expires: expires}
}

// A selection is variables that are read together, with the record.
type selection struct {
	names    []string
	suffixes []string // of the keys: that of the record, then theirs
}

func newSelection(names []string) selection {
	suffixes := make([]string, 1+len(names))
	for i, name := range names {
		suffixes[1+i] = suffixOf(name)
	}
	return selection{names, suffixes}
}
