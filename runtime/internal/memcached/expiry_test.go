package memcached_test

import (
	"math"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

func TestExptime(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 500, time.UTC)
	const month = 30 * 24 * time.Hour
	unix := int32(now.Unix())
	end := time.Unix(math.MaxInt32, 0)
	for _, test := range []struct {
		name    string
		expires time.Time
		want    int32
	}{
		{"zero time is never", time.Time{}, 0},
		{"long past", now.Add(-100 * 365 * 24 * time.Hour), 1},
		{"a second ago", now.Add(-time.Second), 1},
		{"just past", now.Add(-1), 1},
		{"now", now, 1},
		{"a nanosecond ahead", now.Add(1), 2},
		{"one second", now.Add(time.Second), 2},
		{"a nanosecond over one second", now.Add(time.Second + 1), 3},
		{"a day", now.Add(24 * time.Hour), 24*60*60 + 1},
		{"the longest relative one", now.Add(month - time.Second), memcached.MaxRelative},
		{"a nanosecond more is absolute", now.Add(month - time.Second + 1), unix + memcached.MaxRelative + 1},
		{"a month is absolute", now.Add(month), unix + memcached.MaxRelative + 2},
		{"absolute, no fraction", now.Add(2*month - 500), unix + 2*memcached.MaxRelative + 1},
		{"the last one", end.Add(-time.Second), math.MaxInt32},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := memcached.Exptime(test.expires, now)
			if err != nil || got != test.want {
				t.Errorf("exptime = %d, %v; want %d", got, err, test.want)
			}
		})
	}
	for _, expires := range []time.Time{
		end.Add(-time.Second + 1), end, end.AddDate(100, 0, 0), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		if got, err := memcached.Exptime(expires, now); err == nil {
			t.Errorf("exptime of %v = %d; want an error", expires, got)
		}
	}
}

func TestExptimeNearTheEndOfTheClockStaysRelative(t *testing.T) {
	now := time.Unix(math.MaxInt32-10, 0)
	if got, err := memcached.Exptime(now.Add(time.Hour), now); err != nil || got != 3601 {
		t.Errorf("exptime = %d, %v; want 3601", got, err)
	}
}

// FuzzExptime checks that memcached forgets an item neither before it expires,
// though its clock may be a second behind, nor much more than a second after.
func FuzzExptime(f *testing.F) {
	f.Add(int64(1_800_000_000), int64(0), int64(1_800_000_001), int64(999_999_999))
	f.Add(int64(1_800_000_000), int64(1), int64(1_800_000_000+memcached.MaxRelative), int64(0))
	f.Add(int64(1_800_000_000), int64(0), int64(math.MaxInt32), int64(0))
	f.Add(int64(0), int64(0), int64(-62135596800), int64(0))
	f.Fuzz(func(t *testing.T, nowSec, nowNano, sec, nano int64) {
		const year10000 = 253402300800
		now := time.Unix(max(nowSec%year10000, 0), max(nowNano%1e9, 0)) // no clock runs before 1970
		expires := time.Unix(sec%year10000, nano%1e9)
		got, err := memcached.Exptime(expires, now)
		if expires.IsZero() {
			if got != 0 || err != nil {
				t.Fatalf("exptime of the zero time = %d, %v", got, err)
			}
			return
		}
		if err != nil {
			if expires.Unix() < math.MaxInt32-2 || expires.Sub(now) < memcached.MaxRelative*time.Second-time.Second {
				t.Fatalf("refused %v at %v: %v", expires, now, err)
			}
			return
		}
		if got <= 0 {
			t.Fatalf("exptime = %d", got)
		}
		if !expires.After(now) {
			if got != 1 {
				t.Fatalf("expired %v ago: exptime = %d", now.Sub(expires), got)
			}
			return
		}
		gone := now.Add(time.Duration(got) * time.Second)
		if got > memcached.MaxRelative {
			gone = time.Unix(int64(got), 0)
		}
		if late := gone.Sub(expires); late < time.Second || late >= 2*time.Second {
			t.Fatalf("exptime = %d is %v after %v", got, late, expires)
		}
	})
}
