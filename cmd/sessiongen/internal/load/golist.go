package load

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/tools/go/packages"
)

// loadPackages is packages.Load, only faster for what is in order: packages.Load asks
// the go command for its release before each question. What is not in order is
// left to it, so what it says of that holds.
func loadPackages(config packages.Config, patterns []string) ([]*packages.Package, error) {
	if list, err := goList(config, patterns); err == nil {
		if pkgs := link(list, config.Mode); pkgs != nil {
			return pkgs, nil
		}
	}
	return packages.Load(&config, patterns...)
}

// A listing is a package as go list prints it.
type listing struct {
	ImportPath        string // with that of the test in brackets, if it is built for one
	Name              string
	Dir               string
	ForTest           string
	Export            string
	DepOnly           bool
	GoFiles           []string
	CgoFiles          []string
	IgnoredGoFiles    []string
	IgnoredOtherFiles []string
	Imports           []string
	ImportMap         map[string]string
	Error             *struct{} // what it says, packages.Load tells
}

// errLeft is why goList does not even try.
var errLeft = errors.New("this is left to package go/packages")

// goList asks the go command as packages.Load would. With an error it returns
// what the go command has printed all the same.
func goList(config packages.Config, patterns []string) ([]listing, error) {
	if hasDriver(config.Env) || isLong(patterns) || slices.ContainsFunc(patterns, isQuery) {
		return nil, errLeft
	}
	ctx := config.Context
	if ctx == nil {
		ctx = context.Background()
	}
	cmd := exec.CommandContext(ctx, "go", goListArgs(config, patterns)...)
	cmd.Dir = config.Dir
	// The go command ends soon and needs little memory, so that to collect
	// garbage costs more than it gives. An environment with a GOGC keeps it.
	cmd.Env = slices.Concat([]string{"GOGC=400"}, config.Env, []string{"PWD=" + config.Dir})
	cmd.Cancel = func() error {
		if err := cmd.Process.Signal(os.Interrupt); err == nil {
			return nil
		}
		return cmd.Process.Kill() // where there are no interrupts
	}
	cmd.WaitDelay = 5 * time.Second
	printed, err := cmd.Output()
	var list []listing
	for decoder := json.NewDecoder(bytes.NewReader(printed)); ; {
		var l listing
		if wrong := decoder.Decode(&l); wrong == io.EOF {
			return list, err
		} else if wrong != nil {
			return list, errors.Join(err, wrong)
		}
		list = append(list, l)
	}
}

func goListArgs(config packages.Config, patterns []string) []string {
	fields := "ImportPath,Name,Error"
	args := []string{"list", "-e", "-compiled=false", "-buildvcs=false", "-pgo=off"}
	if config.Mode&packages.NeedFiles != 0 {
		fields += ",Dir,GoFiles,CgoFiles,IgnoredGoFiles,IgnoredOtherFiles"
	}
	if config.Mode&packages.NeedForTest != 0 {
		fields += ",ForTest"
	}
	deps, export := config.Mode&packages.NeedDeps != 0, config.Mode&packages.NeedExportFile != 0
	if deps {
		fields += ",DepOnly,Imports,ImportMap"
		args = append(args, "-deps")
	}
	if config.Tests {
		args = append(args, "-test")
	}
	if export {
		fields += ",Export"
		args = append(args, "-export")
	}
	if !deps && !export && !config.Tests {
		args = append(args, "-find")
	}
	args = append(args, "-json="+fields)
	args = append(args, config.BuildFlags...)
	return append(append(args, "--"), patterns...)
}

// link returns the packages that go list was asked for, and as what they import
// those of their dependencies. It returns nil if anything is not in order.
func link(list []listing, mode packages.LoadMode) []*packages.Package {
	known := make(map[string]*packages.Package, len(list))
	for _, l := range list {
		id := l.ImportPath
		if l.Error != nil || id == "" || known[id] != nil || mode&packages.NeedFiles != 0 && !filepath.IsAbs(l.Dir) {
			return nil
		}
		if l.Export != "" && !filepath.IsAbs(l.Export) {
			return nil
		}
		path, _, _ := strings.Cut(id, " ")
		known[id] = &packages.Package{
			ID:           id,
			Name:         l.Name,
			PkgPath:      path,
			GoFiles:      within(l.Dir, l.GoFiles, l.CgoFiles),
			IgnoredFiles: within(l.Dir, l.IgnoredGoFiles, l.IgnoredOtherFiles),
			ForTest:      l.ForTest,
			ExportFile:   l.Export,
		}
	}
	var roots []*packages.Package
	for _, l := range list {
		pkg := known[l.ImportPath]
		if !l.DepOnly {
			roots = append(roots, pkg)
		}
		if mode&packages.NeedDeps == 0 {
			continue
		}
		pkg.Imports = make(map[string]*packages.Package, len(l.Imports))
		mapped := make(map[string]bool, len(l.ImportMap))
		for path, id := range l.ImportMap {
			mapped[id] = true
			pkg.Imports[path] = known[id]
		}
		for _, id := range l.Imports {
			if id != "C" && !mapped[id] {
				pkg.Imports[id] = known[id]
			}
		}
		for _, imported := range pkg.Imports {
			if imported == nil {
				return nil
			}
		}
	}
	return roots
}

func within(dir string, lists ...[]string) []string {
	var names []string
	for _, list := range lists {
		for _, name := range list {
			if !filepath.IsAbs(name) {
				name = filepath.Join(dir, name)
			}
			names = append(names, name)
		}
	}
	return names
}

// hasDriver tells whether package go/packages would ask another program than
// the go command.
func hasDriver(env []string) bool {
	driver := ""
	for _, entry := range env {
		if value, ok := strings.CutPrefix(entry, "GOPACKAGESDRIVER="); ok {
			driver = value
		}
	}
	if driver == "" {
		_, err := exec.LookPath("gopackagesdriver")
		return err == nil
	}
	return driver != "off"
}

// isLong tells whether there are so many patterns that they may be too much for
// one command line.
func isLong(patterns []string) bool {
	length := 0
	for _, pattern := range patterns {
		length += len(pattern) + 1
	}
	return length > 16_000
}

// isQuery tells whether a pattern may be one that the go command does not know.
func isQuery(pattern string) bool { return strings.Contains(pattern, "=") }
