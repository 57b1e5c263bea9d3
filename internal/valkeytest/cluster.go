package valkeytest

import (
	"fmt"
	"net"
	"strconv"
	"testing"
	"time"
)

// slots is the number of hash slots of a cluster.
const slots = 16384

// NewCluster runs a cluster of n primaries, with equal shares of the slots, until
// the end of the test.
func NewCluster(t testing.TB, n int) []*Server {
	t.Helper()
	nodes := make([]*Server, n)
	buses := make([]string, n)
	for i := range nodes {
		bus, err := FreeAddr()
		if err != nil {
			t.Fatal(err)
		}
		_, buses[i], _ = net.SplitHostPort(bus)
		nodes[i] = New(t, "--cluster-enabled", "yes", "--cluster-port", buses[i], "--cluster-node-timeout", "5000")
		first, last := i*slots/n, (i+1)*slots/n-1
		nodes[i].Must(t, "CLUSTER", "ADDSLOTSRANGE", strconv.Itoa(first), strconv.Itoa(last))
		nodes[i].Must(t, "CLUSTER", "SET-CONFIG-EPOCH", strconv.Itoa(i+1))
	}
	for i, node := range nodes[1:] {
		host, port, _ := net.SplitHostPort(node.Addr)
		nodes[0].Must(t, "CLUSTER", "MEET", host, port, buses[i+1])
	}
	for _, node := range nodes {
		waitUntil(t, "the cluster is ready", func() bool {
			known, _ := node.field("cluster_known_nodes", "CLUSTER", "INFO")
			state, _ := node.field("cluster_state", "CLUSTER", "INFO")
			return known == strconv.Itoa(n) && state == "ok"
		})
	}
	return nodes
}

// Must is like Do and fails the test with an error.
func (s *Server) Must(t testing.TB, args ...string) any {
	t.Helper()
	reply, err := s.Do(args...)
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return reply
}

// Slot returns the slot of a key.
func (s *Server) Slot(t testing.TB, key string) string {
	t.Helper()
	return fmt.Sprint(s.Must(t, "CLUSTER", "KEYSLOT", key))
}

// NodeOf returns the node that has the slot.
func NodeOf(t testing.TB, nodes []*Server, slot string) (owner int) {
	t.Helper()
	n, err := strconv.Atoi(slot)
	if err != nil {
		t.Fatal(err)
	}
	for i := range nodes {
		if n >= i*slots/len(nodes) && n < (i+1)*slots/len(nodes) {
			return i
		}
	}
	t.Fatalf("nobody has the slot %s", slot)
	return 0
}

func waitUntil(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}
