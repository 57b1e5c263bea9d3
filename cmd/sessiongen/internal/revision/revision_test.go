package revision

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// committed returns the folder of a git repository in which a file in a folder, and
// one at the top, are committed.
func committed(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"sub/a.schema": "a int\n", "top.schema": "top\n", "sub/a.go": "package a\n"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	run(t, dir, nil, "init", "-q")
	commit(t, dir, nil)
	return dir
}

func commit(t *testing.T, dir string, env []string) {
	t.Helper()
	run(t, dir, env, "add", "-A")
	run(t, dir, env, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "a")
}

// run runs git, and returns what it prints.
func run(t *testing.T, dir string, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestFilesOfARevisionAreRead(t *testing.T) {
	dir := committed(t)
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
	dir := committed(t)
	t.Setenv("GIT_DIR", filepath.Join(dir, ".git"))
	sub := filepath.Join(dir, "sub")
	if files, err := Read("HEAD", ".schema", []string{sub}); err != nil || string(files[filepath.Join(sub, "a.schema")]) != "a int\n" {
		t.Errorf("%q, %v", files, err)
	}
}

// Git has no files below a link. Callers know the folder by the name that they ask
// with, and may ask with several.
func TestFolderBehindALinkIsTheOneThatItLeadsTo(t *testing.T) {
	dir, outside := committed(t), filepath.Join(t.TempDir(), "outside")
	within, sub := filepath.Join(dir, "link"), filepath.Join(dir, "sub")
	for link, to := range map[string]string{within: "sub", outside: dir} {
		if err := os.Symlink(to, link); err != nil {
			t.Skipf("skipped, needs a file system with symbolic links: %v", err)
		}
	}
	folders := []string{within, sub, filepath.Join(outside, "sub"), filepath.Join(outside, "link"), filepath.Join(within, "absent")}
	files, err := Read("HEAD", ".schema", folders)
	if err != nil || len(files) != 4 {
		t.Errorf("%q, %v", files, err)
	}
	for _, folder := range folders[:4] {
		if string(files[filepath.Join(folder, "a.schema")]) != "a int\n" {
			t.Errorf("%s: %q", folder, files)
		}
	}
}

// What git tells a hook of one repository is wrong for another.
func TestNothingThatGitSetsForAnotherRepositoryCounts(t *testing.T) {
	dir, other := committed(t), committed(t)
	writeSchema(t, other, "another int\n")
	commit(t, other, nil)
	theirs := run(t, other, nil, "rev-parse", "HEAD")
	for name, value := range map[string]string{
		"GIT_DIR":                          ".git",
		"GIT_COMMON_DIR":                   ".git",
		"GIT_WORK_TREE":                    "",
		"GIT_INDEX_FILE":                   ".git/index",
		"GIT_PREFIX":                       "sub/",
		"GIT_OBJECT_DIRECTORY":             ".git/objects",
		"GIT_ALTERNATE_OBJECT_DIRECTORIES": ".git/objects",
	} {
		t.Setenv(name, filepath.Join(other, value))
	}
	sub := filepath.Join(dir, "sub")
	if files, err := Read("HEAD", ".schema", []string{sub}); err != nil || string(files[filepath.Join(sub, "a.schema")]) != "a int\n" {
		t.Errorf("%q, %v", files, err)
	}
	if files, err := Read(theirs, ".schema", []string{sub}); err == nil || !strings.Contains(err.Error(), "git has no revision") {
		t.Errorf("a commit of the other repository: %q, %v", files, err)
	}
}

// A pre-receive hook sees what is pushed in a folder of its own only, until it lets
// it in.
func TestWhatIsPushedIsThereForThePreReceiveHook(t *testing.T) {
	dir := committed(t)
	objects := filepath.Join(dir, ".git/objects")
	quarantine := filepath.Join(objects, "tmp_objdir-incoming-test")
	if err := os.Mkdir(quarantine, 0o777); err != nil {
		t.Fatal(err)
	}
	env := []string{"GIT_OBJECT_DIRECTORY=" + quarantine, "GIT_ALTERNATE_OBJECT_DIRECTORIES=" + objects}
	writeSchema(t, dir, "pushed int\n")
	commit(t, dir, env)
	for _, v := range env {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	sub := filepath.Join(dir, "sub")
	if files, err := Read("HEAD", ".schema", []string{sub}); err != nil || string(files[filepath.Join(sub, "a.schema")]) != "pushed int\n" {
		t.Errorf("%q, %v", files, err)
	}
}

// A container has a repository of another user, which git refuses but for this.
func TestConfigurationInTheEnvironmentCounts(t *testing.T) {
	dir := committed(t)
	t.Setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
	if _, err := Read("HEAD", ".schema", []string{dir}); err == nil || !strings.Contains(err.Error(), "safe.directory") {
		t.Skipf("skipped, this git knows no other owners: %v", err)
	}
	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "safe.directory")
	t.Setenv("GIT_CONFIG_VALUE_0", dir)
	if files, err := Read("HEAD", ".schema", []string{dir}); err != nil || len(files) != 1 {
		t.Errorf("%q, %v", files, err)
	}
}

func writeSchema(t *testing.T, dir, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "sub/a.schema"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestWhatGitShouldNotPrintIsAnError(t *testing.T) {
	for _, out := range []string{"", "\n", "\n\n", "a missing\n", "a blob -2\n", "a blob\n", "a blob 3\nab", "a blob 3 4\nabcd\n"} {
		if contents, err := parseBatch([]byte(out), 1); err == nil {
			t.Errorf("%q: %q", out, contents)
		}
	}
}
