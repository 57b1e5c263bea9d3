package faults

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// startServers runs n memcached and returns their addresses, too.
func startServers(t *testing.T, n int) (servers []*memcached, addrs []string) {
	t.Helper()
	for range n {
		m := startMemcached(t)
		servers, addrs = append(servers, m), append(addrs, m.addr)
	}
	return servers, addrs
}

// on tells on which server a session is.
func on(t *testing.T, servers []*memcached, id string) int {
	t.Helper()
	found := -1
	for i, m := range servers {
		if m.ask("mg session:"+id, "") == "EN\r\n" {
			continue
		}
		if found >= 0 {
			t.Errorf("a session is on two servers")
		}
		found = i
	}
	return found
}

func TestServerThatIsDownConcernsItsOwnSessionsAlone(t *testing.T) {
	servers, addrs := startServers(t, 3)
	app := startApp(t, newStore(t, addrs...), failOnLossAmongFaults(t))
	const most = 60
	visitors := make([]*visitor, most)
	home := make([]int, most) // the server of each visitor's session
	var of [3]int
	for i := range visitors {
		visitors[i] = newVisitor(t, app, fmt.Sprint("visitor", i))
		visitors[i].get(t, "/visit")
		home[i] = on(t, servers, visitors[i].id())
		of[home[i]]++
	}
	for i, n := range of {
		if n == 0 {
			t.Fatalf("server %d has none of %d sessions", i, most)
		}
	}
	// Those who log out must stay so, whatever server comes and goes.
	loggedOut := map[int]string{}
	for i := 0; i < most; i += 5 {
		loggedOut[i] = visitors[i].token()
		if _, status := visitors[i].get(t, "/logout"); status != http.StatusOK {
			t.Errorf("logout: status %d", status)
		}
	}
	stayOut := func() {
		t.Helper()
		sessions := newSessions(t, runtime.Config{Store: newStore(t, addrs...)})
		for i, token := range loggedOut {
			if s, err := sessions.Open(t.Context(), token); err == nil && !s.IsNew() {
				t.Errorf("the session of visitor %d came back", i)
			}
		}
	}

	const down = 1
	servers[down].kill()
	for i, v := range visitors {
		if loggedOut[i] != "" {
			continue
		}
		p, status := v.get(t, "/visit")
		switch {
		case home[i] == down && status != http.StatusServiceUnavailable:
			t.Errorf("a session on the server that is down: status %d", status)
		case home[i] != down && (status != http.StatusOK || p.New || p.Before != 1):
			t.Errorf("a session on another server: status %d, %+v", status, p)
		}
	}
	stayOut()

	servers[down].start(t)
	for i, v := range visitors {
		if loggedOut[i] != "" {
			continue
		}
		if p, status := v.get(t, "/look"); status != http.StatusOK || p.New != (home[i] == down) {
			t.Errorf("after the return: status %d, %+v", status, p)
		}
	}
	stayOut()
}

func TestServerThatIsAddedTakesItsShareAndMovesNoOtherSession(t *testing.T) {
	sessionsCount := times(400, 20_000)
	servers, addrs := startServers(t, 4)
	before := newSessions(t, runtime.Config{Store: newStore(t, addrs[:3]...)})
	after := newSessions(t, runtime.Config{Store: newStore(t, addrs[3], addrs[1], addrs[0], addrs[2])})
	tokens := make([]string, sessionsCount)
	sideBySide(t, 8, len(tokens), func(i int) {
		cookie, err := before.Issue(t.Context(), SessionFields{Owner: fmt.Sprint(i)})
		if err != nil {
			t.Error(err)
			return
		}
		tokens[i] = cookie.Value
	})
	if t.Failed() {
		return
	}
	moved := 0
	for i, token := range tokens {
		s := mustOpen(t, after, token)
		switch {
		case s.IsNew():
			moved++
		case s.GetOwner() != fmt.Sprint(i):
			t.Errorf("session %d is of %q", i, s.GetOwner())
		}
	}
	if share := float64(moved) / float64(len(tokens)); share < 0.15 || share > 0.35 {
		t.Errorf("%d of %d sessions moved to one server of four", moved, len(tokens))
	}

	// A session that is made and ended under the new list, and one that was
	// ended before, stay ended when the list is the old one again.
	for i := 0; i < len(tokens); i += 10 {
		s := mustOpen(t, before, tokens[i])
		if err := s.Destroy(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, sessions := range []*Sessions{after, before} {
			if !mustOpen(t, sessions, tokens[i]).IsNew() {
				t.Errorf("session %d came back", i)
			}
		}
	}
	token := mustIssue(t, after, SessionFields{Owner: "new"})
	s := mustOpen(t, after, token)
	where := on(t, servers, s.ID())
	if err := s.Destroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if where < 0 || !mustOpen(t, before, token).IsNew() {
		t.Errorf("a session on server %d came back", where)
	}
}
