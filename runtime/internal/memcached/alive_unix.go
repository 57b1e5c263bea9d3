//go:build unix

package memcached

import (
	"crypto/tls"
	"net"
	"syscall"
)

// newProbe returns a function that tells whether an idle connection is fit for
// use: the server has neither closed it, as a restart closes all connections,
// nor sent something unasked. With TLS, that may be the alert of a server that
// closes it; tickets for later connections come before the first answer. A call of
// the function takes one system call. It keeps writes, which can't be repeated,
// from most stale connections.
func newProbe(conn net.Conn) (alive func() bool) {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
		if below, ok := conn.(*overheard); ok {
			conn = below.Conn
		}
	}
	system, ok := conn.(syscall.Conn)
	if !ok { // an app's own DialContext made it
		return func() bool { return true }
	}
	raw, err := system.SyscallConn()
	if err != nil {
		return func() bool { return false }
	}
	var b [1]byte
	var got error
	read := func(fd uintptr) { _, got = syscall.Read(int(fd), b[:]) }
	return func() bool {
		// Control, unlike Read, works after the connection's deadline: the
		// deadline of the last call may be over.
		err := raw.Control(read)
		return err == nil && (got == syscall.EAGAIN || got == syscall.EWOULDBLOCK)
	}
}
