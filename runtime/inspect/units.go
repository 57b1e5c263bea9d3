package inspect

import (
	"fmt"
	"strconv"
	"time"
)

// count returns a number with its thousands apart.
func count(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// size returns a number of bytes.
func size(n int) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
}

// span returns a duration in its two largest units, rounded down.
func span(d time.Duration) string {
	if d < time.Second {
		return "less than 1 s"
	}
	for _, u := range []struct {
		unit, part   time.Duration
		name, partly string
	}{
		{24 * time.Hour, time.Hour, "d", "h"},
		{time.Hour, time.Minute, "h", "min"},
		{time.Minute, time.Second, "min", "s"},
	} {
		if d < u.unit {
			continue
		}
		if rest := d % u.unit / u.part; rest > 0 {
			return fmt.Sprintf("%d %s %d %s", d/u.unit, u.name, rest, u.partly)
		}
		return fmt.Sprintf("%d %s", d/u.unit, u.name)
	}
	return fmt.Sprintf("%d s", d/time.Second)
}

// latency returns how long a call took, by the bound of a bucket.
func latency(d time.Duration) string {
	switch {
	case d == 0:
		return "–"
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < time.Second:
		return strconv.FormatFloat(float64(d.Microseconds())/1e3, 'f', -1, 64) + " ms"
	}
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + " s"
}

// share returns a part of a whole, or a dash if there is no whole.
func share(part, whole uint64) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(min(part, whole))/float64(whole))
}
