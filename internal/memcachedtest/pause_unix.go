//go:build unix

package memcachedtest

import "syscall"

// Pause makes the server stand still until the end of the test.
func (s *Server) Pause() {
	s.t.Helper()
	pid := s.cmd.Process.Pid
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		s.t.Fatal(err)
	}
	for { // until all its threads do
		var status syscall.WaitStatus
		_, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			s.t.Fatal(err)
		case status.Stopped():
			return
		}
	}
}
