package firstbyte

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
)

// A writer is the ResponseWriter that the handler gets: it asks before it lets
// anything pass that sends the header. See abilities for the interfaces that it
// offers besides.
type writer struct{ r *Response }

func (w writer) Header() http.Header {
	if w.r.refused != nil {
		return http.Header{} // the true one is for the code that answers in the handler's place
	}
	return w.r.Header()
}

// WriteHeader asks before a final status. It does not ask before an
// informational response, because the header can still change after it, nor
// before a status at which net/http panics.
func (w writer) WriteHeader(status int) {
	err := w.r.refused
	switch {
	case status >= 200 && status <= 999, status == http.StatusSwitchingProtocols:
		err = w.r.ask()
	case status >= 100:
		w.r.state.Or(informed)
	}
	if err == nil {
		w.r.below.WriteHeader(status)
	}
}

func (w writer) Write(p []byte) (int, error) {
	if err := w.r.ask(); err != nil {
		return 0, err
	}
	return w.r.below.Write(p)
}

func (w writer) WriteString(s string) (int, error) {
	if err := w.r.ask(); err != nil {
		return 0, err
	}
	return io.WriteString(w.r.below, s)
}

// Unwrap is for [http.ResponseController], which finds deadlines and full
// duplex by it.
func (w writer) Unwrap() http.ResponseWriter { return below{w} }

// A below is what Unwrap of a writer returns. The writer offers only what the
// ResponseWriter below it does by itself. But the ResponseWriter below may wrap
// one that can flush or be hijacked, and code that looks for it by Unwrap would
// go past the writer. So a below offers both, and asks, too.
type below struct{ writer }

func (w below) Flush()                                       { w.flush() }
func (w below) FlushError() error                            { return w.flush() }
func (w below) Hijack() (net.Conn, *bufio.ReadWriter, error) { return w.hijack() }
func (w below) Unwrap() http.ResponseWriter                  { return w.r.below }

// of returns the response that w is a writer of. See responseOf.
func (w writer) of() *Response { return w.r }

// readFrom lets the server send files without copying them. As with net/http, a
// source that is empty or fails at once sends no header.
func (w writer) readFrom(src io.Reader) (int64, error) {
	if w.r.is(left) {
		if err := w.r.refused; err != nil {
			return 0, err
		}
		return io.Copy(w.r.below, src)
	}
	n, err := w.readFirst(src)
	if err != nil {
		if err == io.EOF {
			err = nil
		}
		return int64(n), err
	}
	rest, err := io.Copy(w.r.below, src)
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
	if !canFlush(w.r.below) {
		return http.ErrNotSupported
	}
	before := w.r.is(left)
	if err := w.r.ask(); err != nil {
		return err
	}
	err := http.NewResponseController(w.r.below).Flush()
	if errors.Is(err, http.ErrNotSupported) && !before {
		w.r.stay()
	}
	return err
}

func (w writer) hijack() (net.Conn, *bufio.ReadWriter, error) {
	if _, ok := find[http.Hijacker](w.r.below); !ok {
		return nil, nil, http.ErrNotSupported
	}
	before := w.r.is(left)
	if err := w.r.ask(); err != nil {
		return nil, nil, err
	}
	conn, buffered, err := http.NewResponseController(w.r.below).Hijack()
	if err != nil && !before {
		w.r.stay() // the handler can still answer
	}
	return conn, buffered, err
}

func (w writer) push(target string, options *http.PushOptions) error {
	return w.r.below.(http.Pusher).Push(target, options)
}

func (w writer) closeNotify() <-chan bool {
	//lint:ignore SA1019 frameworks ask for it
	return w.r.below.(http.CloseNotifier).CloseNotify()
}
