package valkeysession_test

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/valkey-io/valkey-go"

	"github.com/sessiongen/sessiongen/internal/valkeytest"
	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/storetest"
)

func page(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/valkey.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tableOf returns the cells of the page's table whose first column has this name.
func tableOf(t testing.TB, column string) (rows [][]string) {
	t.Helper()
	_, table, found := strings.Cut(page(t), "\n| "+column+" |")
	if !found {
		t.Fatalf("docs/valkey.md has no table of %q", column)
	}
	table, _, _ = strings.Cut(table, "\n\n")
	for _, row := range strings.Split(strings.TrimSpace(table), "\n")[2:] {
		cells := strings.Split(strings.Trim(row, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	return rows
}

// usersOfThePage returns the words that come after "user" in the page's lines of
// redis.conf.
func usersOfThePage(t testing.TB) (users [][]string) {
	t.Helper()
	for line := range strings.Lines(page(t)) {
		if rest, ok := strings.CutPrefix(line, "user "); ok {
			users = append(users, strings.Fields(rest))
		}
	}
	if len(users) == 0 {
		t.Fatal("docs/valkey.md has no user")
	}
	return users
}

// blockOf returns the page's lines of redis.conf in which there is this one.
func blockOf(t testing.TB, line string) string {
	t.Helper()
	for i, block := range strings.Split(page(t), "\n```") {
		if rest, ok := strings.CutPrefix(block, "text\n"); ok && i%2 == 1 && strings.Contains("\n"+rest+"\n", "\n"+line) {
			return rest + "\n"
		}
	}
	t.Fatalf("docs/valkey.md has no %q", line)
	return ""
}

// configuration writes lines of redis.conf, in which what is in replace, one after the
// other, takes the place of another.
func configuration(t testing.TB, lines string, replace ...string) (name string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "redis.conf")
	if err := os.WriteFile(name, []byte(strings.NewReplacer(replace...).Replace(lines)), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// Whoever is no user of the page's may do nothing.
func TestUsersOfThePageKeepOthersOut(t *testing.T) {
	server := valkeytest.New(t, "--include", configuration(t, blockOf(t, "user sessions"), "{session:", "{storetest"))
	for _, command := range [][]string{{"SET", "anything", "1"}, {"FLUSHALL"}, {"GET", "anything"}, {"CONFIG", "GET", "save"}} {
		if reply, err := server.Do(command...); err == nil || !strings.HasPrefix(err.Error(), "NOAUTH") {
			t.Errorf("%s: %v, %v", command, reply, err)
		}
	}
	options := at(server)
	options.Username, options.Password = "sessions", "password"
	store := newStore(t, options)
	storetest.Run(t, func(*testing.T) runtime.Store { return store })
}

// Clients need no certificate then.
func TestServerSpeaksTLSAsThePageSetsItUp(t *testing.T) {
	like := valkeytest.NewTLS(t)
	fileOf := func(option string) string {
		return strconv.Quote(like.Must(t, "CONFIG", "GET", option).([]any)[1].(string))
	}
	addr := freeAddr(t)
	_, port, _ := net.SplitHostPort(addr)
	lines := blockOf(t, "tls-port") + "bind 127.0.0.1\nsave \"\"\ndir " + t.TempDir() + "\n"
	name := configuration(t, lines, "6379", port, "/etc/valkey/server.crt", fileOf("tls-cert-file"),
		"/etc/valkey/server.key", fileOf("tls-key-file"), "/etc/valkey/ca.crt", fileOf("tls-ca-cert-file"))
	program, err := valkeytest.Program()
	if err != nil {
		t.Fatal(err)
	}
	runAt(t, addr, program, name)
	mustAdd(t, newStore(t, valkey.ClientOption{InitAddress: []string{addr}, TLSConfig: like.TLS}), item(newRecord(), "x"))
	err = newStore(t, valkey.ClientOption{InitAddress: []string{addr}}).Add(t.Context(), []runtime.Item{item(newRecord(), "x")})[0]
	wantUnavailable(t, err, denials["TLS wanted"].says)
}
