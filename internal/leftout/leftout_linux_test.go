package leftout

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"unsafe"
)

// asTests, set in the environment, makes the test binary leave something out.
const asTests = "SESSIONGEN_TEST_LEAVES_OUT"

func TestMain(m *testing.M) {
	if os.Getenv(asTests) != "" {
		flag.Parse()
		Say("no servers: what needs one is skipped")
		Say("no servers: what needs one is skipped")
		Say("the short form")
		return
	}
	os.Exit(m.Run())
}

func TestTerminalShowsWhatIsLeftOut(t *testing.T) {
	pty, tty := openTerminal(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asTests+"=1")
	// The go command reads both, and shows neither of a package that passes.
	var lost bytes.Buffer
	cmd.Stdout, cmd.Stderr = &lost, &lost
	cmd.Stdin = tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Run(); err != nil || lost.Len() > 0 {
		t.Fatalf("%v, printed %q", err, &lost)
	}
	tty.Close()
	shown, _ := io.ReadAll(pty) // it ends with EIO, when nobody has the terminal open any more
	const want = "leftout: no servers: what needs one is skipped\r\nleftout: the short form\r\n"
	if string(shown) != want {
		t.Errorf("the terminal shows %q, want %q", shown, want)
	}
}

// openTerminal returns both ends of a new terminal: what a window shows, and what
// programs write to.
func openTerminal(t *testing.T) (pty, tty *os.File) {
	t.Helper()
	pty, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pty.Close() })
	var unlock, number int32
	for request, argument := range map[uintptr]*int32{syscall.TIOCSPTLCK: &unlock, syscall.TIOCGPTN: &number} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, pty.Fd(), request, uintptr(unsafe.Pointer(argument))); errno != 0 {
			t.Fatal(errno)
		}
	}
	tty, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tty.Close() })
	return pty, tty
}
