package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// openKeys returns the keys that a file holds: one a line, in base64. The first
// one seals new sessions. Without a file it makes a key that nobody else has, so
// the sessions end with this process.
func openKeys(file string) ([][]byte, error) {
	if file == "" {
		key := make([]byte, 32)
		rand.Read(key) // never fails
		return [][]byte{key}, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		// The name stays out of the error: it may be a key that was given in
		// place of a file.
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err
		}
		return nil, fmt.Errorf("the file that -keys names can't be read: %w", err)
	}
	return parseKeys(string(text))
}

// parseKeys tells where a mistake is, but not what is there: it may be a part of
// a key.
func parseKeys(text string) ([][]byte, error) {
	var keys [][]byte
	number := 0
	for line := range strings.Lines(text) {
		number++
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil {
			return nil, fmt.Errorf("line %d of the file that -keys names is not base64; openssl rand -base64 32 makes a key", number)
		}
		keys = append(keys, key)
	}
	if keys == nil {
		return nil, errors.New("the file that -keys names is empty; openssl rand -base64 32 makes a key")
	}
	return keys, nil
}
