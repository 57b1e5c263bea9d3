package memcached

import "strconv"

// A placement is a roster with the servers themselves.
type placement struct {
	roster  roster
	servers rendezvous
	since   map[*server]epoch
	left    []leaving
}

// A leaving is what is left of a server that was on the list.
type leaving struct {
	hash uint64
	epoch
}

// An epoch is the version of the roster since which a session is on its server,
// with what the keys of all its items begin with there. A colon ends that, which a
// namespace does not have.
type epoch struct {
	version uint64
	prefix  string
}

func newEpoch(version uint64) epoch {
	if version == 0 {
		return epoch{} // keys are as they are with servers that do not change
	}
	return epoch{version, strconv.FormatUint(version, 36) + ":"}
}

// A seat is where the items of a session are.
type seat struct {
	*server
	prefix string // of the keys
}

func newPlacement(r roster, serverAt func(Address) *server) *placement {
	p := &placement{roster: r, since: make(map[*server]epoch)}
	for _, m := range r.members {
		s := serverAt(m.Address)
		p.servers = append(p.servers, s)
		p.since[s] = newEpoch(m.since)
	}
	for _, f := range r.formers {
		p.left = append(p.left, leaving{fnv1a(f.address), newEpoch(f.left)})
	}
	return p
}

// pick returns the seat of the session, or account, that key belongs to. Its epoch
// began when its server came, or when the last one left that had been picked before.
func (p *placement) pick(key string) seat {
	s := p.servers.pick(key)
	e := p.since[s]
	if len(p.left) > 0 {
		id := placeHash(key)
		weight := mix(id ^ s.hash)
		for _, l := range p.left {
			if l.version > e.version && mix(id^l.hash) >= weight {
				e = l.epoch
			}
		}
	}
	return seat{s, e.prefix}
}
