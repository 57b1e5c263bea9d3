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
	}
	return strconv.FormatFloat(v, 'f', decimals(v), 64)
}

// decimals returns how many of the three digits of v come behind the point.
func decimals(v float64) int { return max(0, 2-int(math.Floor(math.Log10(v)))) }

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

// reached returns what was reached; if that misses the target, with as many
// digits as it takes to see it.
func (t Target) reached() string {
	if t.Met() {
		return digits(t.Reached) + t.Unit
	}
	figure := digits(t.Reached)
	for n := decimals(t.Reached); ; n++ {
		shown := t
		if shown.Reached, _ = strconv.ParseFloat(figure, 64); !shown.Met() {
			return "**" + figure + t.Unit + "**, missed"
		}
		figure = strconv.FormatFloat(t.Reached, 'f', n, 64)
	}
}
