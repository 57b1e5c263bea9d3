package emit

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/schema"
)

// gofmt writes a function on one line if its head and its body have no more
// bytes than that, the head of a declared one counted as one byte longer.
const oneLine = 100

// plain tells whether no type is spelled with lines, braces or strings of its
// own, of which tidy knows nothing, and no tag looks like the body of a function.
func plain(s schema.Session) bool {
	for _, v := range s.Variables {
		if !isPlain(v.Type) {
			return false
		}
	}
	for _, guard := range s.Guards {
		for _, f := range guard.Fields {
			if !isPlain(f.Type) || strings.Contains(f.Tag, "{") {
				return false
			}
		}
	}
	return true
}

func isPlain(t schema.Type) bool {
	return !slices.ContainsFunc(t, func(w schema.Word) bool {
		return strings.ContainsAny(strings.ReplaceAll(w.Text, "interface{}", ""), "\n{\"`")
	})
}

// tidy does to what the template writes what gofmt would, but for the types and
// comments in it. It is there for speed alone: a draft that equals the file
// needs no formatting, which takes most of the time of a check.
func tidy(source []byte) []byte {
	tidied := make([]byte, 0, len(source)+len(source)/8)
	blank := false
	for line := range bytes.Lines(source) {
		if len(line) == 1 {
			blank = true
			continue
		}
		if blank && len(tidied) > 0 {
			tidied = append(tidied, '\n')
		}
		blank = false
		tidied = appendFunc(tidied, line)
	}
	return tidied
}

// appendFunc appends a line, which becomes three if it has a function that is
// too long for one.
func appendFunc(tidied, line []byte) []byte {
	indent := len(line) - len(bytes.TrimLeft(line, "\t"))
	start := 0
	if indent > 0 {
		start = bytes.LastIndex(line, []byte(" func(s *")) + 1
	}
	if !bytes.HasPrefix(line[start:], []byte("func")) {
		return append(tidied, line...)
	}
	open, end := bytes.LastIndex(line, []byte(" { ")), bytes.LastIndex(line, []byte(" }"))
	if open < start || end < open || indent > 0 && !bytes.HasPrefix(line[open:], []byte(" { return &s.")) {
		return append(tidied, line...)
	}
	head, body := open-start, end-open-len(" { ")
	if indent == 0 {
		head++
	}
	if head+body <= oneLine {
		return append(tidied, line...)
	}
	tidied = append(tidied, line[:open+2]...)
	tidied = append(tidied, '\n')
	tidied = append(tidied, line[:indent]...)
	tidied = append(tidied, '\t')
	tidied = append(tidied, line[open+3:end]...)
	tidied = append(tidied, '\n')
	tidied = append(tidied, line[:indent]...)
	return append(tidied, line[end+1:]...)
}

// align pads the names of the fields.
func align(variables []*variable) {
	longest := 0
	for _, v := range variables {
		longest = max(longest, utf8.RuneCountInString(v.Field))
	}
	for _, v := range variables {
		v.Column = v.Field + strings.Repeat(" ", longest-utf8.RuneCountInString(v.Field))
	}
}
