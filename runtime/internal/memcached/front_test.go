package memcached_test

import (
	"net"
	"sync/atomic"
)

// A front makes gomemcache behave like another version: it stands between
// gomemcache and a lane, and changes what a Get that carries a call does.
type front struct {
	net.Conn         // the lane
	write, read talk // in place of the lane's; nil: no other
	loop        bool // the client has a goroutine that reads
	carries     *atomic.Int32
	carrying    bool
}

type talk func(lane net.Conn, p []byte) (int, error)

func (f *front) Write(p []byte) (int, error) {
	f.carrying = string(p) == "gets batch\r\n"
	if f.carrying {
		f.carries.Add(1)
	}
	if f.carrying && f.write != nil {
		return f.write(f.Conn, p)
	}
	return f.Conn.Write(p)
}

func (f *front) Read(p []byte) (int, error) {
	if f.carrying && f.read != nil {
		return f.read(f.Conn, p)
	}
	return f.Conn.Read(p)
}

// inFront puts fronts in front of a client's lanes. It returns how many calls
// they were to carry.
func (f front) inFront(m store) *atomic.Int32 {
	var carries atomic.Int32
	m.PutInFront(func(lane net.Conn) net.Conn {
		if f.loop {
			lane = newReader(lane)
		}
		return &front{Conn: lane, write: f.write, read: f.read, carries: &carries}
	})
	return &carries
}

// then is a Read of the lane, followed by a deed whose error becomes the error
// of the Read. If answer is not empty, the client gets it in place of what was
// read.
func then(answer string, deed func(lane net.Conn) error) talk {
	return func(lane net.Conn, p []byte) (int, error) {
		n, err := lane.Read(p)
		if err == nil {
			err = deed(lane)
		}
		if err == nil && answer != "" {
			n = copy(p, answer)
		}
		return n, err
	}
}

// unexpected are ways to do a Get that the carrier does not know.
var unexpected = map[string]front{
	"writes in two pieces": {write: func(lane net.Conn, p []byte) (int, error) {
		n, err := lane.Write(p[:5])
		if err != nil {
			return n, err
		}
		more, err := lane.Write(p[5:])
		return n + more, err
	}},
	"writes once more": {write: func(lane net.Conn, p []byte) (int, error) {
		n, err := lane.Write(p)
		if err == nil {
			_, err = lane.Write([]byte("noop\r\n"))
		}
		return n, err
	}},
	"writes twice": {write: func(lane net.Conn, p []byte) (int, error) {
		_, _ = lane.Write(p)
		return lane.Write(p)
	}},
	"writes another command": {write: func(lane net.Conn, p []byte) (int, error) { return lane.Write(p[:len(p)-1]) }},
	"reads before it writes": {write: func(lane net.Conn, p []byte) (int, error) {
		if _, err := lane.Read(make([]byte, 1)); err != nil {
			return 0, err
		}
		return lane.Write(p)
	}},
	"closes before it writes": {write: func(lane net.Conn, p []byte) (int, error) {
		_ = lane.Close()
		return lane.Write(p)
	}},
	"does not read": {read: func(_ net.Conn, p []byte) (int, error) { return copy(p, "END\r\n"), nil }},
	"neither writes nor reads": {
		write: func(_ net.Conn, p []byte) (int, error) { return len(p), nil },
		read:  func(_ net.Conn, p []byte) (int, error) { return copy(p, "END\r\n"), nil },
	},
	"does not hear of errors": {
		write: func(lane net.Conn, p []byte) (int, error) { _, _ = lane.Write(p[:1]); return len(p), nil },
		read:  func(lane net.Conn, p []byte) (int, error) { _, _ = lane.Read(p); return copy(p, "END\r\n"), nil },
	},
	"takes the answer for an error": {read: then("ERROR\r\n", func(net.Conn) error { return nil })},
	"finds an item":                 {read: then("VALUE batch 0 1 1\r\nx\r\nEND\r\n", func(net.Conn) error { return nil })},
	"reads on": {read: then("", func(lane net.Conn) error {
		_, err := lane.Read(make([]byte, 1))
		return err
	})},
	"writes when it has its answer": {read: then("", func(lane net.Conn) error {
		_, err := lane.Write([]byte("mn\r\n"))
		return err
	})},
	"reads half of the answer": {read: func(lane net.Conn, p []byte) (int, error) {
		_, err := lane.Read(p[:2])
		return copy(p, "END\r\n"), err
	}},
}
