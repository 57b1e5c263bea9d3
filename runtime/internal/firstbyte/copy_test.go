package firstbyte_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

// plain hides all methods of a reader but Read.
type plain struct{ io.Reader }

func TestCopyThatSendsNothingAsksNothing(t *testing.T) {
	for name, source := range map[string]io.Reader{
		"of nothing":           plain{strings.NewReader("")},
		"that fails at once":   iotest.ErrReader(errors.New("gone")),
		"of an empty file":     &io.LimitedReader{R: strings.NewReader("hello")},
		"that pauses and ends": &pausing{Reader: strings.NewReader("")},
	} {
		for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
			response, _ := serve(t, func(rw http.ResponseWriter, _ *http.Request) {
				var asked counter
				r := newResponse(rw, &asked)
				w := r.Writer()
				if io.Copy(w, source); asked != 0 || r.HeaderLeft() {
					t.Errorf("%s over %s: asked %d times", name, protocol, asked)
				}
				w.WriteHeader(http.StatusAccepted)
			}, protocol)
			if response.StatusCode != http.StatusAccepted {
				t.Errorf("%s over %s: %s", name, protocol, response.Status)
			}
		}
	}
}

// A pipe's writer, or a reader that counts, may do something that the gate must
// know of.
func TestGateIsAskedWhenTheFirstBytesHaveBeenRead(t *testing.T) {
	serve(t, func(rw http.ResponseWriter, _ *http.Request) {
		reads := 0
		r := newResponse(rw, before(func() {
			if reads != 2 {
				t.Errorf("asked after %d reads", reads)
			}
		}))
		io.Copy(r.Writer(), readerFunc(func(p []byte) (int, error) {
			if reads++; reads > 2 {
				return 0, io.EOF
			}
			return copy(p, "hello") * (reads - 1), nil // nothing at first
		}))
	}, "HTTP/1.1")
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestCopyIsPassedOnWholeAndTellsItsErrors(t *testing.T) {
	text := strings.Repeat("0123456789", 1000)
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	errGone := errors.New("gone")
	for what, c := range map[string]struct {
		source func() io.Reader
		want   string
		err    error
	}{
		"a file": {func() io.Reader {
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { f.Close() })
			return f
		}, text, nil},
		"byte by byte":         {func() io.Reader { return iotest.OneByteReader(strings.NewReader(text)) }, text, nil},
		"with the end at once": {func() io.Reader { return iotest.DataErrReader(strings.NewReader("tea")) }, "tea", nil},
		"that fails with its first": {func() io.Reader {
			return iotest.DataErrReader(io.MultiReader(strings.NewReader("tea"), iotest.ErrReader(errGone)))
		}, "tea", errGone},
		"that fails later":           {func() io.Reader { return io.MultiReader(strings.NewReader(text), iotest.ErrReader(errGone)) }, text, errGone},
		"that fails with no bytes":   {func() io.Reader { return iotest.ErrReader(errGone) }, "", errGone},
		"of nothing at all":          {func() io.Reader { return plain{strings.NewReader("")} }, "", nil},
		"that pauses at its start":   {func() io.Reader { return &pausing{Reader: strings.NewReader(text)} }, text, nil},
		"behind what was sent first": {func() io.Reader { return plain{strings.NewReader(text)} }, text, nil},
	} {
		_, got := serve(t, func(rw http.ResponseWriter, _ *http.Request) {
			r := newResponse(rw, new(counter))
			w := r.Writer()
			if what == "behind what was sent first" {
				w.WriteHeader(http.StatusOK)
			}
			n, err := w.(io.ReaderFrom).ReadFrom(c.source())
			if n != int64(len(c.want)) || !errors.Is(err, c.err) {
				t.Errorf("%s: %d bytes, %v", what, n, err)
			}
		}, "HTTP/1.1")
		if got != c.want {
			t.Errorf("%s: %d bytes arrived", what, len(got))
		}
	}
}

// pausing reads nothing at its first call.
type pausing struct {
	io.Reader
	paused bool
}

func (p *pausing) Read(b []byte) (int, error) {
	if !p.paused {
		p.paused = true
		return 0, nil
	}
	return p.Reader.Read(b)
}
