// Quickstart is a small tea shop that shows what sessiongen is for: a visit
// counter, a login and a logout, a list of the devices where one is logged in, a
// one-time notice, a cart, and a token that guards the forms. From the root of the
// repository:
//
//	go run ./examples/quickstart
//
// What the shop remembers of a visitor is declared in session.go, and used in
// site.go, form.go, login.go, devices.go and cart.go. The sessions are kept in the
// process's memory or, with -memcached, on memcached servers, where several copies
// of the shop share them if -keys gives them the same keys.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// patience is how long requests may take to end when the shop closes.
const patience = 10 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // so that a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// run is the program, until ctx is done. It returns the exit status.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, getenv, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2 // parseOptions has said why
	}
	if err := open(ctx, o, stdout); err != nil {
		fmt.Fprintln(stderr, "quickstart:", err)
		return 1
	}
	return 0
}

// open opens the shop and, when ctx is done, closes it.
func open(ctx context.Context, o options, stdout io.Writer) error {
	keys, err := openKeys(o.keys)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", o.addr)
	if err != nil {
		return fmt.Errorf("%w; choose another address with -addr", err)
	}
	defer listener.Close()
	o.insecure = o.insecure || isLoopback(listener.Addr())

	stock := openStorage(o.memcached)
	defer stock.close()
	handler, err := newSite(stock, keys, o)
	if err != nil {
		return err
	}
	announce(stdout, listener.Addr(), stock, o)
	return serve(ctx, listener, handler)
}

// serve answers requests until ctx is done, and then lets those under way end.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Addr:              listener.Addr().String(), // which the page for developers reads
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return fmt.Errorf("stopped before every request was answered: %w", err)
	}
	return nil
}

// announce says where the shop is, and what to know of its sessions.
func announce(w io.Writer, addr net.Addr, s storage, o options) {
	fmt.Fprintf(w, "The tea shop is open at %s\n", address(addr))
	fmt.Fprintf(w, "Sessions are kept in %s. Ctrl-C stops.\n", s.name)
	if o.keys == "" && len(o.memcached) > 0 {
		fmt.Fprintln(w, "Their key is random, so they end with this process, and no other copy of the shop can open them; to keep and share them, put what openssl rand -base64 32 prints into a file, and add -keys file.")
	}
	if o.inspect {
		fmt.Fprintf(w, "Look at its sessions at %s\n", address(addr)+inspectPath)
	}
	if !o.insecure {
		fmt.Fprintln(w, "Its cookies are Secure, so they need https in front; to try it over plain http, add -insecure.")
	}
}

// address returns a URL that opens addr in a browser on this machine.
func address(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return "http://" + addr.String()
	}
	return fmt.Sprintf("http://localhost:%d", tcp.Port)
}

// isLoopback tells whether only this machine can reach addr.
func isLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
