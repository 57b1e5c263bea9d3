package memcached

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

const (
	// answersBuffer is how many bytes are read at once, and bounds the length
	// of a line. The answers for a session of 30 small variables fit in.
	answersBuffer = 8 << 10

	// trustedSize is the size, in bytes, up to which memory is allocated as
	// soon as a value is announced: a memcached with default options holds no
	// larger values. For a larger value, memory grows with what has arrived.
	trustedSize = 1 << 20

	// maxSize is the size, in bytes, of the largest value that any memcached
	// can hold: its option -I ends there.
	maxSize = 1 << 30
)

// outcome returns what the server's answer says about a command. err is set if
// the server says that it is in no state to do the command. wrong is set if
// something is wrong with the answer; then the answer to the next command can't
// be trusted.
func (v Verb) outcome(line []byte) (o Outcome, err, wrong error) {
	switch answer := string(line); {
	case answer == "STORED" && v != Delete,
		answer == "DELETED" && v == Delete,
		answer == "NOT_FOUND" && v == Delete:
		return Done, nil, nil
	case answer == "NOT_STORED" && v == Add,
		answer == "EXISTS" && v == Swap:
		return Exists, nil, nil
	case answer == "NOT_FOUND" && v == Swap:
		return NotFound, nil, nil
	case answer == "SERVER_ERROR object too large for cache":
		return TooLarge, nil, nil // the server has read the value, too
	case answer == "SERVER_ERROR out of memory storing object":
		return Unknown, errMemory, nil // the server has read the value here, too
	}
	return Unknown, nil, wrongLine(line)
}

// wrongLine returns what is wrong with an answer that was not to be expected.
func wrongLine(line []byte) error {
	switch text := string(line); {
	case text == fullLine:
		return errFull
	case text == "CLIENT_ERROR unauthenticated":
		return errLogin
	case text == "CLIENT_ERROR authentication failure":
		return errPassword
	case strings.HasPrefix(text, "SERVER_ERROR out of memory"):
		return errMemory
	case strings.HasPrefix(text, "SERVER_ERROR backend"):
		return errBackend
	case strings.HasPrefix(text, "SERVER_ERROR"):
		return errServer
	case strings.HasPrefix(text, "CLIENT_ERROR"):
		return errClient
	case text == "ERROR":
		return errUnknown
	case strings.HasPrefix(text, "HTTP/"), strings.HasPrefix(text, "<"): // HTTP/0.9 has no head
		return errHTTP
	case strings.HasPrefix(text, "-"):
		return errRedis
	}
	return errProtocol
}

// tlsAlert is how a server of TLS answers what is not TLS: the type of the record,
// and its version (RFC 8446, section 5.1).
const tlsAlert = "\x15\x03"

// readLine returns the next line without its end. The line is valid until the
// next read.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return nil, errProtocol
	}
	if bytes.HasPrefix(line, []byte(tlsAlert)) {
		return nil, errTLS
	}
	if err != nil {
		return nil, err
	}
	line, ok := bytes.CutSuffix(line, []byte("\r\n"))
	if !ok {
		return nil, errProtocol
	}
	return line, nil
}

// readItems reads the answer to a query. The items that are there come in the
// order of the keys. Small values are put into the arena, and rest is the arena
// afterwards: see readValue.
func readItems(r *bufio.Reader, prefix string, q kv.Query, found []kv.Found, arena []byte) (rest []byte, err error) {
	for {
		line, err := readLine(r)
		if err != nil {
			return arena, err
		}
		if string(line) == "END" {
			return arena, nil
		}
		key, size, version, err := parseValueLine(line)
		if err != nil {
			return arena, err
		}
		key, ours := bytes.CutPrefix(key, []byte(prefix))
		item := q.Take(key, &found)
		if item == nil || !ours {
			return arena, errUnasked
		}
		item.Version = version
		if item.Value, arena, err = readValue(r, size, arena); err != nil {
			return arena, err
		}
	}
}

// parseValueLine parses the line that announces a value. The flags can be any
// number, because this package does not use them.
func parseValueLine(line []byte) (key []byte, size int, version uint64, err error) {
	line, ok := bytes.CutPrefix(line, []byte("VALUE "))
	if !ok {
		return nil, 0, 0, wrongLine(line)
	}
	key, line, _ = bytes.Cut(line, []byte(" "))
	flags, line, _ := bytes.Cut(line, []byte(" "))
	length, line, versioned := bytes.Cut(line, []byte(" "))
	if _, err := strconv.ParseUint(string(flags), 10, 32); err != nil {
		return nil, 0, 0, errProtocol
	}
	n, err := strconv.ParseUint(string(length), 10, 64)
	if err != nil || n > maxSize {
		return nil, 0, 0, errProtocol
	}
	if !versioned {
		return nil, 0, 0, errUnversioned
	}
	version, err = strconv.ParseUint(string(line), 10, 64)
	if err != nil {
		return nil, 0, 0, errProtocol
	}
	if version == 0 {
		return nil, 0, 0, errUnversioned
	}
	return key, int(n), version, nil
}

// readValue reads a value of the given size and the end of its line. A value
// that fits in r's buffer is put into the arena, behind the values that are
// there, and rest is the arena afterwards. The arena is as large as what the
// buffer holds, so that a few small values take one allocation and keep no
// large value in memory.
func readValue(r *bufio.Reader, size int, arena []byte) (value, rest []byte, err error) {
	if size+2 > r.Size() {
		if value, err = readLarge(r, size); err == nil {
			err = readLineEnd(r)
		}
		return value, arena, err
	}
	line, err := r.Peek(size + 2)
	if err != nil {
		return nil, arena, err
	}
	if string(line[size:]) != "\r\n" {
		return nil, arena, errProtocol
	}
	if cap(arena)-len(arena) < size {
		arena = make([]byte, 0, r.Buffered())
	}
	start := len(arena)
	arena = append(arena, line[:size]...)
	_, err = r.Discard(size + 2)
	return arena[start:len(arena):len(arena)], arena, err
}

// readLarge reads a value that does not fit in r's buffer.
func readLarge(r *bufio.Reader, size int) ([]byte, error) {
	value := make([]byte, min(size, trustedSize))
	n, err := io.ReadFull(r, value)
	for err == nil && n < size {
		value = append(value, make([]byte, min(size-n, n))...)
		var more int
		more, err = io.ReadFull(r, value[n:])
		n += more
	}
	return value, err
}

func readLineEnd(r *bufio.Reader) error {
	end, err := r.Peek(2)
	if err != nil {
		return err
	}
	if string(end) != "\r\n" {
		return errProtocol
	}
	_, err = r.Discard(2)
	return err
}
