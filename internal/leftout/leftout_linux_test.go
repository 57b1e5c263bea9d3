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

// Set in the environment, asTests makes the test binary leave something out, and
// asShell makes it run itself in the background, as a shell with job control does.
const (
	asTests = "SESSIONGEN_TEST_LEAVES_OUT"
	asShell = "SESSIONGEN_TEST_RUNS_IN_BACKGROUND"
)

func TestMain(m *testing.M) {
	if os.Getenv(asShell) != "" {
		os.Unsetenv(asShell)
		if err := runInBackground(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	if os.Getenv(asTests) != "" {
		flag.Parse()
		Say("no servers: what needs one is skipped")
		Say("no servers: what needs one is skipped")
		Say("the short form")
		return
	}
	os.Exit(m.Run())
}

// runInBackground fails if the job does not end but stops.
func runInBackground() error {
	cmd := exec.Command(os.Args[0])
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil {
		return err
	}
	if status.Stopped() {
		_ = cmd.Process.Kill()
		return fmt.Errorf("stopped by the signal %q", status.StopSignal())
	}
	if status != 0 {
		return fmt.Errorf("wait status %#x", status)
	}
	return nil
}

func TestTerminalShowsWhatIsLeftOut(t *testing.T) {
	pty, tty := openTerminal(t)
	wantShown(t, pty, tty, asTests+"=1")
}

func TestTestsInTheBackgroundAreNotStopped(t *testing.T) {
	pty, tty := openTerminal(t)
	var modes syscall.Termios
	control(t, tty, syscall.TCGETS, unsafe.Pointer(&modes))
	modes.Lflag |= syscall.TOSTOP
	control(t, tty, syscall.TCSETS, unsafe.Pointer(&modes))
	wantShown(t, pty, tty, asTests+"=1", asShell+"=1")
}

// wantShown runs the test binary as the first process of a terminal.
func wantShown(t *testing.T, pty, tty *os.File, env ...string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), env...)
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
	control(t, pty, syscall.TIOCSPTLCK, unsafe.Pointer(&unlock))
	control(t, pty, syscall.TIOCGPTN, unsafe.Pointer(&number))
	tty, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tty.Close() })
	return pty, tty
}

func control(t *testing.T, terminal *os.File, request uintptr, argument unsafe.Pointer) {
	t.Helper()
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, terminal.Fd(), request, uintptr(argument)); errno != 0 {
		t.Fatal(errno)
	}
}
