package main

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// serveForeign puts a module of somebody else's, example.com/odd v1.0.0, before
// what our module proxy has.
func serveForeign(t *testing.T, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	proxy, err := place{dir: dir}.run("go", "env", "GOPROXY")
	if err != nil {
		t.Fatal(err)
	}
	base := filepath.Join(dir, "example.com", "odd", "@v")
	if err := os.MkdirAll(base, 0o777); err != nil {
		t.Fatal(err)
	}
	files["go.mod"] = "module example.com/odd\n\ngo 1.26.0\n"
	for name, text := range map[string]string{"list": "v1.0.0\n", "v1.0.0.info": `{"Version":"v1.0.0"}`, "v1.0.0.mod": files["go.mod"]} {
		if err := os.WriteFile(filepath.Join(base, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Create(filepath.Join(base, "v1.0.0.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := zip.NewWriter(f)
	for name, text := range files {
		file, err := w.Create("example.com/odd@v1.0.0/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOPROXY", "file://"+dir+","+strings.TrimSpace(proxy))
	t.Setenv("GONOSUMDB", "example.com")
	// A cache of its own, because the next test's module has the same name.
	t.Setenv("GOMODCACHE", filepath.Join(t.TempDir(), "mod"))
	t.Setenv("GOFLAGS", "-modcacherw")
}

// usesForeign lets contrib/small call a function of that module.
func (r repository) usesForeign(call string) {
	r.Helper()
	r.write("contrib/small/odd.go", "package small\n\nimport \"example.com/odd\"\n\n// Odd is of another module.\nfunc Odd() { odd."+call+"() }\n")
	r.tidy("contrib/small")
	r.commit()
}
