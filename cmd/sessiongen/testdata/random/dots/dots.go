// Package dots is imported with a dot.
package dots

type (
	Dotted       struct{ Dots []string }
	DotOf[T any] struct{ Of []T }
)
