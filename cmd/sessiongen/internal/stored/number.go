package stored

import "strings"

// A class is the kinds that an encoding does not tell apart.
type class uint8

const (
	signed class = iota + 1
	unsigned
	floating
	complexes
)

// A numbers is the range of a kind of number.
type numbers struct {
	class
	bits int // of integers, sign included; of the mantissa and the exponent otherwise
}

// ranges are those of all kinds. As stored values outlive the machine, int and
// uint have the size that they have at most.
var ranges = map[string]numbers{
	"int": {signed, 64}, "int8": {signed, 8}, "int16": {signed, 16}, "int32": {signed, 32}, "int64": {signed, 64},
	"uint": {unsigned, 64}, "uint8": {unsigned, 8}, "uint16": {unsigned, 16}, "uint32": {unsigned, 32},
	"uint64": {unsigned, 64}, "uintptr": {unsigned, 64},
	"float32": {floating, 32}, "float64": {floating, 64},
	"complex64": {complexes, 64}, "complex128": {complexes, 128},
}

func rangeOf(leaf string) (numbers, bool) {
	n, ok := ranges[leaf]
	return n, ok
}

// holds tells whether n has all numbers of other, exactly.
func (n numbers) holds(other numbers) bool {
	switch {
	case n.class == other.class:
		return n.bits >= other.bits
	case n.class == signed && other.class == unsigned:
		return n.bits > other.bits
	case n.class == floating && other.class != complexes:
		return other.bits <= map[int]int{32: 24, 64: 53}[n.bits]
	}
	return false
}

// readsLeaf tells whether one leaf can be read as another. JSON knows numbers
// alone, gob tells integers with a sign from those without, and both from
// floating-point numbers.
func (c *comparison) readsLeaf(from, to string) bool {
	if inner, ok := strings.CutPrefix(from, "quoted("); ok {
		outer, quoted := strings.CutPrefix(to, "quoted(")
		return quoted && c.readsLeaf(strings.TrimSuffix(inner, ")"), strings.TrimSuffix(outer, ")"))
	}
	if c.json && c.isKey && to == "string" {
		return true // what is a key is written as a text, be it that of a number
	}
	a, isNumber := rangeOf(from)
	b, toNumber := rangeOf(to)
	if !isNumber || !toNumber {
		return from == to
	}
	if a.class != b.class && !c.json {
		return false
	}
	if c.roomy {
		return a.isInteger() && b.isInteger() || a.class == b.class
	}
	return b.holds(a)
}

func (n numbers) isInteger() bool { return n.class == signed || n.class == unsigned }
