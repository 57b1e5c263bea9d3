package peer

import (
	"errors"

	"github.com/alexedwards/scs/redisstore"
	"github.com/alexedwards/scs/v2"
	"github.com/gomodule/redigo/redis"
	"github.com/valkey-io/valkey-go"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
	valkeysession "github.com/sessiongen/sessiongen/contrib/valkey"
)

// SessiongenValkey is sessiongen on a Valkey or a Redis.
var SessiongenValkey = Library{
	Name:   "sessiongen, contrib/valkey",
	Module: "github.com/sessiongen/sessiongen/contrib/valkey",
	Notes: "is sessiongen with `valkeysession.Store`, whose calls are scripts: a primary alone runs them, and a write compares " +
		"the version that is there; all calls share one connection here, as valkey-go has it on a machine with so few cores",
	Own: true,
	Open: onValkey(func(s shape.Shape, addr string) (Site, error) {
		store, err := valkeysession.NewStore(valkey.ClientOption{InitAddress: []string{addr}}, valkeysession.Timeout(patience))
		if err != nil {
			return nil, err
		}
		return generated(s, store, func() { store.Close() })
	}),
}

// SCSValkey is scs on a Valkey or a Redis.
var SCSValkey = Library{
	Name:   "alexedwards/scs, redisstore",
	Module: "github.com/alexedwards/scs/redisstore",
	Notes:  "is scs with its own `redisstore`, on redigo: a `GET`, and a `MULTI` with a `SET` and a `PEXPIREAT`",
	Open: onValkey(func(s shape.Shape, addr string) (Site, error) {
		manager := scs.New()
		pool := &redis.Pool{MaxIdle: mostConns, Dial: func() (redis.Conn, error) {
			return redis.Dial("tcp", addr, redis.DialReadTimeout(patience), redis.DialWriteTimeout(patience))
		}}
		manager.Store = redisstore.New(pool)
		site := &mapSite{shape: s, close: func() { pool.Close() }}
		site.page = func(do turn) client { return scsPage(manager, do) }
		return site, nil
	}),
}

// onValkey opens sites on a Valkey or a Redis alone.
func onValkey(open func(s shape.Shape, addr string) (Site, error)) func(shape.Shape, string) (Site, error) {
	return func(s shape.Shape, addr string) (Site, error) {
		if addr == "" {
			return nil, errors.New("it is measured on a Valkey or a Redis alone")
		}
		return open(s, addr)
	}
}
