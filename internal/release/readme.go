package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// The parts of the README.
var (
	readmeBlock = regexp.MustCompile("(?ms)^```(go|console)\n(.*?)^```$")
	readmeMain  = "package main // main.go\n"
)

const (
	readmeAddress = "localhost:8080"
	readmeStore   = "runtime.NewMemory()"
	readmeServer  = `runtime.NewMemcache("127.0.0.1:11211")`
)

// checkReadme does what the README shows, on a machine where nothing has ever
// been built: its program, its commands, its test, and then the program once more
// with a memcached.
func checkReadme(r *release) (string, error) {
	text, err := os.ReadFile(filepath.Join(r.tree.dir, "README.md"))
	if err != nil {
		return "", err
	}
	shop, err := r.machine("empty")
	if err != nil {
		return "", err
	}
	// A clone on the machine, where nothing of ours is set.
	clone := shop
	clone.dir = r.tree.dir
	address, err := freeAddress()
	if err != nil {
		return "", err
	}
	program, commands := "", 0
	for _, block := range readmeBlock.FindAllStringSubmatch(string(text), -1) {
		switch language, text := block[1], block[2]; {
		case language == "console":
			done, err := follow(shop, clone, text, "http://"+address)
			if err != nil {
				return "", err
			}
			commands += done
		case strings.HasPrefix(text, readmeMain):
			program = strings.ReplaceAll(text, readmeAddress, address)
			if err := shop.write("main.go", program); err != nil {
				return "", err
			}
		}
	}
	if program == "" || commands == 0 {
		return "", fmt.Errorf("the README has no block that begins with %q, or no commands", readmeMain)
	}
	if got, err := shop.run("go", "list", "-m", "-f", "{{.Version}}", r.root()); err != nil || strings.TrimSpace(got) != r.version {
		return "", errors.Join(err, fmt.Errorf("its commands give the app %q, and not %s", strings.TrimSpace(got), r.version))
	}
	test, err := os.ReadFile(filepath.Join(r.tree.dir, "examples", "minimal", "main_test.go"))
	if err != nil {
		return "", err
	}
	if err := errors.Join(shop.write("main_test.go", string(test)), shop.all("go test .")); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d commands", commands), withMemcached(shop, clone, program, string(text), "http://"+address)
}

// withMemcached gives the program the store that the README shows next. What a
// visitor has is there after the program was started anew.
func withMemcached(shop, clone place, program, readme, page string) error {
	if !strings.Contains(readme, readmeServer) || !strings.Contains(program, readmeStore) {
		return fmt.Errorf("the README does not show %s in place of %s", readmeServer, readmeStore)
	}
	server, stop, err := startMemcached()
	if err != nil {
		return err
	}
	defer stop()
	if err := shop.write("main.go", strings.ReplaceAll(program, readmeStore, fmt.Sprintf("runtime.NewMemcache(%q)", server))); err != nil {
		return err
	}
	visitor := newVisitor()
	for _, want := range []string{"Visit number 1\n", "Visit number 2\n"} {
		if err := serve(shop.command("go", "run", "."), func(*output) error { return visitor.reads(page+"/", want) }); err != nil {
			return err
		}
	}
	return serve(clone.command("go", "run", "./examples/quickstart", "-addr", "127.0.0.1:0", "-memcached", server), newVisitor().entersShop)
}

// follow runs the commands of a block in the app, or, where they are for a clone,
// in that.
func follow(shop, clone place, block, page string) (done int, err error) {
	for line := range strings.Lines(block) {
		command, ok := strings.CutPrefix(strings.TrimSpace(line), "$ ")
		if !ok {
			continue
		}
		switch command {
		case "go run .":
			visitor := newVisitor()
			err = serve(shop.command("sh", "-c", command), func(*output) error {
				return errors.Join(visitor.reads(page+"/", "Visit number 1\n"), visitor.reads(page+"/", "Visit number 2\n"))
			})
		case "go run ./examples/quickstart":
			err = serve(clone.command("sh", "-c", command+" -addr 127.0.0.1:0"), newVisitor().entersShop)
		default:
			_, err = shop.run("sh", "-c", command)
		}
		if err != nil {
			return done, fmt.Errorf("%s: %w", command, err)
		}
		done++
	}
	return done, nil
}

func (p place) write(name, text string) error {
	return os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o666)
}
