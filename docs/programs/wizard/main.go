// Wizard is a customs form in three steps, one page each: from where, to where, and
// what is in the parcel. It shows a struct with a slice in it that an update fills, a
// draft that expires on its own, and steps that nobody can skip. From the root of the
// repository:
//
//	go run ./docs/programs/wizard
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

	handler, err := newOffice(openStore(*servers))
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("The form is at http://%s", *addr)
	log.Fatal(http.ListenAndServe(*addr, handler))
}

func openStore(servers string) runtime.Store {
	if servers == "" {
		return runtime.NewMemory()
	}
	return runtime.NewMemcache(strings.Split(servers, ",")...)
}
