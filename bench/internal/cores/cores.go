// Package cores keeps a server and what talks to it on cores of their own, and
// the cores awake. Else the scheduler moves them together and apart as it likes,
// and a round trip takes twice or three times as long from one connection to the
// next: more than what is to be compared.
package cores

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
)

// Apart gives the last core to the process of this id, and the others to this
// process, until together is called. It needs taskset and chrt, and cores that are
// numbered from 0 to 1 at least; where it fails, all stays as it is.
func Apart(pid int) (together func(), err error) {
	last := runtime.NumCPU() - 1
	if last == 0 {
		return nil, errors.New("there is one core")
	}
	for _, tool := range []string{"taskset", "chrt"} {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, err
		}
	}
	here := os.Getpid()
	if err := move(here, span(0, last-1)); err != nil {
		return nil, err
	}
	if err := move(pid, strconv.Itoa(last)); err != nil {
		_ = move(here, span(0, last))
		return nil, err
	}
	runtime.GOMAXPROCS(last)
	rest := keepAwake(last)
	return func() {
		rest()
		// What fails here concerns nothing that is compared.
		_ = move(here, span(0, last))
		_ = move(pid, span(0, last))
		runtime.SetDefaultGOMAXPROCS()
	}, nil
}

func span(first, last int) string { return fmt.Sprintf("%d-%d", first, last) }

// move moves all threads of a process.
func move(pid int, cores string) error {
	out, err := exec.Command("taskset", "-a", "-c", "-p", cores, strconv.Itoa(pid)).CombinedOutput()
	if err != nil {
		return fmt.Errorf("taskset: %w: %s", err, out)
	}
	return nil
}

// keepAwake gives each core something to do when it has nothing else: to count
// and, from time to time, to find out whether this process still runs. The
// scheduler lets anything else go before what is idle, at once; what is only nice
// it lets finish its turn, and what is in the kernel its call.
func keepAwake(last int) (rest func()) {
	busy := fmt.Sprintf("while kill -0 %d; do i=0; while [ $i -lt 10000 ]; do i=$((i+1)); done; done", os.Getpid())
	var all []*exec.Cmd
	for core := range last + 1 {
		cmd := exec.Command("taskset", "-c", strconv.Itoa(core), "chrt", "--idle", "0", "sh", "-c", busy)
		if cmd.Start() == nil {
			all = append(all, cmd)
		}
	}
	return func() {
		for _, cmd := range all {
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // it says that it was killed
		}
	}
}
