// Package strange has another name than its folder.
package strange

type Thing struct {
	Size  uint16
	Parts []Thing
}
