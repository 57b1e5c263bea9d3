package runtime

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"reflect"
)

// A writer is the ResponseWriter that the handler gets: it commits before it
// lets anything pass that sends the header. After a failed commit it lets
// nothing pass. See abilities for what it offers besides.
type writer struct{ r *request }

func (w writer) Header() http.Header {
	if w.r.failure != nil {
		return http.Header{} // the true one is the ErrorHandler's
	}
	return w.r.header()
}

// WriteHeader lets informational responses pass, after which the header can
// still change, and statuses at which net/http panics.
func (w writer) WriteHeader(status int) {
	err := w.r.failure
	switch {
	case status >= 200 && status <= 999, status == http.StatusSwitchingProtocols:
		err = w.r.beforeHeader()
	case status >= 100:
		w.r.informed = true
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

// Unwrap is for [http.ResponseController], which finds deadlines and full
// duplex by it.
func (w writer) Unwrap() http.ResponseWriter { return below{w} }

// below stands between ours and the writer below for who goes past ours by
// Unwrap: that may be able to flush and to be hijacked, though it wraps the one
// that can, and ours offers only what it does by itself.
type below struct{ writer }

func (w below) Flush()                                       { w.flush() }
func (w below) FlushError() error                            { return w.flush() }
func (w below) Hijack() (net.Conn, *bufio.ReadWriter, error) { return w.hijack() }
func (w below) Unwrap() http.ResponseWriter                  { return w.r.writer }

// of returns the request whose writer it is.
func (w writer) of() *request { return w.r }

// leadsTo tells whether what is written to w passes through r's writer.
func leadsTo(w http.ResponseWriter, r *request) bool {
	for range maxWriters {
		if ours, ok := w.(interface{ of() *request }); ok && ours.of() == r {
			return true
		}
		if w = unwrap(w); w == nil {
			break
		}
	}
	return false
}

// writerFor returns the writer for a handler that another middleware of the same
// manager is around: w, unless that is the one below ours. A framework that
// begins anew with a request has nothing else.
func (r *request) writerFor(w http.ResponseWriter) http.ResponseWriter {
	if reflect.ValueOf(w).Comparable() && reflect.ValueOf(r.writer).Comparable() && w == r.writer {
		return newWriter(r)
	}
	return w
}

// readFrom lets the server send files without copying them. As with net/http, a
// source that is empty or fails at once sends no header.
func (w writer) readFrom(src io.Reader) (int64, error) {
	if w.r.headerLeft {
		if err := w.r.failure; err != nil {
			return 0, err
		}
		return io.Copy(w.r.writer, src)
	}
	n, err := w.readFirst(src)
	if err != nil {
		if err == io.EOF {
			err = nil
		}
		return int64(n), err
	}
	rest, err := io.Copy(w.r.writer, src)
	return int64(n) + rest, err
}

// readFirst sends the first bytes of src.
func (w writer) readFirst(src io.Reader) (sent int, err error) {
	buffer := make([]byte, 512)
	for {
		n, readErr := src.Read(buffer)
		if n > 0 {
			if sent, err = w.Write(buffer[:n]); err != nil {
				return sent, err
			}
		}
		if n > 0 || readErr != nil {
			return sent, readErr
		}
	}
}

func (w writer) flush() error {
	if !canFlush(w.r.writer) {
		return http.ErrNotSupported
	}
	before := w.r.headerLeft
	if err := w.r.beforeHeader(); err != nil {
		return err
	}
	err := http.NewResponseController(w.r.writer).Flush()
	if errors.Is(err, http.ErrNotSupported) {
		w.r.headerLeft = before
	}
	return err
}

func (w writer) hijack() (net.Conn, *bufio.ReadWriter, error) {
	if _, ok := find[http.Hijacker](w.r.writer); !ok {
		return nil, nil, http.ErrNotSupported
	}
	before := w.r.headerLeft
	if err := w.r.beforeHeader(); err != nil {
		return nil, nil, err
	}
	conn, buffered, err := http.NewResponseController(w.r.writer).Hijack()
	if err != nil {
		w.r.headerLeft = before // the handler can still answer
	}
	return conn, buffered, err
}

func (w writer) push(target string, options *http.PushOptions) error {
	return w.r.writer.(http.Pusher).Push(target, options)
}

func (w writer) closeNotify() <-chan bool {
	//lint:ignore SA1019 frameworks ask for it
	return w.r.writer.(http.CloseNotifier).CloseNotify()
}
