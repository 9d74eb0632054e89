//go:build !linux

package mx

import (
	"net"
)

// udp is a connected UDP socket.
type udp struct {
	conn *net.UDPConn
	buf  [largest]byte
}

const largest = 4 << 10 // what some servers send in spite of our EDNS buffer

func newUDP(conn *net.UDPConn) (line, error) { return &udp{conn: conn}, nil }

func (u *udp) send(p *packets) error {
	var failed error
	for i := range p.len() {
		if _, err := u.conn.Write(p.at(i)); err != nil {
			failed = err
		}
	}
	return failed
}

func (u *udp) receive(take func([]byte)) error {
	n, err := u.conn.Read(u.buf[:])
	if err != nil {
		return err
	}
	take(u.buf[:n])
	return nil
}

func (u *udp) Close() error { return u.conn.Close() }
