// Frameworks puts sessions behind what Go programs serve HTTP with, one file for
// each:
//
//   - routers: net/http, chi, gorilla/mux, gin, echo and, without net/http, fiber;
//   - remote calls: Connect and, without net/http, gRPC;
//   - pages: templ;
//   - what goes around them: compression by gzhttp, tracing by otelhttp;
//   - what takes the response over: WebSockets of coder and of gorilla,
//     [net/http/httputil.ReverseProxy].
//
// In the folder of this file,
//
//	go run . gin
//
// serves the site with gin on http://localhost:8080; without a name, it lists them.
//
// All serve the same small site, so the files can be laid beside one another, and
// one set of tests goes over all of them, with real servers and a client that keeps
// cookies.
//
// Two rules hold everywhere. The handler's response goes through the writer that
// the session middleware hands on: it stores the session before the first byte.
// And what recovers from panics goes outside of that middleware: then nothing is
// stored of a request whose handler has panicked.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/gofiber/fiber/v3"

	"github.com/sessiongen/sessiongen/runtime"
)

// A server serves the site on a listener until that is closed.
type server struct {
	name  string
	serve func(*site, net.Listener) error
}

var servers = []server{
	{"net/http", overHTTP(netHTTPSite)},
	{"chi", overHTTP(chiSite)},
	{"mux", overHTTP(gorillaSite)},
	{"gin", overHTTP(ginSite)},
	{"echo", overHTTP(echoSite)},
	{"fiber", serveFiber},
	{"connect", overHTTP(connectSite)},
	{"grpc", serveGRPC},
	{"templ", overHTTP(templSite)},
	{"gzhttp", overHTTP(compressedSite)},
	{"otelhttp", overHTTP(func(s *site) http.Handler { return tracedSite(s) })},
	{"proxy", serveProxy},
	{"coder", overHTTP(func(s *site) http.Handler { return socketSite(s, s.serveCoderSocket) })},
	{"gorilla", overHTTP(func(s *site) http.Handler { return socketSite(s, s.serveGorillaSocket) })},
}

func main() {
	for _, server := range servers {
		if len(os.Args) == 2 && os.Args[1] == server.name {
			l, err := net.Listen("tcp", "localhost:8080")
			if err != nil {
				log.Fatal(err)
			}
			log.Printf("%s: http://localhost:8080", server.name)
			log.Fatal(run(server, l))
		}
	}
	fmt.Fprintln(os.Stderr, "usage: go run . NAME, where NAME is one of")
	for _, server := range servers {
		fmt.Fprintln(os.Stderr, "\t"+server.name)
	}
	os.Exit(2)
}

func run(server server, l net.Listener) error {
	sessions, err := NewSessions(runtime.Config{
		Store:        runtime.NewMemory(),
		InsecureHTTP: true,       // for http://localhost: leave it out on https
		ErrorHandler: answerCall, // for Connect alone
	})
	if err != nil {
		return err
	}
	news := make(chan string)
	go func() {
		for now := range time.Tick(time.Second) {
			news <- "it is " + now.Format(time.TimeOnly)
		}
	}()
	return server.serve(&site{
		sessions: sessions,
		greet:    func(user string) string { return "Welcome, " + user + "." },
		story:    func(*Session) io.Reader { return strings.NewReader("Once upon a time there was a session.\n") },
		news:     news,
	}, l)
}

func overHTTP(handler func(*site) http.Handler) func(*site, net.Listener) error {
	return func(s *site, l net.Listener) error {
		server := http.Server{Handler: handler(s), Protocols: new(http.Protocols)}
		server.Protocols.SetHTTP1(true)
		server.Protocols.SetUnencryptedHTTP2(true) // gRPC's clients speak nothing else
		return server.Serve(l)
	}
}

func serveFiber(s *site, l net.Listener) error {
	return fiberSite(s).Listener(l, fiber.ListenConfig{DisableStartupMessage: true})
}

func serveGRPC(s *site, l net.Listener) error { return grpcSite(s).Serve(l) }

// serveProxy serves a proxy in front of a server that shows the user it is told.
func serveProxy(s *site, l net.Listener) error {
	behind, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return err
	}
	defer behind.Close()
	go http.Serve(behind, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "user %q\n", r.Header.Get("X-User"))
	}))
	return overHTTP(func(s *site) http.Handler {
		return proxiedSite(s, &url.URL{Scheme: "http", Host: behind.Addr().String()})
	})(s, l)
}
