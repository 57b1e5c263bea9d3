// Package leftout says on the terminal what a run of the tests leaves out.
//
// What tests log of it is lost when someone types go test ./...: of a package that
// passes, the go command throws away all that its tests print, unless -v is given.
// Only a terminal that the tests open themselves is out of its hands. Where there
// is none, as in CI, nothing is said but in the log.
package leftout

import (
	"os"
	"path"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
)

// Short is what Say is called with where tests have a long form, too.
const Short = "short form; -torture runs the long one"

// terminal is a name for the terminal of the process, where systems have one.
const terminal = "/dev/tty"

var said sync.Map

// Say writes to the terminal that the tests of this package leave something out,
// once for each text. With -v it writes nothing, because the log has it.
func Say(text string) {
	if _, again := said.LoadOrStore(text, true); again || testing.Verbose() {
		return
	}
	out, err := os.OpenFile(terminal, os.O_WRONLY, 0)
	if err != nil {
		return
	}
	defer out.Close()
	allowBackground()
	_, _ = out.WriteString(tested() + ": " + text + "\n") // it is a courtesy
}

// tested returns the name of the package whose tests these are.
func tested() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "tests"
	}
	return path.Base(strings.TrimSuffix(info.Path, ".test"))
}
