package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// As it is before there are tags, and with them.
func TestReadyRepositoryPasses(t *testing.T) {
	const checks = "tree,changelog,modules,contents,pages,api"
	r := readyRepository(t)
	r.passes("", checks) // the version is in the changelog
	for _, m := range r.modules() {
		if m.released() {
			r.git("tag", m.tag(ready))
		}
	}
	r.passes(ready, checks)
}

// It finds modules by their go.mod files, so a new one is checked, too.
func TestSmallRepositoryPasses(t *testing.T) {
	r := smallRepository(t)
	r.passes(ready, "tree,changelog,modules,contents,api,licences,generated,users")
}

func TestPreparedTwiceIsPreparedOnce(t *testing.T) {
	r := smallRepository(t)
	r.prepare("v0.10.0")
	once := r.git("diff")
	r.prepare("v0.10.0")
	if twice := r.git("diff"); once == "" || twice != once {
		t.Errorf("once:\n%s\ntwice:\n%s", once, twice)
	}
}

func TestVersionIsTheOneThatTheChangelogNames(t *testing.T) {
	const next = "# Changelog\n\n## [Unreleased]\n\n"
	for text, want := range map[string]string{
		next: "",
		next + "What v0.1.0 will have.\n\n### Added\n":                                    "v0.1.0",
		next + "What v0.10.0 will have.\n\n## [0.9.0] - 2026-01-02\n\nWhat v0.8.0 had.\n": "v0.10.0",
		next + "- Mends what v0.1.0 broke.\n\n## [0.2.0] - 2026-01-02\n\n- More.\n":       "v0.2.0",
		next + "## [0.2.0] - 2026-01-02\n\nWhat v0.3.0 will have.\n\n- More.\n":           "v0.2.0",
	} {
		if got := firstNamed(text); got != want {
			t.Errorf("%q is named first, want %q, in\n%s", got, want, text)
		}
	}
}

func TestVersionThatCanNotBeReleasedIsRefused(t *testing.T) {
	r := smallRepository(t)
	for _, version := range []string{"0.9.0", "v0.9", "v0.9.0+linux", "v2.0.0", "latest"} {
		if code, said := r.check(version, "tree"); code != 2 {
			t.Errorf("%s: exit %d\n%s", version, code, said)
		}
	}
}

func TestUnsettledTreeIsFound(t *testing.T) {
	r := smallRepository(t)
	r.write("more.go", "package sessiongen\n")
	r.fails(ready, "tree", "commit these", "?? more.go")

	finds(t, "tree", smallRepository, map[string]mistake{
		"a tag on another commit": {func(r repository) {
			r.git("tag", "contrib/small/"+ready)
			r.git("commit", "-q", "--allow-empty", "-m", "More")
		}, []string{"the tag contrib/small/" + ready + " is on another commit"}},
		"a module without a tag": {func(r repository) { r.git("tag", ready) }, []string{"there is no tag contrib/small/" + ready}},
		"a version that is out": {func(r repository) {
			r.git("tag", ready)
			r.git("tag", "contrib/small/"+ready)
			r.git("commit", "-q", "--allow-empty", "-m", "More")
		}, []string{"a published tag never moves"}},
	})
}

func TestReleaseThatLacksAMendIsFound(t *testing.T) {
	r := smallRepository(t)
	r.git("checkout", "-q", "--detach")
	r.git("commit", "-q", "--allow-empty", "-m", "Mend")
	r.git("tag", ready)
	r.git("checkout", "-q", "-")
	r.fails("v0.9.1", "tree", ready+" is no ancestor of it")
	r.passes("v0.10.0", "tree")
}

func TestIncompleteHistoryIsRefused(t *testing.T) {
	r := smallRepository(t)
	shallow := filepath.Join(t.TempDir(), "shallow")
	r.git("clone", "-q", "--depth", "1", "file://"+r.dir, shallow)
	r.dir = shallow
	if code, said := r.check(ready, "tree"); code != 2 || !strings.Contains(said, "git fetch --unshallow --tags") {
		t.Errorf("exit %d\n%s", code, said)
	}
}

func TestFlawsOfTheChangelogAreFound(t *testing.T) {
	const file = "CHANGELOG.md"
	heading := func(text string) string {
		return sectionHeading.FindString(text)
	}
	finds(t, "changelog", smallRepository, map[string]mistake{
		"no section": {func(r repository) {
			r.edit(file, func(text string) string { return strings.Replace(text, heading(text)+"\n", "", 1) })
		}, []string{`there is no section "## [0.9.0] - DATE"`, "make release-prepare VERSION=v0.9.0"}},
		"no date": {func(r repository) {
			r.edit(file, func(text string) string { return strings.Replace(text, heading(text), "## [0.9.0] - soon", 1) })
		}, []string{`v0.9.0 has "soon" for a date`}},
		"a date to come": {func(r repository) {
			r.edit(file, func(text string) string { return strings.Replace(text, heading(text), "## [0.9.0] - 2999-01-01", 1) })
		}, []string{"2999-01-01, which is to come"}},
		"a link to nowhere": {func(r repository) { r.replace(file, "/releases/tag/v0.9.0", "/releases/tag/v0.9") },
			[]string{"must be\n      [0.9.0]: https://" + root + "/releases/tag/v0.9.0"}},
		"nothing for what comes next": {func(r repository) { r.replace(file, unreleased+"\n", "") }, []string{`the first section must be "## [Unreleased]"`}},
		"a newer section below": {func(r repository) {
			r.edit(file, func(text string) string {
				return strings.Replace(text, "\n[Unreleased]", "\n## [0.10.0] - 2026-01-01\n\n- More.\n\n[Unreleased]", 1)
			})
		}, []string{"v0.10.0 stands below v0.9.0"}},
	})
}

