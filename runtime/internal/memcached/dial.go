package memcached

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
)

// maxCredential is the length, in bytes, of the longest line that memcached takes
// from the file of its option -Y: a user name, a colon and a password.
const maxCredential = 255

// A Dialer makes connections to servers.
type Dialer struct {
	// DialContext makes the connection itself; nil: that of a net.Dialer. The
	// network is "tcp" or "unix".
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)

	// TLS, unless it is nil, is spoken on each connection. If it has no
	// ServerName, that is the host of the address.
	TLS *tls.Config

	// Username and Password, unless both are empty, are sent on each new
	// connection.
	Username, Password string
}

// Check returns an error if the user name or the password can't be sent.
func (d Dialer) Check() error {
	switch {
	case d.Username == "" && d.Password == "":
		return nil
	case d.Username == "":
		return errors.New("Memcache.Password is set, and Memcache.Username is not")
	case d.Password == "":
		return errors.New("Memcache.Username is set, and Memcache.Password is not")
	case strings.ContainsAny(d.Username, ": \t\r\n\x00"):
		return errors.New("Memcache.Username has a colon or a space in it, which memcached's file of users can't have")
	case strings.ContainsAny(d.Password, " \t\r\n\x00"):
		return errors.New("Memcache.Password has a space or a line end in it, which memcached does not take")
	case len(d.Username)+1+len(d.Password) > maxCredential:
		return fmt.Errorf("Memcache.Username and Memcache.Password are longer than memcached takes, %d bytes together", maxCredential-1)
	}
	return nil
}

// to returns the dialer for one server. It leaves it to the app whether sessions
// of TLS are resumed: a memcached that wants certificates of its clients fails
// then, because it sets no context for them (see OpenSSL's
// SSL_CTX_set_session_id_context).
func (d Dialer) to(a Address) Dialer {
	if d.TLS == nil {
		return d
	}
	d.TLS = d.TLS.Clone()
	if d.TLS.ServerName == "" && a.network == "tcp" {
		d.TLS.ServerName, _, _ = net.SplitHostPort(a.address)
	}
	return d
}

// dial makes a connection that is ready for the first command. The error is
// errFull, in its chain, if the server has as many connections as it takes.
func (d Dialer) dial(ctx context.Context, a Address) (net.Conn, error) {
	dial := d.DialContext
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, a.network, a.address)
	if err != nil {
		return nil, err
	}
	ready, err := d.introduce(ctx, conn)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return ready, nil
}

// introduce does what comes before the first command.
func (d Dialer) introduce(ctx context.Context, conn net.Conn) (net.Conn, error) {
	if d.TLS == nil && d.Username == "" {
		return conn, nil
	}
	stop := interruptAt(ctx, conn)
	defer stop()
	if d.TLS != nil {
		below := &overheard{Conn: conn}
		secure := tls.Client(below, d.TLS)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, cmp.Or(lastWord(conn, below.first, err), err)
		}
		conn = secure
	}
	if d.Username == "" {
		return conn, nil
	}
	return conn, d.authenticate(conn)
}

// mayBeTLS tells whether a connection speaks TLS, or may do so: what an app's own
// DialContext has made need not be a tls.Conn.
func mayBeTLS(conn net.Conn) bool {
	switch conn.(type) {
	case *net.TCPConn, *net.UnixConn:
		return false
	}
	return true
}

// interruptAt ends reads and writes of conn when ctx ends, until stop is called.
func interruptAt(ctx context.Context, conn net.Conn) (stop func()) {
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // if it fails, reads and writes fail, too
	}
	unhook := context.AfterFunc(ctx, func() { _ = conn.Close() })
	return func() { unhook() }
}

// loginKey is the key of the item that a server without the option -Y takes the login
// for.
const loginKey = "sessiongen:login"

// authenticate sends the user name and the password. That is a set of any key, as
// memcached's doc/protocol.txt has it. A server without the option -Y stores it,
// so the item is one that has expired already.
func (d Dialer) authenticate(conn net.Conn) error {
	credentials := d.Username + " " + d.Password
	if _, err := fmt.Fprintf(conn, "set "+loginKey+" 0 -1 %d\r\n%s\r\n", len(credentials), credentials); err != nil {
		return cmp.Or(lastWord(conn, nil, err), err)
	}
	line, err := readLine(bufio.NewReaderSize(oneByte{conn}, 512))
	switch {
	case err != nil:
		return silentError{err}
	case string(line) == "STORED":
		return nil
	}
	return wrongLine(line)
}

// oneByte reads one byte at a time, so that nothing behind a line is taken.
type oneByte struct{ io.Reader }

func (r oneByte) Read(p []byte) (int, error) { return r.Reader.Read(p[:1]) }

// fullLine is what a server says, and then closes the connection, when it has as
// many as it takes. It does so before it reads, and in the clear, also with its
// option -Z.
const fullLine = "ERROR Too many open connections"

// lastWord returns what a server has said before it closed a new connection, in
// which the first words to it ended with err: errFull, or the alert of TLS. It
// returns nil if there is no such word. What was read of a fullLine is given; the
// rest may still wait to be read.
func lastWord(conn net.Conn, read []byte, err error) error {
	if !strings.HasPrefix(fullLine, string(read)) {
		return nil
	}
	_, records := errors.AsType[tls.RecordHeaderError](err)
	if !records && !isBroken(err) {
		return nil
	}
	next := make([]byte, 1)
	for rest := fullLine[len(read):]; rest != ""; rest = rest[1:] {
		n, err := conn.Read(next)
		if isAlert(err) {
			return err
		}
		if n == 0 || next[0] != rest[0] {
			return nil
		}
	}
	return errFull
}

// An overheard connection keeps the first bytes that are read from it, as many as
// a fullLine has.
type overheard struct {
	net.Conn
	first []byte
}

func (c *overheard) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if missing := len(fullLine) - len(c.first); missing > 0 {
		c.first = append(c.first, p[:min(n, missing)]...)
	}
	return n, err
}
