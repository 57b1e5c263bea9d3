package faults

import (
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/internal/leftout"
)

var (
	torture = flag.Bool("torture", false, "run the long form of the tests")
	plain   = flag.Bool("plain", false, "set Plain in every Memcache")
)

func TestMain(m *testing.M) {
	flag.Parse()
	if addr := os.Getenv(asApp); addr != "" {
		runApp(addr, os.Stdin, os.Stdout)
		return
	}
	if !*torture {
		fmt.Println(leftout.Short)
		leftout.Say(leftout.Short)
	}
	os.Exit(m.Run())
}

// times returns how often something is to be done. With the flag valkey, which is for
// the second of two runs, it is less often.
func times(short, long int) int {
	switch {
	case *torture:
		return long
	case *onValkey:
		return max(1, short/3)
	}
	return short
}

// sideBySide runs do for 0 to n-1, on as many goroutines as workers says, until
// the test has failed.
func sideBySide(t testing.TB, workers, n int, do func(i int)) {
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() {
			for i := worker; i < n && !t.Failed(); i += workers {
				do(i)
			}
		})
	}
	wg.Wait()
}
