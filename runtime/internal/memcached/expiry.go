package memcached

import (
	"fmt"
	"math"
	"time"
)

// maxRelative is the longest time to live, in seconds, that memcached takes for
// one. It takes a larger number for a Unix time, which would mostly be one long
// past.
const maxRelative = 30 * 24 * 60 * 60

// exptime returns what memcached calls an exptime, for an item that expires at
// expires. For the zero time that is 0, which means never. For any other time
// it is neither 0 nor a negative number, which would mean at once. It is
// rounded up, with one second more, because memcached's clock ticks once a
// second and may be that much behind. At times that clock skips a tick, so an
// item can still end up to a second early.
func exptime(expires, now time.Time) (int32, error) {
	if expires.IsZero() {
		return 0, nil
	}
	if left := ceilSeconds(expires.Sub(now)) + 1; left <= maxRelative {
		return int32(max(left, 1)), nil
	}
	absolute := expires.Unix()
	if expires.Nanosecond() > 0 {
		absolute++
	}
	if absolute >= math.MaxInt32 {
		return 0, fmt.Errorf("expiry in %d is past the range of memcached's clock, which ends in January 2038", expires.UTC().Year())
	}
	return int32(absolute + 1), nil
}

func ceilSeconds(d time.Duration) int64 {
	seconds := int64(d / time.Second)
	if d%time.Second > 0 {
		seconds++
	}
	return seconds
}
