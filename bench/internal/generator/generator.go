// Package generator measures the wall time of the command: against stringer on
// the same package, and of one package against many.
package generator

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/sessiongen/sessiongen/bench/internal/measure"
	"github.com/sessiongen/sessiongen/bench/internal/report"
)

const packages = 50

// Measure runs the commands in a module of its own. It must be called in a
// folder of this module, from which it builds them.
func Measure(trials int) ([]report.Command, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	w := workshop{dir}
	if err := w.furnish(); err != nil {
		return nil, err
	}
	var commands []report.Command
	for _, c := range []struct {
		name          string
		limit         float64
		reason        string // why it may be missed
		first, second []string
	}{
		{
			"`sessiongen -type ShopFields`, against `stringer -type State` on the same package", 0.9,
			"nine tenths of its processor time are those of the go command, which it asks for the types of what the package imports, too",
			[]string{"sessiongen", "-type", "ShopFields", "./p00"}, []string{"stringer", "-type", "State", "./p00"},
		},
		{
			fmt.Sprintf("`sessiongen -check ./...` with %d packages, against one of them", packages), 1.25,
			"four fifths of the processor time are those of the go command, which takes half as much again to list 50 folders as for one; " +
				"of the command's own, a quarter is the template's and a fifth goes to read the types of what is imported; " +
				"to parse ahead of the list, and a go command on one processor, gained nothing",
			[]string{"sessiongen", "-check", "./..."}, []string{"sessiongen", "-check", "./p00"},
		},
	} {
		compared, err := w.compare(c.first, c.second, trials)
		if err != nil {
			return nil, err
		}
		compared.Name, compared.Reason = c.name, c.reason
		compared.Target = report.Target{Limit: c.limit, Unit: "×", Reached: compared.Ratio.Median}
		commands = append(commands, compared)
	}
	return commands, nil
}

// A workshop is a folder with the built commands and a module to use them in.
type workshop struct{ dir string }

func (w workshop) module() string { return filepath.Join(w.dir, "shop") }

// furnish builds the commands, and makes the module with packages that are up
// to date.
func (w workshop) furnish() error {
	build := exec.Command("go", "build", "-o", w.dir, "github.com/sessiongen/sessiongen/cmd/sessiongen", "golang.org/x/tools/cmd/stringer")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("the commands can't be built: %w\n%s", err, out)
	}
	if err := w.writeModule(); err != nil {
		return err
	}
	return w.run([]string{"sessiongen", "./..."})
}

// writeModule writes a module that has this one's requirements.
func (w workshop) writeModule() error {
	here, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return err
	}
	root := filepath.Dir(strings.TrimSpace(string(here)))
	mod, err := os.ReadFile(filepath.Join(root, "..", "go.mod"))
	if err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join(root, "..", "go.sum"))
	if err != nil {
		return err
	}
	checkout := filepath.Dir(root)
	own := strings.Replace(string(mod), "module github.com/sessiongen/sessiongen\n", "module example.com/shop\n", 1) +
		fmt.Sprintf("\nrequire github.com/sessiongen/sessiongen v0.0.0\n\nreplace github.com/sessiongen/sessiongen => %s\n", checkout)
	files := map[string]string{"go.mod": own, "go.sum": string(sum)}
	for i := range packages {
		name := fmt.Sprintf("p%02d", i)
		files[name+"/shop.go"] = "package " + name + "\n" + shop
	}
	for name, text := range files {
		file := filepath.Join(w.module(), name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// run runs one of the commands in the module.
func (w workshop) run(args []string) error {
	cmd := exec.Command(filepath.Join(w.dir, args[0]), args[1:]...)
	cmd.Dir = w.module()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// compare takes the time of two commands.
func (w workshop) compare(first, second []string, trials int) (report.Command, error) {
	start := func(args []string) measure.Start {
		run := func(n int) error {
			for range n {
				if err := w.run(args); err != nil {
					return err
				}
			}
			return nil
		}
		return func() (measure.Trial, error) { return measure.Trial{Run: run, Stop: func() {}}, nil }
	}
	samples, err := measure.Compare([]measure.Start{start(first), start(second)}, measure.Options{Trials: trials}, nil)
	if err != nil {
		return report.Command{}, err
	}
	nanoseconds := func(s measure.Sample) float64 { return s.Nanoseconds }
	return report.Command{
		First:  measure.Of(samples[0], nanoseconds),
		Second: measure.Of(samples[1], nanoseconds),
		Ratio:  measure.Ratios(samples[0], samples[1]),
	}, nil
}
