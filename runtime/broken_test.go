package runtime

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A mutation breaks one rule of the protocol in the source.
type mutation struct {
	rule     string // that is broken
	file     string
	old, new string
}

var mutations = []mutation{
	{"a name is listed after its variable is stored", "write.go",
		"	err := s.storeVariables(ctx, writes)\n",
		"	if err := s.list(ctx, names); err != nil {\n		return err\n	}\n	err := s.storeVariables(ctx, writes)\n"},
	{"what is missing is looked for again", "look.go",
		"		again, err := s.lookOnce(ctx, names)\n",
		"		again, err := v, error(nil)\n"},
	{"Destroy deletes the record first", "destroy.go",
		"	if err := store.Delete(ctx, []string{s.vault.key})[0]; err != nil {\n",
		"	if err := store.Delete(ctx, s.vault.keys(s.record.names))[0]; err != nil {\n"},
	{"Renew marks the variables", "renew.go",
		"	left := r.s.record.names\n",
		"	left := []string{}\n"},
	{"Renew marks the record", "renew.go",
		"	if err := r.buryRecord(ctx); err != nil {\n		return err\n	}\n",
		""},
	{"Renew copies anew what has changed", "renew.go",
		"	if r.changed {\n",
		"	if false {\n"},
	{"a first set is only done if Renew has carried it", "write.go",
		"			case v.standing == renewed && v.record.listsAll(names):\n",
		"			case v.standing == renewed:\n"},
	{"what is listed and gone is not added again", "definition.go",
		"	return i < 0 || e.variables[i].def().evictable\n",
		"	return i < 0 || i >= 0\n"},
	{"an update runs anew on what it finds", "update.go",
		"		base := c.body\n",
		"		base := c.body\n		if w := s.cells[i]; w.version > 3 {\n			base = nil\n		}\n"},
	{"clearing swaps in a mark and deletes nothing", "write.go",
		"	for i, e := range s.engine.put(ctx, items) {\n",
		"	for _, w := range writes {\n		if b, _ := w.make(s.cells[w.index]); b.kind() == kindUnset {\n			s.engine.config.Store.Delete(ctx, []string{s.vault.variableKey(w.name())})\n		}\n	}\n	for i, e := range s.engine.put(ctx, items) {\n"},
	{"a swap names the version that was read", "put.go",
		"			swaps.append(i, item)\n",
		"			if found, err := e.config.Store.Get(ctx, []string{item.Key}); err == nil {\n				item.Version = found[item.Key].Version\n			}\n			swaps.append(i, item)\n"},
	{"a clear holds against what comes late of a set that failed", "commit.go",
		"		return c.written\n",
		"		return false\n"},
}

// TestBrokenProtocolIsFound shows that the tests of every interleaving can
// fail: each rule that is broken on purpose is found by them.
func TestBrokenProtocolIsFound(t *testing.T) {
	for i, m := range mutations {
		if !*torture && i%6 != 0 {
			continue // each is a build of its own
		}
		t.Run(m.rule, func(t *testing.T) {
			output, err := m.test(t)
			if err == nil {
				t.Error("nothing finds it")
			} else if !strings.Contains(output, "--- FAIL: TestEveryInterleaving") {
				t.Errorf("%v\n%s", err, output)
			}
		})
	}
}

// test runs the tests of every interleaving on the broken source.
func (m mutation) test(t *testing.T) (output string, err error) {
	t.Helper()
	file, err := filepath.Abs(m.file)
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(source), m.old); n != 1 {
		t.Fatalf("the rule stands %d times in %s", n, m.file)
	}
	dir := t.TempDir()
	broken := filepath.Join(dir, m.file)
	if err := os.WriteFile(broken, []byte(strings.Replace(string(source), m.old, m.new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{file: broken}})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "test", "-vet=off", "-overlay="+list, "-run=TestEveryInterleaving", ".")
	text, err := cmd.CombinedOutput()
	return string(text), err
}
