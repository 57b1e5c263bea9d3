package runtime_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/sessiongen/sessiongen/runtime"
)

// A clock has no two moments for what comes that soon, but the list has an order.
func TestOfTwoLoginsAtOneMomentTheLaterIsTheNewer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *runtime.Config) { c.Keys = [][]byte{make([]byte, 32)} })
		var want, got []string
		for i := range 6 {
			s := w.open("")
			if err := s.Login(t.Context(), "ada", runtime.Label(fmt.Sprint(i))); err != nil {
				t.Fatal(err)
			}
			want = append([]string{fmt.Sprint(i)}, want...)
		}
		logins, err := w.List(t.Context(), "ada")
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range logins {
			got = append(got, l.Label)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}
