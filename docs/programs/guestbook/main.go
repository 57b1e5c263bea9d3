// Guestbook is a page that visitors sign. It shows a form guarded by a token in
// the session, a notice that is shown once after a redirect, and a name that the
// form remembers. From the root of the repository:
//
//	go run ./docs/programs/guestbook
//
// The sessions are kept in memory or, with -memcached, on memcached servers.
package main

import (
	"flag"
	"log"
	"net/http"
	"strings"

	"github.com/sessiongen/sessiongen/runtime"
)

func main() {
	addr := flag.String("addr", "localhost:8080", "`host:port` to listen on")
	servers := flag.String("memcached", "", "keep the sessions on these memcached servers: `host:port,...`")
	flag.Parse()

	handler, err := newGuestbook(openStore(*servers))
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("The guestbook is at http://%s", *addr)
	log.Fatal(http.ListenAndServe(*addr, handler))
}

func openStore(servers string) runtime.Store {
	if servers == "" {
		return runtime.NewMemory()
	}
	return runtime.NewMemcache(strings.Split(servers, ",")...)
}
