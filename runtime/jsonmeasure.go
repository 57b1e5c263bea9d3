package runtime

import (
	"bytes"
	"errors"
	"strconv"
)

// measure returns how deep JSON is nested, and whether there is a number in it
// that is too large for a float64. data is as encoding/json writes it: valid, and
// without white space.
func measure(data []byte) (depth int, large bool) {
	open := 0
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			i = endOfString(data, i+1)
		case c == '{' || c == '[':
			open++
			depth = max(depth, open)
		case c == '}' || c == ']':
			open--
		case c == '-' || '0' <= c && c <= '9':
			end := endOfNumber(data, i+1)
			large = large || tooLarge(data[i:end])
			i = end - 1
		}
	}
	return depth, large
}

// endOfString returns the place of the quote that ends the string which begins
// at i.
func endOfString(data []byte, i int) int {
	for ; data[i] != '"'; i++ {
		if data[i] == '\\' {
			i++
		}
	}
	return i
}

// endOfNumber returns the place behind a number of which a part is before i.
func endOfNumber(data []byte, i int) int {
	for i < len(data) && data[i] != ',' && data[i] != '}' && data[i] != ']' {
		i++
	}
	return i
}

func tooLarge(number []byte) bool {
	if len(number) <= 300 && !bytes.ContainsAny(number, "eE") {
		return false
	}
	_, err := strconv.ParseFloat(string(number), 64)
	return errors.Is(err, strconv.ErrRange)
}
