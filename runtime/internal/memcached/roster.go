package memcached

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A roster is a version of a list of servers that changes. Its text is kept on
// each server of the list, so that all processes agree on one.
//
// It knows since when each session, by its place, has been on the server where it
// is now: since that server is on the list, and since the last one has left that
// would come before it. That is in the keys of the items: see epoch. So a server
// that comes back, or gets back a share of the sessions from one that has left, does
// not serve what it has kept, whoever has ended a session in the meantime on the
// server that was responsible for it.
type roster struct {
	version uint64   // 0: there is no list yet
	members []member // in the order of their addresses
	formers []former // in the order of their addresses
}

// A member is a server that is on the list.
type member struct {
	Address
	since uint64 // the version; 0: from the first one on
}

// A former is a server that was on the list.
type former struct {
	Address
	left uint64 // the first version without it
}

const (
	// maxFormers bounds how many servers a roster remembers that were on the list.
	maxFormers = 256

	// remembered is how long it does so: no browser keeps a cookie for longer
	// (RFC 6265bis, section 5.6.2), so no session is older that has one.
	remembered = 400 * 24 * time.Hour
)

// with returns the next version of r, with the servers that are listed; or r, if
// it has just these. The version is the time where that is later, so that no
// number comes again if all servers have lost the roster. silent has the servers
// that have not said which roster they have.
func (r roster) with(listed []Address, silent map[Address]bool, now time.Time) roster {
	if r.lists(listed) {
		return r
	}
	next := roster{version: max(r.version+1, uint64(now.UnixMilli()))} // it can't overflow: see credible
	for _, a := range listed {
		m := member{a, next.version}
		if at := slices.IndexFunc(r.members, func(m member) bool { return m.Address == a }); at >= 0 {
			m.since = r.members[at].since
		} else if r.version == 0 && !silent[a] {
			m.since = 0
		}
		next.members = append(next.members, m)
	}
	for _, m := range r.members {
		if !slices.Contains(listed, m.Address) {
			next.formers = append(next.formers, former{m.Address, next.version})
		}
	}
	for _, f := range r.formers {
		if !slices.Contains(listed, f.Address) && f.left+uint64(remembered.Milliseconds()) > next.version {
			next.formers = append(next.formers, f)
		}
	}
	next.forget()
	slices.SortFunc(next.formers, func(a, b former) int { return compareAddresses(a.Address, b.Address) })
	return next
}

func (r roster) addresses() []Address {
	all := make([]Address, len(r.members))
	for i, m := range r.members {
		all[i] = m.Address
	}
	return all
}

// lists tells whether r has just these servers.
func (r roster) lists(servers []Address) bool {
	return slices.EqualFunc(r.members, servers, func(m member, a Address) bool { return m.Address == a })
}

// forget forgets the servers that left first if they are too many. All others must
// then forget what they held before.
func (r *roster) forget() {
	slices.SortFunc(r.formers, func(a, b former) int { return cmp.Compare(b.left, a.left) })
	for len(r.formers) > maxFormers {
		last := len(r.formers) - 1
		for i := range r.members {
			r.members[i].since = max(r.members[i].since, r.formers[last].left)
		}
		r.formers = r.formers[:last]
	}
}

// newer tells whether r takes the place of other. Two rosters of one version, which
// two processes have made at the same time, are ordered by their texts.
func (r roster) newer(other roster) bool {
	if r.version != other.version || r.equal(other) {
		return r.version > other.version
	}
	return bytes.Compare(r.text(), other.text()) > 0
}

func (r roster) equal(other roster) bool {
	return r.version == other.version && slices.Equal(r.members, other.members) && slices.Equal(r.formers, other.formers)
}

// A text begins with its form, of which there is one.
const (
	rosterForm = "sessiongen servers "
	rosterHead = rosterForm + "1\n"
)

var (
	errForm   = errors.New("its list of servers is of a newer sessiongen")
	errRoster = errors.New("not a roster")
)

func (r roster) text() []byte {
	text := fmt.Appendf([]byte(rosterHead), "%d\n", r.version)
	for _, m := range r.members {
		text = fmt.Appendf(text, "since %d %s %s\n", m.since, m.network, m.address)
	}
	for _, f := range r.formers {
		text = fmt.Appendf(text, "left %d %s %s\n", f.left, f.network, f.address)
	}
	return text
}

// parseRoster is the opposite of text. What is no roster at all is the zero one, so
// that it is replaced. The error is errForm for what a later version may have
// written.
func parseRoster(text []byte) (roster, error) {
	if !bytes.HasPrefix(text, []byte(rosterHead)) && bytes.HasPrefix(text, []byte(rosterForm)) {
		return roster{}, errForm
	}
	r, err := parseRosterBody(strings.TrimPrefix(string(text), rosterHead))
	if err != nil || !bytes.Equal(r.text(), text) || !r.credible(time.Now()) {
		return roster{}, nil
	}
	return r, nil
}

// How far ahead of this process's clock a version may be, and how many servers a
// roster may have.
const (
	maxAhead   = 24 * time.Hour
	maxMembers = 1000
)

// credible tells whether a roster that was read can be one that a process has made.
// Whoever can write to a server can make one up: no session goes to a server that the
// process's own lists have not named, though it may be asked (see mayAsk), and none
// stands for ever.
func (r roster) credible(now time.Time) bool {
	var names []string
	for _, m := range r.members {
		names = append(names, m.address)
	}
	for _, f := range r.formers {
		names = append(names, f.address)
	}
	parsed, err := ParseAddresses(names)
	return err == nil && len(parsed) == len(names) && len(r.members) > 0 && len(names) <= maxMembers &&
		r.version <= uint64(now.Add(maxAhead).UnixMilli())
}

// within tells whether all members are among the servers.
func (r roster) within(servers map[Address]bool) bool {
	return !slices.ContainsFunc(r.members, func(m member) bool { return !servers[m.Address] })
}

func parseRosterBody(body string) (r roster, err error) {
	version, body, _ := strings.Cut(body, "\n")
	if r.version, err = strconv.ParseUint(version, 10, 64); err != nil || r.version == 0 {
		return roster{}, errRoster
	}
	for line := range strings.Lines(body) {
		words := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 4)
		if len(words) != 4 {
			return roster{}, errRoster
		}
		version, err := strconv.ParseUint(words[1], 10, 64)
		if err != nil || version > r.version {
			return roster{}, errRoster
		}
		network, name, err := parseAddress(words[3])
		address := Address{words[2], words[3]}
		if err != nil || address != (Address{network, name}) {
			return roster{}, errRoster
		}
		switch words[0] {
		case "since":
			r.members = append(r.members, member{address, version})
		case "left":
			r.formers = append(r.formers, former{address, version})
		default:
			return roster{}, errRoster
		}
	}
	if !slices.IsSortedFunc(r.members, func(a, b member) int { return compareAddresses(a.Address, b.Address) }) {
		return roster{}, errRoster
	}
	return r, nil
}
