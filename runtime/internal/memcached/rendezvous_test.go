package memcached_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

func clientOf(t testing.TB, names ...string) *memcached.Client {
	t.Helper()
	return memcached.NewClient(addressesOf(t, names...), memcached.Options{})
}

func sessionKeys(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = "session:" + uuid.NewString()
	}
	return keys
}

// A version of this package that chose otherwise would lose all sessions.
func TestServerOfASessionNeverChanges(t *testing.T) {
	r := clientOf(t, "cache1", "cache2:11212", "/run/memcached.sock", "::1")
	var got []string
	for n := range 8 {
		got = append(got, r.ServerOf(fmt.Sprintf("session:6ba7b810-9dad-41d1-80b4-00c04fd430c%d", n)))
	}
	want := []string{
		"cache1:11211", "[::1]:11211", "/run/memcached.sock", "/run/memcached.sock",
		"/run/memcached.sock", "cache2:11212", "[::1]:11211", "/run/memcached.sock",
	}
	if !slices.Equal(got, want) {
		t.Errorf("servers are %q, want %q", got, want)
	}
}

// accountKeys are keys of n accounts.
func accountKeys(n int) []string {
	keys := sessionKeys(n)
	for i, key := range keys {
		at := len("session:")
		keys[i] = key[:at+14] + "8" + key[at+15:at+18]
	}
	return keys
}

func TestAllKeysOfAnAccountHaveOneServer(t *testing.T) {
	r := clientOf(t, "a", "b", "c", "d", "e")
	for _, account := range accountKeys(100) {
		want := r.ServerOf(account)
		for range 10 {
			session := account + uuid.NewString()[18:]
			for _, key := range []string{session, session + "-a", "admin.x" + session[len("session"):]} {
				if got := r.ServerOf(key); got != want {
					t.Errorf("%q is on %v, and %q on %v", account, want, key, got)
				}
			}
		}
	}
}

// A version of this package that chose otherwise would lose all accounts' sessions.
func TestServerOfAnAccountNeverChanges(t *testing.T) {
	r := clientOf(t, "cache1", "cache2:11212", "/run/memcached.sock", "::1")
	var got []string
	for n := range 8 {
		got = append(got, r.ServerOf(fmt.Sprintf("session:6ba7b81%d-9dad-81d1-80b4-00c04fd430c8", n)))
	}
	want := []string{
		"cache2:11212", "cache2:11212", "/run/memcached.sock", "cache2:11212",
		"cache1:11211", "cache1:11211", "cache1:11211", "[::1]:11211",
	}
	if !slices.Equal(got, want) {
		t.Errorf("servers are %q, want %q", got, want)
	}
}

func TestAllKeysOfASessionHaveOneServer(t *testing.T) {
	r := clientOf(t, "a", "b", "c", "d", "e")
	for _, key := range sessionKeys(100) {
		want := r.ServerOf(key)
		for _, other := range []string{key + "-a", key + "-some_other_name", "admin.x" + key[len("session"):]} {
			if r.ServerOf(other) != want {
				t.Errorf("%q is on %v, and %q on %v", key, want, other, r.ServerOf(other))
			}
		}
	}
}

func TestServerDependsNeitherOnTheOrderNorTheSpellingOfTheList(t *testing.T) {
	r := clientOf(t, "a", "b", "c")
	for _, names := range [][]string{{"c", "a", "b"}, {"b:11211", "C", "b", "a", "c"}} {
		other := clientOf(t, names...)
		for _, key := range sessionKeys(100) {
			if got, want := other.ServerOf(key), r.ServerOf(key); got != want {
				t.Errorf("of %q, %s; want %s", names, got, want)
			}
		}
	}
}

func TestServersShareTheSessionsAndANewOneTakesItsShareOnly(t *testing.T) {
	t.Run("sessions", func(t *testing.T) { testShares(t, sessionKeys(20000)) })
	t.Run("accounts", func(t *testing.T) { testShares(t, accountKeys(20000)) })
}

func testShares(t *testing.T, keys []string) {
	n := len(keys)
	names := []string{"10.0.0.1"}
	before := clientOf(t, names...)
	for len(names) < 8 {
		names = append(names, fmt.Sprintf("10.0.0.%d", len(names)+1))
		after := clientOf(t, names...)
		added := addressesOf(t, names[len(names)-1])[0].String()
		count := make(map[string]int)
		for _, key := range keys {
			was, is := before.ServerOf(key), after.ServerOf(key)
			if was != is && is != added {
				t.Fatalf("a session moved from %s to %s, which is not the new server", was, is)
			}
			count[is]++
		}
		share := float64(n) / float64(len(names))
		for address, got := range count {
			// Ten standard deviations of a fair choice.
			if math.Abs(float64(got)-share) > 10*math.Sqrt(share) {
				t.Errorf("%s of %d servers has %d of %d sessions", address, len(names), got, n)
			}
		}
		before = after
	}
}

func BenchmarkPickServer(b *testing.B) {
	r := clientOf(b, "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4")
	key := sessionKeys(1)[0]
	b.ReportAllocs()
	for b.Loop() {
		r.ServerOf(key)
	}
}
