package schemafile

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/stored"
)

// Two branches change the declaration, each generates, and git merges both. What
// git takes for merged must be an error, or have all that either side has.
func TestWhatGitMergesHasBothSidesOrIsAnError(t *testing.T) {
	dir := t.TempDir()
	counts := map[string]int{}
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	for range 300 {
		base := world{"cart": "[] {A int; B string}", "user": "int32", "prefs": "map[string] {X bool}", "token": "string", "zip": "int"}
		start, _ := File{}.Next(Change{Declared: base.declared()})
		var sides [2]File
		var worlds [2]world
		for i := range sides {
			worlds[i] = base.changed(r)
			change := Change{Declared: worlds[i].declared(), Accept: strings.Fields("cart user prefs token zip")}
			sides[i], _ = start.Next(change)
		}
		merged, clean := merge(t, dir, start.Text(), sides[0].Text(), sides[1].Text())
		file, err := Parse(merged)
		if !clean && err == nil {
			t.Fatalf("seed %d: a conflict is not seen in\n%s", seed, merged)
		}
		if err != nil {
			counts["error"]++
			continue
		}
		now := union(base, worlds[0], worlds[1])
		next, problems := file.Next(Change{Declared: now.declared()})
		if len(problems) > 0 {
			counts["told"]++
			continue
		}
		counts["merged"]++
		for i := range sides {
			if _, problems := next.Next(Change{Declared: now.declared(), Against: &sides[i]}); len(problems) > 0 {
				t.Errorf("seed %d: the merged file\n%sdoes not know of what was in\n%s%v", seed, merged, sides[i].Text(), problems)
			}
		}
	}
	if counts["merged"] < 20 || counts["error"] < 20 {
		t.Errorf("seed %d: %v", seed, counts)
	}
	t.Log(counts)
}

// A world is a declaration: the forms of variables, by name.
type world map[string]string

func (w world) declared() []Declared {
	var list []Declared
	for name, text := range w {
		text, json := strings.CutPrefix(text, "json ")
		form, _, err := stored.Parse(text)
		if err != nil {
			panic(text)
		}
		list = append(list, Declared{Name: name, Record: Record{JSON: json, Form: form}})
	}
	return list
}

func (w world) changed(r *rand.Rand) world {
	c := world{}
	for name, text := range w {
		c[name] = text
	}
	for range 1 + r.IntN(2) {
		switch r.IntN(8) {
		case 0:
			delete(c, []string{"user", "token", "zip"}[r.IntN(3)])
		case 1:
			c[fmt.Sprint("new", r.IntN(4))] = []string{"string", "[] int"}[r.IntN(2)]
		case 2:
			c["user"] = []string{"int64", "int16", "string"}[r.IntN(3)]
		case 3:
			c["cart"] = strings.Replace(c["cart"], "}", fmt.Sprintf("; N%d int}", r.IntN(4)), 1)
		case 4:
			c["cart"] = strings.Replace(c["cart"], "A int", "A string", 1)
		case 5:
			c["cart"] = strings.Replace(c["cart"], "[]", "map[string]", 1)
		case 6:
			c["prefs"] = "json " + strings.TrimPrefix(c["prefs"], "json ")
		case 7:
			c["prefs"] = strings.Replace(c["prefs"], "}", fmt.Sprintf("; N%d int}", r.IntN(4)), 1)
		}
		for name, text := range c { // no field twice
			if first, last, _ := strings.Cut(text, "; N"); strings.Contains(last, "; N") {
				c[name] = first + "; N" + last[strings.LastIndex(last, "; N")+len("; N"):]
			}
		}
	}
	return c
}

// union is what the declaration becomes: what one side has changed, and where both
// have, what the first one has.
func union(base, a, b world) world {
	c := world{}
	for _, w := range []world{b, a} {
		for name, text := range w {
			if c[name] == "" || text != base[name] {
				c[name] = text
			}
		}
	}
	for name := range base {
		if a[name] == "" || b[name] == "" {
			delete(c, name)
		}
	}
	return c
}

// merge is git merge for one file.
func merge(t *testing.T, dir string, base, a, b []byte) (merged []byte, clean bool) {
	t.Helper()
	for name, text := range map[string][]byte{"base": base, "a": a, "b": b} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("git", "merge-file", "-p", "a", "base", "b")
	cmd.Dir = dir
	merged, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() >= 128) {
		t.Fatal(err)
	}
	return merged, err == nil
}
