//go:build unix

package leftout

import (
	"os/signal"
	"syscall"
)

// allowBackground lets the tests write to the terminal when they run in the
// background: after stty tostop, the signal would stop them for good. It lasts,
// and child processes inherit it, because signal.Reset does not undo it.
func allowBackground() { signal.Ignore(syscall.SIGTTOU) }
