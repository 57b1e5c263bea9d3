// The app that the tests of rolling deploys build in several versions, each of
// which adds a session.go. It does what it is asked to with the variables that its
// version declares, and tells what it has seen.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// The argument is the address of the memcached. The app says where it listens, and
// ends with its standard input.
func main() {
	plain := flag.Bool("plain", false, "set Plain in the Memcache")
	flag.Parse()
	store := runtime.NewMemcache(flag.Arg(0))
	store.Plain = *plain
	store.Timeout = 20 * time.Second // a busy machine shall fail no request
	sessions, err := NewSessions(runtime.Config{
		Store:        store,
		InsecureHTTP: true,
		Keys:         [][]byte{[]byte("sixteen bytes or more")},
		Logger:       slog.New(slog.DiscardHandler),
		OnEvent:      tell,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		},
	})
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /shapes", func(w http.ResponseWriter, _ *http.Request) { json.NewEncoder(w).Encode(shapes()) })
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		answer, err := serve(sessions, r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		json.NewEncoder(w).Encode(answer)
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	server := http.Server{Handler: listening(sessions.Middleware(mux))}
	done := make(chan error)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		done <- server.Shutdown(context.Background())
	}()
	fmt.Printf("http://%s\n", l.Addr())
	server.Serve(l)
	if err := <-done; err != nil {
		panic(err)
	}
	store.Close()
}

// A task is one thing to do with the session, with one of its variables or with
// all of them.
type task struct {
	Do    string
	Name  string          `json:",omitempty"`
	Value json.RawMessage `json:",omitempty"`
}

// An answer is what a request has seen.
type answer struct {
	New  bool
	Seen []seen // by each task
}

// serve does the tasks of a request.
func serve(sessions *Sessions, r *http.Request) (a answer, err error) {
	var tasks []task
	if err := json.NewDecoder(r.Body).Decode(&tasks); err != nil {
		return a, err
	}
	s, err := sessions.From(r.Context())
	if err != nil {
		return a, err
	}
	a.New = s.IsNew()
	for _, d := range tasks {
		saw, err := d.do(r.Context(), s)
		if err != nil {
			return a, fmt.Errorf("%s %s: %w", d.Do, d.Name, err)
		}
		a.Seen = append(a.Seen, saw)
	}
	return a, nil
}

func (d task) do(ctx context.Context, s *Session) (saw seen, err error) {
	switch d.Do {
	case "save":
		return saw, s.Save(ctx)
	case "renew":
		return saw, s.Renew(ctx)
	case "login":
		return saw, s.Login(ctx, d.Name)
	case "logout":
		return saw, s.Destroy(ctx)
	}
	v, err := find(d.Name)
	if err != nil {
		return saw, err
	}
	switch d.Do {
	case "get":
		return v.get(ctx, s)
	case "set":
		return saw, v.set(s, d.Value)
	case "clear":
		v.call(s, "Clear")
		return saw, nil
	case "update":
		return v.update(ctx, s, d.Value)
	case "pop":
		return v.pop(s), nil
	}
	return saw, fmt.Errorf("what is %q?", d.Do)
}

// listening sends the events of each request behind its response.
func listening(site http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "Event")
		heard := &events{}
		site.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), eventsKey{}, heard)))
		for _, e := range heard.list {
			w.Header().Add("Event", e)
		}
	})
}

// events are what happened in a request.
type events struct {
	sync.Mutex
	list []string
}

type eventsKey struct{}

func tell(ctx context.Context, e runtime.Event) {
	name := ""
	for _, v := range variables() {
		if v.field.Name == e.Field {
			name = v.name
		}
	}
	heard := ctx.Value(eventsKey{}).(*events)
	heard.Lock()
	defer heard.Unlock()
	text, _ := json.Marshal([]string{string(e.Kind), name, fmt.Sprint(e.Err)})
	heard.list = append(heard.list, string(text))
}
