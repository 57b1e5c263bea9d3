// Package frameworks puts sessions behind what Go programs serve HTTP with, one
// file for each:
//
//   - routers: net/http, chi, gorilla/mux, gin, echo and, without net/http, fiber;
//   - what goes around them: compression by gzhttp, tracing by otelhttp;
//   - what takes the response over: WebSockets of coder and of gorilla,
//     [net/http/httputil.ReverseProxy].
//
// The routers all serve the same small site, so the files can be laid beside one
// another, and one set of tests goes over all of them, with real servers and a
// client that keeps cookies.
//
// Two rules hold everywhere. The handler's response goes through the writer that
// the session middleware hands on: it stores the session before the first byte.
// And what recovers from panics goes outside of that middleware: then nothing is
// stored of a request whose handler has panicked.
package frameworks
