package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"strings"
)

const usage = `Quickstart is a small shop that shows what sessiongen is for.

usage: go run ./examples/quickstart [flags]

`

// options are what the command line and, where it is silent, the environment
// say.
type options struct {
	addr      string   // to listen on
	memcached []string // where sessions are kept; none: in memory
	keys      string   // the file that holds the sessions' keys; none: a random key
	insecure  bool     // cookies for plain http, wherever the shop listens
	inspect   bool     // a page that shows the sessions to developers
}

// parseOptions writes what is wrong, or the help that was asked for, to output.
func parseOptions(args []string, getenv func(string) string, output io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(output)
	flags.Usage = func() {
		fmt.Fprint(output, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&o.addr, "addr", defaultAddr(getenv("PORT")),
		"`host:port` to listen on; with $PORT, its default is that port on all interfaces")
	servers := flags.String("memcached", getenv("MEMCACHED_SERVERS"),
		"keep the sessions on these memcached servers: `host:port,...`; default $MEMCACHED_SERVERS, or else this process's memory")
	flags.StringVar(&o.keys, "keys", getenv("SESSION_KEYS_FILE"),
		"`file` with the keys of the sessions, one a line, in base64, of which the first one seals new sessions; default $SESSION_KEYS_FILE, or else a random key")
	flags.Lookup("keys").DefValue = "" // the help must not show it: it may be a key, by mistake
	flags.BoolVar(&o.insecure, "insecure", false,
		"use cookies that work over plain http on any address, not only on a loopback one")
	flags.BoolVar(&o.inspect, "inspect", false,
		"show the sessions to a developer on this machine, at "+inspectPath)
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(output, "quickstart: unexpected argument %q\n", flags.Arg(0))
		flags.Usage()
		return options{}, errors.New("unexpected argument")
	}
	o.memcached = strings.FieldsFunc(*servers, func(r rune) bool { return r == ',' || r == ' ' })
	return o, nil
}

// defaultAddr is a loopback address, unless the platform that runs the shop
// hands it a port for the world.
func defaultAddr(port string) string {
	if port == "" {
		return "127.0.0.1:8080"
	}
	return net.JoinHostPort("", port)
}
