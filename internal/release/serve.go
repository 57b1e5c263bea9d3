package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"
)

// patience is how long a program may take to be built, from nothing, and to answer.
const patience = 10 * time.Minute

// An output is what a program has printed so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	over chan struct{} // closed when it has ended
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// serve runs a server, which go run may build first, during a visit. A signal to
// the go command would not reach what it runs, so all of its group get one.
func serve(cmd *exec.Cmd, visit func(*output) error) error {
	out := &output{over: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		_ = cmd.Wait() // that it was killed
		close(out.over)
	}()
	err := until(out, visit)
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it may have ended
	<-out.over
	if err != nil {
		return fmt.Errorf("%w; it printed\n%s", err, end(strings.TrimSpace(out.String())))
	}
	return nil
}

var errNotYet = errors.New("the server does not answer")

// until visits a server until it answers.
func until(out *output, visit func(*output) error) error {
	timeout := time.After(patience)
	for {
		err := visit(out)
		if !errors.Is(err, errNotYet) {
			return err
		}
		select {
		case <-out.over:
			return errors.New("the program ended")
		case <-timeout:
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// A visitor keeps cookies.
type visitor struct{ http.Client }

func newVisitor() *visitor {
	jar, _ := cookiejar.New(nil) // its error is always nil
	return &visitor{http.Client{Jar: jar, Timeout: 10 * time.Second}}
}

func (v *visitor) get(url string) (*http.Response, string, error) {
	response, err := v.Get(url)
	if err != nil {
		return nil, "", errNotYet
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, string(body), err
}

func (v *visitor) reads(url, want string) error {
	_, body, err := v.get(url)
	if err == nil && body != want {
		err = fmt.Errorf("it answers %q, and not %q", body, want)
	}
	return err
}

var shopAddress = regexp.MustCompile(`http://\S+`)

// entersShop opens the address that the quickstart prints.
func (v *visitor) entersShop(out *output) error {
	address := shopAddress.FindString(out.String())
	if address == "" {
		return errNotYet
	}
	response, _, err := v.get(address)
	if err == nil && (response.StatusCode != http.StatusOK || len(response.Cookies()) == 0) {
		err = fmt.Errorf("the shop answers %s with %d cookies", response.Status, len(response.Cookies()))
	}
	return err
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// startMemcached starts a memcached for which stop must be called.
func startMemcached() (address string, stop func(), err error) {
	if address, err = freeAddress(); err != nil {
		return "", nil, err
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command("memcached", "-u", "nobody", "-l", host, "-p", port, "-U", "0")
	if err := cmd.Start(); err != nil {
		return "", nil, fmt.Errorf("%w: run .ci/install", err)
	}
	return address, func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}, nil
}
