package main

import (
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
)

// tracedSite traces the requests of the site. The tracer goes outside: the spans
// bear the names of the routes, and what the sessions log, and tell
// runtime.Config.OnEvent, comes with the context of the request's span.
func tracedSite(s *site, options ...otelhttp.Option) http.Handler {
	return otelhttp.NewHandler(netHTTPSite(s), "site", options...)
}
