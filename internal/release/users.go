package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// appSource declares a session, and uses what is generated.
const appSource = `package main

import (
	"net/http"

	"%[1]s/runtime"
)

//go:` + `generate go tool sessiongen
type SessionFields struct {
	Visits int
	Cart   []string ` + "`session:\",lazy\"`" + `
}

func main() {
	sessions, err := NewSessions(runtime.Config{Store: runtime.NewMemory(), InsecureHTTP: true})
	if err != nil {
		panic(err)
	}
	_ = sessions.Middleware(http.NotFoundHandler())
}
`

// checkUsers makes an app for each released module that imports all of its public
// packages.
func checkUsers(r *release) (string, error) {
	var problems []error
	for _, m := range r.released() {
		if err := r.use(m); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", m.path, err))
		}
	}
	return "", errors.Join(append(problems, r.checkVersion())...)
}

func (r *release) use(m module) error {
	app, err := r.app(m)
	if err != nil {
		return err
	}
	listed, err := app.run("go", "list", "-f", `{{if ne .Name "main"}}{{.ImportPath}}{{end}}`, m.path+"/...")
	if err != nil {
		return err
	}
	imports := "package main\n\n"
	for path := range strings.FieldsSeq(listed) {
		if !strings.Contains(path+"/", "/internal/") {
			imports += fmt.Sprintf("import _ %q\n", path)
		}
	}
	for name, text := range map[string]string{"main.go": fmt.Sprintf(appSource, r.root()), "imports.go": imports} {
		if err := os.WriteFile(filepath.Join(app.dir, name), []byte(text), 0o666); err != nil {
			return err
		}
	}
	command := r.root() + "/cmd/sessiongen"
	if err := app.all("go get -tool "+command+"@"+r.version, "go generate ./...", "go build ./...", "go vet ./...", "go tool sessiongen -check ./...",
		"go mod tidy", "go mod verify", "go build "+m.path+"/..."); err != nil {
		return err
	}
	got, err := app.run("go", "list", "-m", "-f", "{{.Path}} {{.Version}}{{if .Replace}} replaced{{end}}", m.path, r.root())
	if err != nil {
		return err
	}
	for line := range strings.Lines(got) {
		if !strings.HasSuffix(line, " "+r.version+"\n") {
			return fmt.Errorf("the app has %s, and not %s", strings.TrimSpace(line), r.version)
		}
	}
	return nil
}

// checkVersion has the command say which version it is, when it is installed and
// when it is a tool of a module.
func (r *release) checkVersion() error {
	app, err := r.app(r.released()[0])
	if err != nil {
		return err
	}
	bin := filepath.Join(app.dir, "bin")
	app.env = append(app.env, "GOBIN="+bin)
	if err := app.all("go install " + r.root() + "/cmd/sessiongen@" + r.version); err != nil {
		return err
	}
	installed, err := place{dir: app.dir}.run(filepath.Join(bin, "sessiongen"), "-version")
	if err != nil {
		return err
	}
	tool, err := app.run("go", "tool", "sessiongen", "-version")
	if want := "sessiongen " + r.version + "\n"; err == nil && (installed != want || tool != want) {
		err = fmt.Errorf("-version prints %q when installed and %q as a tool, want %q", installed, tool, want)
	}
	return err
}
