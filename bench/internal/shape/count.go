package shape

import "fmt"

// Sessions of 1 to 64 variables, each beginning with those of the one before.

//go:generate go tool sessiongen

// Count1Fields is a session of one variable.
type Count1Fields struct{ Visits int }

//go:generate go tool sessiongen

// Count2Fields is a session of 2 variables.
type Count2Fields struct {
	Count1Fields
	V02 string
}

//go:generate go tool sessiongen

// Count4Fields is a session of 4 variables.
type Count4Fields struct {
	Count2Fields
	V03, V04 string
}

//go:generate go tool sessiongen

// Count8Fields is a session of 8 variables.
type Count8Fields struct {
	Count4Fields
	V05, V06, V07, V08 string
}

//go:generate go tool sessiongen

// Count16Fields is a session of 16 variables.
type Count16Fields struct {
	Count8Fields
	V09, V10, V11, V12, V13, V14, V15, V16 string
}

//go:generate go tool sessiongen

// Count32Fields is a session of 32 variables.
type Count32Fields struct {
	Count16Fields
	V17, V18, V19, V20, V21, V22, V23, V24, V25, V26, V27, V28, V29, V30,
	V31, V32 string
}

//go:generate go tool sessiongen

// Count64Fields is a session of 64 variables.
type Count64Fields struct {
	Count32Fields
	V33, V34, V35, V36, V37, V38, V39, V40, V41, V42, V43, V44, V45, V46,
	V47, V48, V49, V50, V51, V52, V53, V54, V55, V56, V57, V58, V59, V60,
	V61, V62, V63, V64 string
}

// Counts are the numbers of variables that sessions can have by OfCount.
var Counts = []int{1, 2, 4, 8, 16, 32, 64}

// OfCount is a session of n variables, one of Counts.
func OfCount(n int) Shape {
	switch n {
	case 1:
		return count(Count1Fields{})
	case 2:
		return count(Count2Fields{})
	case 4:
		return count(Count4Fields{})
	case 8:
		return count(Count8Fields{})
	case 16:
		return count(Count16Fields{})
	case 32:
		return count(Count32Fields{})
	case 64:
		return count(Count64Fields{})
	}
	panic(fmt.Sprintf("no shape has %d variables", n))
}

func count[F any](fields F) Shape {
	fillStrings(&fields)
	s := of("", fields)
	s.Name = fmt.Sprint(len(s.Variables))
	return s
}
