package handover

import (
	"bufio"
	"net"
	"net/http"
)

// A writer calls beforeHeader just before the first byte of the response leaves.
type writer struct {
	http.ResponseWriter
	beforeHeader func()
}

func (w *writer) WriteHeader(status int) {
	if status >= 200 || status == http.StatusSwitchingProtocols { // the others are no more than hints
		w.beforeHeader()
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) Write(p []byte) (int, error) {
	w.beforeHeader()
	return w.ResponseWriter.Write(p)
}

func (w *writer) FlushError() error {
	w.beforeHeader()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

func (w *writer) Flush() { _ = w.FlushError() }

// Hijack is called for a WebSocket. Its handshake has what is in the header, if the
// handler gives that to it.
func (w *writer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.beforeHeader()
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

// Unwrap is for [http.ResponseController].
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }
