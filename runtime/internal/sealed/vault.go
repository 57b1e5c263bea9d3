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
	Key     string // the key of the record; the keys of the variables begin with it, and it ends with the id
	ring    *Keyring
	secret  [secretLength]byte // until it is settled
	seals   sealer             // once it is prepared
	account *AccountSeal       // of the account that the session belongs to, in the same way; nil if there is none
	way     uint16             // of the keyring in which the seals are made
	settled bool               // they are the right ones
}

// NewVault returns the vault of a new token's session.
func NewVault(ring *Keyring, namespace string, t Token) Vault {
	v := OpenVault(ring, namespace, t)
	v.settled = true
	return v
}

// OpenVault returns the vault of a token's session, which may be sealed with any
// key of the ring. Several goroutines may use it when one has opened or sealed
// something.
func OpenVault(ring *Keyring, namespace string, t Token) Vault {
	return Vault{Key: namespace + ":" + t.ID, ring: ring, secret: t.secret}
}

// Prepare implements [kv.Preparer]. It sets up the cipher, which takes as long as
// opening five small values does, and can be done while a store waits for them.
func (v *Vault) Prepare() {
	if !v.seals.ready() {
		v.try(0)
	}
}

// try sets up the cipher in one of the ways of the keyring. The last one must be
// right if no other is.
func (v *Vault) try(way int) {
	v.way, v.seals = uint16(way), v.ring.sealer(way, &v.secret)
	if v.ring.Len() > 0 && v.OfAccount() {
		v.account = v.ring.accountSeal(way, kv.Place(v.Key))
	}
	if v.settled || way+1 == v.ring.ways() {
		v.settled, v.secret = true, [secretLength]byte{}
	}
}

// next sets up the cipher in the next way. It reports false if there is no other.
func (v *Vault) next() bool {
	if v.settled {
		return false
	}
	v.try(int(v.way) + 1)
	return true
}

// settle says that the cipher is set up in the right way. The secret is not needed
// any more.
func (v *Vault) settle() {
	if !v.settled {
		v.settled, v.secret = true, [secretLength]byte{}
	}
}

// ID returns the session's id.
func (v *Vault) ID() string { return v.Key[len(v.Key)-kv.IDLength:] }

// Account returns the seal of the account that the session belongs to: nil if it
// belongs to none, or if the record was not opened yet.
func (v *Vault) Account() *AccountSeal { return v.account }

// OfAccount tells whether the session belongs to an account.
func (v *Vault) OfAccount() bool { return kv.OfAccount(v.ID()) }

// VariableKey returns the key of the variable name.
func (v *Vault) VariableKey(name string) string { return v.Key + suffixOf(name) }

// NameOf returns the name of the variable that has this key.
func (v *Vault) NameOf(key string) string { return key[len(v.Key)+len(suffixOf("")):] }

// suffixOf returns what follows the key of the record in the key of a variable.
func suffixOf(name string) string { return "-" + name }

// Query asks for the record and a selection of variables, and for the account if
// the session belongs to one.
func (v *Vault) Query(of Selection) kv.Query {
	return kv.Query{Session: v.Key, Suffixes: of.Suffixes, Account: v.OfAccount(), Meanwhile: v}
}

// Keys returns the keys of the record and of a selection of variables.
func (v *Vault) Keys(of Selection) []string {
	return kv.Query{Session: v.Key, Suffixes: of.Suffixes}.Keys()
}

// SealRecord seals r for its key.
func (v *Vault) SealRecord(r Record) []byte {
	if r.Ended {
		v.Prepare()
		return v.seals.sealEnded(v.Key, r)
	}
	return v.Seal(v.Key, string(r.encode()))
}

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
