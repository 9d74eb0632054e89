package mx

import (
	"net"
)

// portable is a connected UDP socket on any system: one packet a system call.
type portable struct {
	conn *net.UDPConn
	buf  [largestDatagram]byte
}

// largestDatagram is more than any has: one that is larger than the buffer is an
// error on Windows.
const largestDatagram = 1 << 16

func newPortable(conn *net.UDPConn) *portable { return &portable{conn: conn} }

func (u *portable) send(p *packets) error {
	var failed error
	for i := range p.len() {
		if _, err := u.conn.Write(p.at(i)); err != nil {
			failed = packetError(err)
		}
	}
	return failed
}

func (u *portable) receive(take func([]byte)) error {
	n, err := u.conn.Read(u.buf[:])
	if err != nil {
		return packetError(err)
	}
	take(u.buf[:n])
	return nil
}

func (u *portable) Close() error { return u.conn.Close() }
