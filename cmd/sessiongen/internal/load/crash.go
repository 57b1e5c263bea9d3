package load

import (
	"fmt"
	"runtime"
	"strings"
)

// A crash is a panic of package go/types, or of what reads export data for it:
// neither panics but by a fault of its own, or because the export data is of a
// newer release of Go.
type crash struct {
	path  string // of the package that it was about
	cause any
}

func (c crash) Error() string {
	cause, _, _ := strings.Cut(fmt.Sprint(c.cause), "\n")
	return fmt.Sprintf("package %s can't be read: the type checker of %s panicked, with %q; build sessiongen with the go command in use, as go tool does, or else report this, with what the package declares, at https://github.com/sessiongen/sessiongen/issues",
		c.path, runtime.Version(), cause)
}

// blame lets a panic go on as a [crash] of a package. It is for a defer statement.
// The innermost package is the one that it was about.
func blame(path string) {
	switch cause := recover().(type) {
	case nil:
	case crash:
		panic(cause)
	default:
		panic(crash{path, cause})
	}
}

// catch ends a crash and makes an error of it. It is for a defer statement.
func catch(err *error) {
	switch cause := recover().(type) {
	case nil:
	case crash:
		*err = cause
	default:
		panic(cause)
	}
}
