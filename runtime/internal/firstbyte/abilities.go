package firstbyte

import (
	"bufio"
	"io"
	"net"
	"net/http"
)

// abilities is the set of interfaces that a ResponseWriter may offer besides
// its own. A handler finds them by type assertions, so there is a type for each
// combination. The writer that a handler gets can do what the writer below it
// can do, and no more.
type abilities uint

const (
	flushes  abilities = 1 << iota // http.Flusher, or FlushError
	hijacks                        // http.Hijacker
	notifies                       // http.CloseNotifier
	pushes                         // http.Pusher
	reads                          // io.ReaderFrom
)

// abilitiesOf returns what w itself can do. It leaves out what only a writer
// that w wraps can do: such a call would go past w.
func abilitiesOf(w http.ResponseWriter) (a abilities) {
	switch w.(type) {
	case http.Flusher, interface{ FlushError() error }:
		a |= flushes
	}
	if _, ok := w.(http.Hijacker); ok {
		a |= hijacks
	}
	//lint:ignore SA1019 frameworks ask for it
	if _, ok := w.(http.CloseNotifier); ok {
		a |= notifies
	}
	if _, ok := w.(http.Pusher); ok {
		a |= pushes
	}
	if _, ok := w.(io.ReaderFrom); ok {
		a |= reads
	}
	return a
}

// Writer returns a writer for the handler, which can do what the writer below
// can do by itself.
func (r *Response) Writer() http.ResponseWriter { return writers[abilitiesOf(r.below)](writer{r}) }

// Each type has one ability more than the type that it embeds. The letters in
// its name tell all its abilities.
type (
	writerF     struct{ writer }
	writerH     struct{ writer }
	writerFH    struct{ writerF }
	writerN     struct{ writer }
	writerFN    struct{ writerF }
	writerHN    struct{ writerH }
	writerFHN   struct{ writerFH }
	writerP     struct{ writer }
	writerFP    struct{ writerF }
	writerHP    struct{ writerH }
	writerFHP   struct{ writerFH }
	writerNP    struct{ writerN }
	writerFNP   struct{ writerFN }
	writerHNP   struct{ writerHN }
	writerFHNP  struct{ writerFHN }
	writerR     struct{ writer }
	writerFR    struct{ writerF }
	writerHR    struct{ writerH }
	writerFHR   struct{ writerFH }
	writerNR    struct{ writerN }
	writerFNR   struct{ writerFN }
	writerHNR   struct{ writerHN }
	writerFHNR  struct{ writerFHN }
	writerPR    struct{ writerP }
	writerFPR   struct{ writerFP }
	writerHPR   struct{ writerHP }
	writerFHPR  struct{ writerFHP }
	writerNPR   struct{ writerNP }
	writerFNPR  struct{ writerFNP }
	writerHNPR  struct{ writerHNP }
	writerFHNPR struct{ writerFHNP }
)

func (w writerF) Flush() { w.flush() }

func (w writerF) FlushError() error { return w.flush() }

func (w writerH) Hijack() (net.Conn, *bufio.ReadWriter, error)  { return w.hijack() }
func (w writerFH) Hijack() (net.Conn, *bufio.ReadWriter, error) { return w.hijack() }

func (w writerN) CloseNotify() <-chan bool   { return w.closeNotify() }
func (w writerFN) CloseNotify() <-chan bool  { return w.closeNotify() }
func (w writerHN) CloseNotify() <-chan bool  { return w.closeNotify() }
func (w writerFHN) CloseNotify() <-chan bool { return w.closeNotify() }

func (w writerP) Push(target string, o *http.PushOptions) error    { return w.push(target, o) }
func (w writerFP) Push(target string, o *http.PushOptions) error   { return w.push(target, o) }
func (w writerHP) Push(target string, o *http.PushOptions) error   { return w.push(target, o) }
func (w writerFHP) Push(target string, o *http.PushOptions) error  { return w.push(target, o) }
func (w writerNP) Push(target string, o *http.PushOptions) error   { return w.push(target, o) }
func (w writerFNP) Push(target string, o *http.PushOptions) error  { return w.push(target, o) }
func (w writerHNP) Push(target string, o *http.PushOptions) error  { return w.push(target, o) }
func (w writerFHNP) Push(target string, o *http.PushOptions) error { return w.push(target, o) }

