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
	replies, err := s.DoAll([][]string{args})
	if err != nil {
		return nil, err
	}
	if refused, ok := replies[0].(ReplyError); ok {
		return nil, refused
	}
	return replies[0], nil
}

// DoAll sends commands over a connection of its own, all at once, and returns their
// replies, of which each may be a [ReplyError], too.
func (s *Server) DoAll(commands [][]string) (replies []any, err error) {
	conn, err := s.dial()
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	var all strings.Builder
	for _, args := range commands {
		fmt.Fprintf(&all, "*%d\r\n", len(args))
		for _, arg := range args {
			fmt.Fprintf(&all, "$%d\r\n%s\r\n", len(arg), arg)
		}
	}
	sent := make(chan error, 1)
	go func() {
		_, err := io.WriteString(conn, all.String())
		sent <- err
	}()
	r := bufio.NewReader(conn)
	for range commands {
		reply, err := readReply(r)
		if refused, ok := err.(ReplyError); ok {
			reply = refused
		} else if err != nil {
			return nil, err
		}
		replies = append(replies, reply)
	}
	return replies, <-sent
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

// A Reader reads what a client sends, for servers that are no real ones.
type Reader struct{ r *bufio.Reader }

// NewReader returns a reader of commands.
func NewReader(r io.Reader) Reader { return Reader{bufio.NewReader(r)} }

// Command returns the words of the next command.
func (r Reader) Command() (words []string, err error) {
	command, err := readReply(r.r)
	if err != nil {
		return nil, err
	}
	all, _ := command.([]any)
	for _, word := range all {
		words = append(words, fmt.Sprint(word))
	}
	if len(words) == 0 {
		return nil, errors.New("no command")
	}
	return words, nil
}
