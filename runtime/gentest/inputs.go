package gentest

import (
	"io/fs"
	"os"
	"path/filepath"
)

// openInputs opens the files and folders of a module that the command reads.
//
// go test takes the result of a test that passed from its cache as long as the
// variables and files are as they were that the test itself looked at. It does
// not know what a command has read that the test ran, so it would go on to
// report a module as up to date that is stale.
//
// What can't be opened is passed over: other tests may make and remove files
// meanwhile, and the command tells if it needs one.
func openInputs(root string) {
	// What else of the environment counts, such as GOOS, makes another binary.
	os.Getenv("GOFLAGS")
	os.Getenv("GOWORK")
	filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case entry.IsDir():
			if name != root && leftOut(name) {
				return fs.SkipDir
			}
			return nil // it is opened next, to list it
		}
		switch filepath.Ext(name) {
		case ".go", ".mod", ".sum", ".schema":
			if file, err := os.Open(name); err == nil {
				file.Close()
			}
		}
		return nil
	})
}

// leftOut tells whether ./... leaves a folder out.
func leftOut(folder string) bool {
	name := filepath.Base(folder)
	if name[0] == '.' || name[0] == '_' || name == "testdata" || name == "vendor" {
		return true
	}
	_, err := os.Stat(filepath.Join(folder, "go.mod")) // of another module
	return err == nil
}