func (w writerR) ReadFrom(src io.Reader) (int64, error)     { return w.readFrom(src) }
func (w writerFR) ReadFrom(src io.Reader) (int64, error)    { return w.readFrom(src) }
func (w writerHR) ReadFrom(src io.Reader) (int64, error)    { return w.readFrom(src) }
func (w writerFHR) ReadFrom(src io.Reader) (int64, error)   { return w.readFrom(src) }
func (w writerNR) ReadFrom(src io.Reader) (int64, error)    { return w.readFrom(src) }
func (w writerFNR) ReadFrom(src io.Reader) (int64, error)   { return w.readFrom(src) }
func (w writerHNR) ReadFrom(src io.Reader) (int64, error)   { return w.readFrom(src) }
func (w writerFHNR) ReadFrom(src io.Reader) (int64, error)  { return w.readFrom(src) }
func (w writerPR) ReadFrom(src io.Reader) (int64, error)    { return w.readFrom(src) }
func (w writerFPR) ReadFrom(src io.Reader) (int64, error)   { return w.readFrom(src) }
func (w writerHPR) ReadFrom(src io.Reader) (int64, error)   { return w.readFrom(src) }
func (w writerFHPR) ReadFrom(src io.Reader) (int64, error)  { return w.readFrom(src) }
func (w writerNPR) ReadFrom(src io.Reader) (int64, error)   { return w.readFrom(src) }
func (w writerFNPR) ReadFrom(src io.Reader) (int64, error)  { return w.readFrom(src) }
func (w writerHNPR) ReadFrom(src io.Reader) (int64, error)  { return w.readFrom(src) }
func (w writerFHNPR) ReadFrom(src io.Reader) (int64, error) { return w.readFrom(src) }

// writers has a function for each set of abilities, which makes a writer with
// them.
var writers = [...]func(writer) http.ResponseWriter{
	0:                                     func(w writer) http.ResponseWriter { return w },
	flushes:                               func(w writer) http.ResponseWriter { return writerF{w} },
	hijacks:                               func(w writer) http.ResponseWriter { return writerH{w} },
	flushes | hijacks:                     func(w writer) http.ResponseWriter { return writerFH{writerF{w}} },
	notifies:                              func(w writer) http.ResponseWriter { return writerN{w} },
	flushes | notifies:                    func(w writer) http.ResponseWriter { return writerFN{writerF{w}} },
	hijacks | notifies:                    func(w writer) http.ResponseWriter { return writerHN{writerH{w}} },
	flushes | hijacks | notifies:          func(w writer) http.ResponseWriter { return writerFHN{writerFH{writerF{w}}} },
	pushes:                                func(w writer) http.ResponseWriter { return writerP{w} },
	flushes | pushes:                      func(w writer) http.ResponseWriter { return writerFP{writerF{w}} },
	hijacks | pushes:                      func(w writer) http.ResponseWriter { return writerHP{writerH{w}} },
	flushes | hijacks | pushes:            func(w writer) http.ResponseWriter { return writerFHP{writerFH{writerF{w}}} },
	notifies | pushes:                     func(w writer) http.ResponseWriter { return writerNP{writerN{w}} },
	flushes | notifies | pushes:           func(w writer) http.ResponseWriter { return writerFNP{writerFN{writerF{w}}} },
	hijacks | notifies | pushes:           func(w writer) http.ResponseWriter { return writerHNP{writerHN{writerH{w}}} },
	flushes | hijacks | notifies | pushes: func(w writer) http.ResponseWriter { return writerFHNP{writerFHN{writerFH{writerF{w}}}} },
	reads:                                 func(w writer) http.ResponseWriter { return writerR{w} },
	flushes | reads:                       func(w writer) http.ResponseWriter { return writerFR{writerF{w}} },
	hijacks | reads:                       func(w writer) http.ResponseWriter { return writerHR{writerH{w}} },
	flushes | hijacks | reads:             func(w writer) http.ResponseWriter { return writerFHR{writerFH{writerF{w}}} },
	notifies | reads:                      func(w writer) http.ResponseWriter { return writerNR{writerN{w}} },
	flushes | notifies | reads:            func(w writer) http.ResponseWriter { return writerFNR{writerFN{writerF{w}}} },
	hijacks | notifies | reads:            func(w writer) http.ResponseWriter { return writerHNR{writerHN{writerH{w}}} },
	flushes | hijacks | notifies | reads:  func(w writer) http.ResponseWriter { return writerFHNR{writerFHN{writerFH{writerF{w}}}} },
	pushes | reads:                        func(w writer) http.ResponseWriter { return writerPR{writerP{w}} },
	flushes | pushes | reads:              func(w writer) http.ResponseWriter { return writerFPR{writerFP{writerF{w}}} },
	hijacks | pushes | reads:              func(w writer) http.ResponseWriter { return writerHPR{writerHP{writerH{w}}} },
	flushes | hijacks | pushes | reads:    func(w writer) http.ResponseWriter { return writerFHPR{writerFHP{writerFH{writerF{w}}}} },
	notifies | pushes | reads:             func(w writer) http.ResponseWriter { return writerNPR{writerNP{writerN{w}}} },
	flushes | notifies | pushes | reads:   func(w writer) http.ResponseWriter { return writerFNPR{writerFNP{writerFN{writerF{w}}}} },
	hijacks | notifies | pushes | reads:   func(w writer) http.ResponseWriter { return writerHNPR{writerHNP{writerHN{writerH{w}}}} },
	flushes | hijacks | notifies | pushes | reads: func(w writer) http.ResponseWriter { return writerFHNPR{writerFHNP{writerFHN{writerFH{writerF{w}}}}} },
}
