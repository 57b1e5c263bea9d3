package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/invocation"
)

func TestClashesAreToldThoughThePackagesCannotBeChecked(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "example.com", map[string]string{"shop/shop.go": "package shop\n\n" +
		goGenerate + " sessiongen -type A -o x.go\n" +
		goGenerate + " sessiongen -type B -o x.go\n\n" +
		"type A struct{ N int }\n\ntype B struct{ N int }\n"})
	env := driven(t, dir, "shop")
	if err := os.Remove(filepath.Join(dir, answerAll)); err != nil {
		t.Fatal(err)
	}
	targets, err := find(filepath.Join(dir, "shop"), env, invocation.Invocation{})
	if err != nil || len(targets) != 2 {
		t.Fatalf("%d targets, %v", len(targets), err)
	}
	outputs, err := generate(targets, invocation.Invocation{})
	if outputs != nil || err == nil {
		t.Fatalf("%d outputs, %v", len(outputs), err)
	}
	for _, want := range []string{answerAll, "B: its output file x.go is the one of A too"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing of %q in:\n%v", want, err)
		}
	}
}
