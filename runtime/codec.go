package runtime

import "fmt"

// A Codec is for generated code, which chooses it by the field's type and tag. It
// turns the values of one variable into bytes and back. It is safe for use by
// several goroutines.
type Codec[T any] interface {
	// Append appends the encoding of *v to dst.
	Append(dst []byte, v *T) ([]byte, error)

	// Decode sets *v, which is the zero value, to what data encodes. It
	// refuses trailing bytes. Strings in *v may be parts of data.
	Decode(data string, v *T) error

	// Format names the encoding. Values of different formats never mix.
	Format() string
}

// recoverPanic turns a panic of a type's own method into an error.
func recoverPanic(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v", r)
	}
}
