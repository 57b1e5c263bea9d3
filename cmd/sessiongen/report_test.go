package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/invocation"
)

func TestAnnotationsNameFilesFromTheTopOfTheRepository(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "services", "shop")
	outputs := []output{
		{name: filepath.Join(dir, "missing_gen.go"), data: []byte("new")},
		{name: filepath.Join(dir, "model", "stale_gen.go"), data: []byte("new"), old: []byte("old")},
		{name: filepath.Join(dir, "fresh_gen.go"), data: []byte("new"), old: []byte("new")},
		{name: "-", data: []byte("new")},
	}
	for _, c := range []struct {
		github    bool
		workspace string
		want      string
	}{
		{true, top, "::error file=services/shop/missing_gen.go,line=1,title=sessiongen::this file is missing; run go generate ./... and commit it\n" +
			"::error file=services/shop/model/stale_gen.go,line=1,title=sessiongen::this file is stale; run go generate ./... and commit it\n"},
		{true, "", "::error file=missing_gen.go,line=1,title=sessiongen::this file is missing; run go generate ./... and commit it\n" +
			"::error file=model/stale_gen.go,line=1,title=sessiongen::this file is stale; run go generate ./... and commit it\n"},
		{false, top, ""}, // the diff says it
	} {
		var stderr strings.Builder
		r := newReporter(&stderr, dir, []string{"GITHUB_WORKSPACE=" + c.workspace}, invocation.Invocation{GitHub: c.github})
		if code := r.stale(outputs); code != stale || stderr.String() != c.want {
			t.Errorf("github %t below %q: exit %d\n%s\nwant\n%s", c.github, c.workspace, code, stderr.String(), c.want)
		}
	}
}

func TestUnknownFormatIsRefused(t *testing.T) {
	t.Parallel()
	r := command(t, t.TempDir(), nil, "sessiongen", "-format", "json")
	if r.code != 2 || !strings.Contains(r.stderr, "there is no such form; use text or github") {
		t.Errorf("exit %d\n%s", r.code, r.stderr)
	}
}
