// Poll asks one question, and shows the votes as they come in, by server-sent
// events. It shows a session that keeps visitors from voting twice, and a handler that
// lives long and saves what the visitor has seen. From the root of the repository:
//
//	go run ./docs/programs/poll
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

	handler, err := newPoll(openStore(*servers))
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("The poll is at http://%s", *addr)
	log.Fatal(http.ListenAndServe(*addr, handler))
}

func openStore(servers string) runtime.Store {
	if servers == "" {
		return runtime.NewMemory()
	}
	return runtime.NewMemcache(strings.Split(servers, ",")...)
}
