package runtime

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
)

func TestPlainMakesAWriteOfEachItemOnAConnectionOfItsOwn(t *testing.T) {
	const n = 4
	for plain, want := range map[bool]int{false: 1, true: n} {
		var arrived sync.WaitGroup
		arrived.Add(n)
		f := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
			for c.Command() != nil {
				arrived.Done()
				go func() {
					arrived.Wait() // no answer before all are here
					c.Answer("STORED\r\n")
				}()
			}
		})
		items := make([]Item, n)
		for i := range items {
			items[i].Key = fmt.Sprintf("%s-%d", sessionOf(0)[0].Key, i)
		}
		mustAdd(t, way{plain}.newMemcache(t, f.Addr), items)
		if _, _, accepted := f.Counts(); accepted != want {
			t.Errorf("Plain %t: %d connections, want %d", plain, accepted, want)
		}
	}
}

func TestMaxConnsOfAMemcacheBoundsItsConnections(t *testing.T) {
	f := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
		for c.Command() != nil {
			time.Sleep(20 * time.Millisecond) // the others come meanwhile
			c.Answer("END\r\n")
		}
	})
	m := way{}.newMemcache(t, f.Addr)
	m.MaxConns = 2
	var calls sync.WaitGroup
	for n := range 10 {
		calls.Go(func() {
			if _, err := m.Get(t.Context(), itemKeys(sessionOf(n))); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	if _, peak, _ := f.Counts(); peak != 2 {
		t.Errorf("%d connections were open at once, want 2", peak)
	}
}

func TestTimeoutOfAMemcacheBoundsItsCalls(t *testing.T) {
	f := memcachedtest.StartFake(t, (*memcachedtest.Conn).Hang)
	for call := range callsOf(t, nil, nil) {
		m := way{}.newMemcache(t, f.Addr)
		m.Timeout = 20 * time.Millisecond
		begin := time.Now()
		err := callsOf(t, m, sessionOf(0))[call]()
		if took := time.Since(begin); !errors.Is(err, context.DeadlineExceeded) || took >= 2*time.Second {
			t.Errorf("%s took %v, which is the default, or ended in %v", call, took, err)
		}
	}
}

// No server can make a client fall back, so this looks into the client.
func TestClientOfAMemcacheHasItsFellBack(t *testing.T) {
	m := way{}.newMemcache(t, "cache1")
	m.start.Do(m.open)
	given := reflect.ValueOf(m.client).Elem().FieldByName("options").FieldByName("FellBack")
	if given.Pointer() != reflect.ValueOf(m.fellBack).Pointer() {
		t.Error("the client has another FellBack, or none")
	}
}

func TestMemcacheThatIsClosedBeforeItsFirstUseIsUnavailable(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		f := memcachedtest.StartFake(t, memcachedtest.Empty)
		m := w.newMemcache(t, f.Addr)
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		for call, f := range callsOf(t, m, sessionOf(0)) {
			if err := f(); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "closed by Close") {
				t.Errorf("%s gave %v, want ErrUnavailable", call, err)
			}
		}
		if _, _, accepted := f.Counts(); accepted != 0 {
			t.Errorf("%d connections were made", accepted)
		}
	})
}
