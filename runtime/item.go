package runtime

import (
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// vault returns the vault of the token t, which came with a request.
func (e *engine) vault(t sealed.Token) sealed.Vault {
	return sealed.OpenVault(e.ring, e.config.Namespace, t)
}

// newVault returns the vault of the token t, under which nothing is stored yet.
func (e *engine) newVault(t sealed.Token) sealed.Vault {
	return sealed.NewVault(e.ring, e.config.Namespace, t)
}

// key returns the key of the record of the session with this id.
func (e *engine) key(id string) string { return e.config.Namespace + ":" + id }

// recordItem returns the item that stores r. version is the version to replace.
func recordItem(v *sealed.Vault, r sealed.Record, version uint64, expires time.Time) Item {
	return Item{Key: v.Key, Value: v.SealRecord(r), Version: version, Expires: expires}
}

// variableItem returns the item that stores b as the variable with this name.
// version is the version to replace.
func variableItem(v *sealed.Vault, name string, b sealed.Body, version uint64, expires time.Time) Item {
	key, value := v.SealVariable(name, b)
	return Item{Key: key, Value: value, Version: version, Expires: expires}
}
