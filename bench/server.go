package main

import (
	"fmt"
	"os"
	"strconv"
	"sync/atomic"

	"github.com/sessiongen/sessiongen/bench/internal/memcached"
	"github.com/sessiongen/sessiongen/bench/internal/report"
	"github.com/sessiongen/sessiongen/internal/valkeytest"
)

// A server has the sessions of a row.
type server interface {
	address() string
	connections() (int64, error) // that were made to it so far
}

// serverOf returns the server of a row, nil if its sessions are in memory.
func (b *bench) serverOf(r row) server {
	switch {
	case r.memcached:
		return memcachedServer{b.server}
	case r.valkey:
		return b.valkey
	}
	return nil
}

type memcachedServer struct{ *memcached.Server }

func (s memcachedServer) address() string             { return s.Addr }
func (s memcachedServer) connections() (int64, error) { return s.Stat("total_connections") }

// A valkeyServer is a Valkey, or a Redis where there is none.
type valkeyServer struct {
	*valkeytest.Server
	dir   string
	asked atomic.Int64 // how often it was asked, each time over another connection
}

func startValkey() (*valkeyServer, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	s, err := valkeytest.Start(dir, "--maxclients", strconv.Itoa(2*maxGoroutines))
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("the benchmark needs a Valkey or a Redis: %w", err)
	}
	return &valkeyServer{Server: s, dir: dir}, nil
}

// maxGoroutines is more than those of any row on it.
const maxGoroutines = 1024

func (s *valkeyServer) address() string { return s.Addr }

func (s *valkeyServer) connections() (int64, error) {
	own := s.asked.Add(1)
	text, err := s.Info("total_connections_received")
	if err != nil {
		return 0, err
	}
	all, err := strconv.ParseInt(text, 10, 64)
	return all - own, err
}

func (s *valkeyServer) stop() {
	s.Stop()
	os.RemoveAll(s.dir)
}

// version returns what the server says of itself.
func (s *valkeyServer) version() (string, error) {
	for _, name := range []string{"valkey", "redis"} {
		version, err := s.Info(name + "_version")
		if version != "" || err != nil {
			return name + " " + version, err
		}
	}
	return "", fmt.Errorf("the server at %s does not tell its version", s.Addr)
}

// apartWithValkey keeps the Valkey, which it starts, and this process on cores of
// their own from now on.
func (b *bench) apartWithValkey(r *report.Report) (err error) {
	if b.valkey != nil {
		return nil
	}
	b.rejoin()
	if b.valkey, err = startValkey(); err != nil {
		return err
	}
	b.together = b.separate(b.valkey.Process().Pid)
	r.Machine.Valkey, err = b.valkey.version()
	return err
}

func (b *bench) stopValkey() {
	if b.valkey != nil {
		b.valkey.stop()
		b.valkey = nil
	}
}
