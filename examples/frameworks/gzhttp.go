package main

import (
	"net/http"

	"github.com/klauspost/compress/gzhttp"
)

// compressedSite compresses the pages of the site. A compressor, as everything
// that holds a response back, goes outside of the session middleware: when a
// handler panics it still sends what it has held back, and within the session
// middleware that can't be told from an answer, so the session would be stored.
// The recovery goes within the compressor, which would send status 200 else.
func compressedSite(s *site) http.Handler {
	return gzhttp.GzipHandler(recovered(s.sessions.Middleware(netHTTPRoutes(s))))
}
