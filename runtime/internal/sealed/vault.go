// Package sealed has the forms in which a session is stored: the token in its
// cookie, its record, its variables' plaintexts, and the seal over both. It gives
// and takes keys and bytes.
//
// The package knows no store and makes no call: when something is read or
// written is the protocol's part. Nor does it know what a value encodes.
package sealed

import "github.com/sessiongen/sessiongen/runtime/internal/kv"

// A Vault names and seals the items of one session id.
type Vault struct {
	Key    string             // the key of the record; the keys of the variables begin with it, and it ends with the id
	secret [secretLength]byte // until there are seals
	seals  sealer
}

// NewVault returns the vault of a token's session. Several goroutines may use it
// when one has sealed or opened something, or has called Prepare.
func NewVault(namespace string, t Token) Vault {
	return Vault{Key: namespace + ":" + t.ID, secret: t.secret}
}

// Prepare implements [kv.Preparer]. It sets up the cipher, which takes as long as
// opening five small values does, and can be done while a store waits for them.
func (v *Vault) Prepare() {
	if v.seals.aead == nil {
		v.seals, v.secret = newSealer(v.secret), [secretLength]byte{}
	}
}

// ID returns the session's id.
func (v *Vault) ID() string { return v.Key[len(v.Key)-kv.IDLength:] }

// VariableKey returns the key of the variable name.
func (v *Vault) VariableKey(name string) string { return v.Key + suffixOf(name) }

// NameOf returns the name of the variable that has this key.
func (v *Vault) NameOf(key string) string { return key[len(v.Key)+len(suffixOf("")):] }

// suffixOf returns what follows the key of the record in the key of a variable.
func suffixOf(name string) string { return "-" + name }

// Query asks for the record and a selection of variables.
func (v *Vault) Query(of Selection) kv.Query {
	return kv.Query{Session: v.Key, Suffixes: of.Suffixes, Meanwhile: v}
}

// SealRecord seals r for its key.
func (v *Vault) SealRecord(r Record) []byte { return v.Seal(v.Key, string(r.encode())) }

// SealVariable seals b for the key of the variable name, which it returns, too.
func (v *Vault) SealVariable(name string, b Body) (key string, sealed []byte) {
	key = v.VariableKey(name)
	return key, v.Seal(key, string(b))
}

// Seal seals a plaintext for a key.
func (v *Vault) Seal(key, plaintext string) []byte {
	v.Prepare()
	return v.seals.seal(key, plaintext)
}

// A Selection is variables that are read together, with the record.
type Selection struct {
	Names    []string
	Places   []int    // -1 for a name that is not declared
	Suffixes []string // of the keys: the record's, which is empty, then the variables'
}

// Select returns the selection of the variables of these names.
func (d *Declared) Select(names ...string) Selection {
	places, suffixes := make([]int, len(names)), make([]string, 1+len(names))
	for i, name := range names {
		places[i], suffixes[1+i] = d.Place(name), suffixOf(name)
	}
	return Selection{names, places, suffixes}
}
