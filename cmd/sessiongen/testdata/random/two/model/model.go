// Package model has the name of another package beside it.
package model

type (
	Kind  int8
	Point [2]float64
	Order struct{ Kinds map[Kind][]Point }
)