func TestFlawsOfGoModFilesAreFound(t *testing.T) {
	const file = "contrib/small/go.mod"
	finds(t, "modules", smallRepository, map[string]mistake{
		"an older version of ours": {func(r repository) { r.replace(file, root+" "+ready, root+" v0.8.0") },
			[]string{file + " requires " + root + " v0.8.0", "run make release-prepare VERSION=" + ready}},
		"a replace at the top": {func(r repository) {
			r.edit("go.mod", func(text string) string {
				return text + "\nreplace github.com/google/uuid => github.com/google/uuid v1.5.0\n"
			})
		}, []string{"go install refuses"}},
		"a replace of another module": {func(r repository) {
			r.edit(file, func(text string) string {
				return text + "\nreplace github.com/google/uuid => github.com/google/uuid v1.5.0\n"
			})
		}, []string{file + " replaces github.com/google/uuid, which users get unchanged"}},
		"a module that is not released": {func(r repository) {
			r.write("tests/go.mod", "module "+root+"/tests\n\ngo 1.26.0\n")
			r.write("tests/tests.go", "package tests\n")
			r.edit(file, func(text string) string {
				return text + "\nrequire " + root + "/tests " + ready + "\n\nreplace " + root + "/tests => ../../tests\n"
			})
		}, []string{root + "/tests, which is never released"}},
		"a name of another folder": {func(r repository) { r.replace(file, "contrib/small\n", "contrib/little\n") }, []string{"which is another folder"}},
		"what is not tidy":         {func(r repository) { r.write("contrib/small/go.sum", "") }, []string{"contrib/small is not tidy: run go mod tidy"}},
	})
}

func TestWhatNoUserShouldDownloadIsFound(t *testing.T) {
	finds(t, "contents", smallRepository, map[string]mistake{
		"no licence":         {func(r repository) { r.git("rm", "-q", "LICENSE") }, []string{"contrib/small has no LICENSE", root + " has no LICENSE"}},
		"a backup":           {func(r repository) { r.write("runtime/store.go.orig", "x") }, []string{"runtime/store.go.orig in " + root + " is no part of the source"}},
		"a key":              {func(r repository) { r.write("contrib/small/server.pem", "x") }, []string{"server.pem in"}},
		"a compiled program": {func(r repository) { r.write("contrib/small/small", "\x7fELF\x02\x01") }, []string{"small in " + root + "/contrib/small is a compiled program"}},
		"a large file":       {func(r repository) { r.write("docs/film", strings.Repeat("x", largestFile+1)) }, []string{"docs/film in", "has 1024 KiB"}},
	})
}

func TestPagesThatAreNotTrueAreFound(t *testing.T) {
	finds(t, "pages", readyRepository, map[string]mistake{
		"a link to nowhere":        {func(r repository) { r.replace("README.md", "(docs/ci.md)", "(docs/no.md)") }, []string{"(docs/no.md): there is no such file"}},
		"that there is no release": {func(r repository) { r.write("docs/vet.md", beforeRelease) }, []string{"is not true of a release", "docs/vet.md"}},
	})
}

// A link to a file that lies here, but is not committed, leads nowhere for others.
func TestLinkToAFileThatIsNotCommittedIsFound(t *testing.T) {
	r := readyRepository(t)
	r.replace("README.md", "(docs/ci.md)", "(docs/mine.md)")
	r.commit()
	r.write("docs/mine.md", "mine")
	r.fails(ready, "pages", "(docs/mine.md): there is no such file")
}

func TestStaleFileIsFound(t *testing.T) {
	r := smallRepository(t)
	r.replace("examples/minimal/session_gen.go", "package main", "package main // edited")
	r.commit()
	r.fails(ready, "generated", "M examples/minimal/session_gen.go", "run make generate")
}

func TestWhatUsersCanNotBuildIsFound(t *testing.T) {
	finds(t, "users", smallRepository, map[string]mistake{
		"a file that is a link, which modules lack": {func(r repository) {
			r.write("shared/place.go", "package small\n\n// Place is a place.\nconst Place = 1\n")
			if err := os.Symlink("../../shared/place.go", filepath.Join(r.dir, "contrib/small/place.go")); err != nil {
				r.Fatal(err)
			}
			r.replace("contrib/small/small.go", "// Store is", "var _ = Place\n\n// Store is")
		}, []string{"undefined: Place"}},
		"a version that is nowhere": {func(r repository) { r.replace("contrib/small/go.mod", root+" "+ready, root+" v0.0.0") },
			[]string{"users can't get " + root + "/contrib/small: the check named modules may tell why", "v0.0.0"}},
	})
}

func TestCommandOfTheReadmeThatFailsIsFound(t *testing.T) {
	r := smallRepository(t)
	r.replace("README.md", "cmd/sessiongen@latest", "cmd/sessions@latest")
	r.commit()
	r.fails(ready, "readme", "go get -tool "+root+"/cmd/sessions@latest: ", "does not contain package")
}
