package valkeysession

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/valkey-io/valkey-go"

	"github.com/sessiongen/sessiongen/runtime"
)

var (
	errReply   = errors.New("answered something else than it was asked for: the connections are closed")
	errForeign = errors.New("holds something under the name of an item that is none: no other program may write under the names of sessions")
)

// A kind is what an answer of the server says by its first word.
type kind string

const (
	readOnly    kind = "READONLY"
	tryAgain    kind = "TRYAGAIN"
	clusterDown kind = "CLUSTERDOWN"
)

// remedies are the errors that servers answer with, and what to do.
var remedies = []struct {
	kind   kind
	remedy string
}{
	{"NOAUTH", "wants a password: set Username and Password in the ClientOption"},
	{"WRONGPASS", "refuses the Username or the Password of the ClientOption"},
	{"NOPERM", "does not permit its user what the store needs: see the ACL in docs/valkey.md"},
	{"OOM", "is out of memory: raise maxmemory, or set maxmemory-policy to volatile-lru"},
	{readOnly, "is a replica: give ClientOption.InitAddress the primary, or Sentinel.MasterSet; the next call connects anew"},
	{"MISCONF", "takes no writes because it can't write its snapshot: turn snapshots off with save \"\", or see its log"},
	{"NOREPLICAS", "takes no writes because it has fewer replicas than min-replicas-to-write"},
	{"LOADING", "is reading its data from disk after a start: wait"},
	{clusterDown, "is of a cluster that is down, or in which nobody has the slot: see CLUSTER INFO"},
	{"MOVED", "is of a cluster, and the client does not know it: permit CLUSTER SLOTS and CLUSTER SHARDS, and leave out ForceSingleClient"},
	{"ASK", "is of a cluster, and the client does not know it: permit CLUSTER SLOTS and CLUSTER SHARDS, and leave out ForceSingleClient"},
	{tryAgain, "is moving the slot of the session to another server of its cluster: wait"},
	{"BUSY", "runs a script that takes long: see SCRIPT KILL"},
	{"WRONGTYPE", errForeign.Error()},
}

// refusedInScript is how servers of version 7.0 say NOPERM of a command in a script.
const refusedInScript = "can't run this command or subcommand"

// kindOf returns the kind of the server's answer, empty if err is none.
func kindOf(err error) kind {
	answer, ok := valkey.IsValkeyErr(err)
	if !ok {
		return ""
	}
	text := answer.Error()
	word, rest, _ := strings.Cut(text, " ")
	if word != "ERR" {
		return kind(word)
	}
	if strings.Contains(rest, refusedInScript) {
		return "NOPERM"
	}
	return "ERR"
}

// unavailable returns err, in which a call has ended, as the Store's contract wants
// it. The server's own text is left out: it may quote a key.
func (s *Store) unavailable(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil {
		return fmt.Errorf("%w: valkey at %s: %w", runtime.ErrUnavailable, s.servers, s.late(err, ended))
	}
	if kind := kindOf(err); kind != "" {
		return fmt.Errorf("%w: valkey at %s %s (it answered %s)", runtime.ErrUnavailable, s.servers, remedyFor(kind), kind)
	}
	if errors.Is(err, valkey.ErrNoSlot) {
		return fmt.Errorf("%w: valkey at %s %s", runtime.ErrUnavailable, s.servers, remedyFor(clusterDown))
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) { // of another call
		return fmt.Errorf("%w: valkey at %s: %s", runtime.ErrUnavailable, s.servers, s.noConnection())
	}
	return fmt.Errorf("%w: valkey at %s: %w", runtime.ErrUnavailable, s.servers, s.advised(err))
}

func remedyFor(kind kind) string {
	for _, r := range remedies {
		if r.kind == kind {
			return r.remedy
		}
	}
	return "must be Valkey, or Redis 7.0 or later"
}

// named is how many of several addresses an error names.
const named = 3

// serversOf names the servers for errors.
func serversOf(options valkey.ClientOption) string {
	addresses := options.InitAddress
	text := strings.Join(addresses[:min(named, len(addresses))], ", ")
	if len(addresses) > named {
		text += ", ..."
	}
	return text
}
