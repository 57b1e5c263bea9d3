package memcached

import (
	"testing"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

type preparer func()

func (p preparer) Prepare() { p() }

func TestWhatNeedsNoAnswerIsDoneWhileTheServerIsAtWork(t *testing.T) {
	asked, prepared := make(chan bool), make(chan bool)
	f := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
		if c.Command() != nil {
			close(asked)
			<-prepared
			c.Answer("END\r\n")
		}
	})
	client, _ := startClient(t, f.Addr)
	q := kv.Query{Suffixes: []string{"a"}, Meanwhile: preparer(func() {
		<-asked
		close(prepared)
	})}
	if err := client.Get(t.Context(), q, make([]kv.Found, 1)); err != nil {
		t.Error(err)
	}
}
