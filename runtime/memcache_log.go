package runtime

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// logTo makes m log to l, unless l is nil or an earlier manager had a Logger.
func (m *Memcache) logTo(l *slog.Logger) {
	if l != nil {
		m.logger.CompareAndSwap(nil, l)
	}
}

// log logs what concerns no request.
func (m *Memcache) log(level slog.Level, text string, attrs ...slog.Attr) {
	logger := m.logger.Load()
	if logger == nil {
		logger = slog.Default()
	}
	logger.LogAttrs(context.Background(), level, text, attrs...)
}

// fellBack logs why all calls are plain from now on.
func (m *Memcache) fellBack(why error) {
	m.log(slog.LevelWarn, "calls to memcached are slower from now on, and still correct",
		slog.Any("error", why), slog.String("effect", "each item that is written is a call of its own, as with Memcache.Plain"),
		slog.String("remedy", "update sessiongen, or pin gomemcache to the version that you had before"))
}

// listed logs that the servers are others than before.
func (m *Memcache) listed(before, now []string) {
	m.notListedAt.Store(0)
	if len(before) == 0 {
		return // the process has just begun
	}
	m.log(slog.LevelInfo, "memcached servers have changed", slog.Any("before", before), slog.Any("now", now),
		slog.String("effect", "the sessions that another server is responsible for now are over"))
}

// notListed logs why the list of servers was not adopted, once a minute: it is tried
// every second.
func (m *Memcache) notListed(why error) {
	now := time.Now().Unix()
	if before := m.notListedAt.Load(); now-before >= 60 && m.notListedAt.CompareAndSwap(before, now) {
		effect := "the list from before stays in use, if there is one"
		if errors.Is(why, memcached.ErrOthers) {
			effect = "that of the other processes is in use"
		}
		m.log(slog.LevelWarn, "memcached servers can't be listed", slog.Any("error", why), slog.String("effect", effect))
	}
}
