package runtime

import (
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// vault returns the vault of the token t.
func (e *engine) vault(t sealed.Token) sealed.Vault { return sealed.NewVault(e.config.Namespace, t) }

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
