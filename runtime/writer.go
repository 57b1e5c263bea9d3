package runtime

import (
	"bufio"
	"io"
	"net"
	"net/http"
)

// A writer is the ResponseWriter that the handler gets: it commits before it
// lets anything pass that sends the header. After a failed commit it lets
// nothing pass.
type writer struct{ r *request }

func (w writer) Header() http.Header {
	if w.r.failure != nil {
		return http.Header{} // the true one is the ErrorHandler's
	}
	return w.r.header()
}

func (w writer) WriteHeader(status int) {
	err := w.r.failure
	if status >= 200 || status == http.StatusSwitchingProtocols {
		err = w.r.beforeHeader()
	}
	if err == nil {
		w.r.writer.WriteHeader(status)
	}
}

func (w writer) Write(p []byte) (int, error) {
	if err := w.r.beforeHeader(); err != nil {
		return 0, err
	}
	return w.r.writer.Write(p)
}

func (w writer) WriteString(s string) (int, error) {
	if err := w.r.beforeHeader(); err != nil {
		return 0, err
	}
	return io.WriteString(w.r.writer, s)
}

// ReadFrom lets the server send files without copying them.
func (w writer) ReadFrom(src io.Reader) (int64, error) {
	if err := w.r.beforeHeader(); err != nil {
		return 0, err
	}
	return io.Copy(w.r.writer, src)
}

// Unwrap is for [http.ResponseController], which finds deadlines and full
// duplex by it; flushing and hijacking it finds here first.
func (w writer) Unwrap() http.ResponseWriter { return w.r.writer }

func (w writer) flush() error {
	if err := w.r.beforeHeader(); err != nil {
		return err
	}
	return http.NewResponseController(w.r.writer).Flush()
}

func (w writer) hijack() (net.Conn, *bufio.ReadWriter, error) {
	if err := w.r.beforeHeader(); err != nil {
		return nil, nil, err
	}
	conn, buffered, err := http.NewResponseController(w.r.writer).Hijack()
	if err != nil {
		w.r.headerLeft = false // the handler can still answer
	}
	return conn, buffered, err
}

// A handler finds out by type assertions what its writer can do, so there is a
// type for each combination.
type (
	flushWriter       struct{ writer }
	hijackWriter      struct{ writer }
	flushHijackWriter struct{ writer }
)

func (w flushWriter) Flush()            { w.flush() }
func (w flushWriter) FlushError() error { return w.flush() }

func (w hijackWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) { return w.hijack() }

func (w flushHijackWriter) Flush()            { w.flush() }
func (w flushHijackWriter) FlushError() error { return w.flush() }

func (w flushHijackWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) { return w.hijack() }

// newWriter returns a writer for r that can do what the one below it can.
func newWriter(r *request) http.ResponseWriter {
	w := writer{r}
	switch flushes, hijacks := abilities(r.writer); {
	case flushes && hijacks:
		return flushHijackWriter{w}
	case flushes:
		return flushWriter{w}
	case hijacks:
		return hijackWriter{w}
	}
	return w
}

// abilities tells whether w, or a writer that it wraps, can flush, and be
// hijacked.
func abilities(w http.ResponseWriter) (flushes, hijacks bool) {
	for !flushes || !hijacks {
		switch w.(type) {
		case http.Flusher, interface{ FlushError() error }:
			flushes = true
		}
		if _, ok := w.(http.Hijacker); ok {
			hijacks = true
		}
		wrapper, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			break
		}
		w = wrapper.Unwrap()
	}
	return flushes, hijacks
}
