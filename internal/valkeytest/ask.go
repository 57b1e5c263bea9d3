package valkeytest

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// A ReplyError is an error that the server has answered.
type ReplyError string

func (e ReplyError) Error() string { return string(e) }

// Do sends a command over a connection of its own and returns the reply: a string,
// an int64, nil, or a []any of these. An error of the server is a [ReplyError].
func (s *Server) Do(args ...string) (any, error) {
	conn, err := s.dial()
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	var command strings.Builder
	fmt.Fprintf(&command, "*%d\r\n", len(args))
	for _, arg := range args {
		fmt.Fprintf(&command, "$%d\r\n%s\r\n", len(arg), arg)
	}
	if _, err := io.WriteString(conn, command.String()); err != nil {
		return nil, err
	}
	return readReply(bufio.NewReader(conn))
}

// Info returns a field of INFO, empty if there is none.
func (s *Server) Info(field string) (string, error) { return s.field(field, "INFO", "everything") }

// field returns a field of an answer that has one a line.
func (s *Server) field(name string, command ...string) (string, error) {
	reply, err := s.Do(command...)
	if err != nil {
		return "", err
	}
	text, _ := reply.(string)
	for line := range strings.SplitSeq(text, "\r\n") {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return value, nil
		}
	}
	return "", nil
}

func (s *Server) dial() (net.Conn, error) {
	if s.TLS != nil {
		return tls.Dial("tcp", s.Addr, s.TLS)
	}
	return net.Dial("tcp", s.Addr)
}

func readReply(r *bufio.Reader) (any, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	line = strings.TrimSuffix(line, "\r\n")
	if line == "" {
		return nil, errors.New("an empty line")
	}
	kind, rest := line[0], line[1:]
	switch kind {
	case '+':
		return rest, nil
	case '-':
		return nil, ReplyError(rest)
	case ':':
		return strconv.ParseInt(rest, 10, 64)
	}
	length, err := strconv.Atoi(rest)
	switch {
	case err != nil || kind != '$' && kind != '*':
		return nil, fmt.Errorf("the reply %q", line)
	case length < 0:
		return nil, nil
	case kind == '$':
		text := make([]byte, length+2)
		_, err := io.ReadFull(r, text)
		return string(text[:length]), err
	}
	all := make([]any, length)
	for i := range all {
		if all[i], err = readReply(r); err != nil {
			return nil, err
		}
	}
	return all, nil
}
