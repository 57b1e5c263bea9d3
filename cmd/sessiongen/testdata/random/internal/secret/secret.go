// Package secret is internal to the module.
package secret

type Note struct{ Text, Author string }
