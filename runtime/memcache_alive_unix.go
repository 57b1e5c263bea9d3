//go:build unix

package runtime

import (
	"net"
	"syscall"
)

// isAlive tells whether an idle connection is fit for use: the server has
// neither closed it, as all are after a restart, nor sent something unasked. It
// costs one system call, and saves writes, which can't be repeated, from most
// stale connections.
func isAlive(conn net.Conn) bool {
	raw, err := conn.(syscall.Conn).SyscallConn()
	if err != nil {
		return false
	}
	var got error
	err = raw.Read(func(fd uintptr) bool {
		var b [1]byte
		_, got = syscall.Read(int(fd), b[:])
		return true // whatever came: never wait
	})
	return err == nil && (got == syscall.EAGAIN || got == syscall.EWOULDBLOCK)
}
