package load

import (
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// crashing is an importer that ends in a panic, as that of Go does where it meets
// what it does not expect.
type crashing struct{}

func (crashing) Import(string) (*types.Package, error) { panic("assertion failed\nin several lines") }

func TestPanicOfTheImporterIsALineThatNamesThePackage(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/app\n\ngo 1.26\n",
		"app.go": "package app\n\nimport \"time\"\n\nvar Now = time.Now\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	p, err := List(dir, append(os.Environ(), "GOWORK=off", "GOPROXY=off"), "", nil, ".")
	if err != nil {
		t.Fatal(err)
	}
	p.compiled = crashing{}
	err = p.Check(p.Packages)
	if err == nil || !strings.HasPrefix(err.Error(), "package time can't be read: ") || !strings.Contains(err.Error(), `"assertion failed"`) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
}
