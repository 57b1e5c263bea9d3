package revision

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// repository returns the folder of a git repository in which a file in a folder, and
// one at the top, are committed.
func repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"sub/a.schema": "a int\n", "top.schema": "top\n", "sub/a.go": "package a\n"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "a"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	return dir
}

func TestFilesOfARevisionAreRead(t *testing.T) {
	dir := repository(t)
	sub := filepath.Join(dir, "sub")
	if err := os.Remove(filepath.Join(sub, "a.schema")); err != nil {
		t.Fatal(err)
	}
	files, err := Read("HEAD", ".schema", []string{sub, dir, sub, filepath.Join(dir, "absent")})
	if err != nil || len(files) != 2 || string(files[filepath.Join(sub, "a.schema")]) != "a int\n" || string(files[filepath.Join(dir, "top.schema")]) != "top\n" {
		t.Errorf("%q, %v", files, err)
	}
}

// Git sets GIT_DIR for the hooks of a linked worktree, and git takes any folder that
// it is run in for the top of the worktree then.
func TestFilesAreFoundInAHookOfAWorktree(t *testing.T) {
	dir := repository(t)
	t.Setenv("GIT_DIR", filepath.Join(dir, ".git"))
	sub := filepath.Join(dir, "sub")
	if files, err := Read("HEAD", ".schema", []string{sub}); err != nil || string(files[filepath.Join(sub, "a.schema")]) != "a int\n" {
		t.Errorf("%q, %v", files, err)
	}
}
