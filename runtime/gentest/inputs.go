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
// To list a folder is to look at the sizes and times of what is in it, where a
// symbolic link is no more than a link: a file is opened for what it leads to.
//
// What can't be opened is passed over: other tests may make and remove files
// meanwhile, and the command tells if it needs one.
func openInputs(root string) {
	// What else of the environment counts, such as GOOS, makes another binary.
	os.Getenv("GOFLAGS")
	os.Getenv("GOWORK")
	openFiles(root, leftOut)
	// Only what some package needs was put there, whatever the folders are called,
	// and it is what the go command then reads in place of the modules. The folder
	// itself may be a symbolic link, which only the separator lets be followed.
	openFiles(filepath.Join(root, "vendor")+string(filepath.Separator), func(string) bool { return false })
}

// openFiles opens the files that count in a folder, and below it but in folders
// that are left out.
func openFiles(root string, leftOut func(folder string) bool) {
	filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case entry.IsDir():
			if name != root && leftOut(name) {
				return fs.SkipDir
			}
			return nil // it is opened next, to list it
		case counts(name):
			if file, err := os.Open(name); err == nil {
				file.Close()
			}
		}
		return nil
	})
}

// counts tells whether the command, or the go command for it, reads a file.
func counts(name string) bool {
	switch filepath.Ext(name) {
	case ".go", ".mod", ".sum", ".schema":
		return true
	}
	return filepath.Base(name) == "modules.txt" // of the vendor folder
}

// leftOut tells whether no package of the module can be in a folder. Those that ./...
// leaves out, such as testdata, others can import.
func leftOut(folder string) bool {
	name := filepath.Base(folder)
	if name[0] == '.' || name == "vendor" {
		return true
	}
	_, err := os.Stat(filepath.Join(folder, "go.mod")) // of another module
	return err == nil
}
