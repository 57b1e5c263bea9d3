package report

import (
	"fmt"
	"math"
	"strconv"

	"github.com/sessiongen/sessiongen/bench/internal/measure"
)

// digits returns v with three digits that count.
func digits(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 0.001:
		return "< 0.001"
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'f', max(0, 2-int(math.Floor(math.Log10(v)))), 64)
}

// Duration returns nanoseconds for people.
func Duration(ns float64) string {
	value, unit := scale(ns)
	return digits(ns/value) + " " + unit
}

func scale(ns float64) (value float64, unit string) {
	switch {
	case ns < 1e3:
		return 1, "ns"
	case ns < 1e6:
		return 1e3, "µs"
	case ns < 1e9:
		return 1e6, "ms"
	}
	return 1e9, "s"
}

// quartiles returns the middle half of the trials, in the unit of their median.
func quartiles(d measure.Distribution) string {
	value, _ := scale(d.Median)
	return digits(d.Low/value) + " to " + digits(d.High/value)
}

// whole returns v without a fraction.
func whole(v float64) string { return strconv.FormatFloat(v, 'f', 0, 64) }

func (t Target) limit() string {
	sign := "≤"
	if t.AtLeast {
		sign = "≥"
	}
	return fmt.Sprintf("%s %s%s", sign, strconv.FormatFloat(t.Limit, 'g', -1, 64), t.Unit)
}

func (t Target) reached() string {
	s := digits(t.Reached) + t.Unit
	if t.Met() {
		return s
	}
	return "**" + s + "**, missed"
}
