package mx

import (
	"net"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// udp is a connected UDP socket that moves many packets with one system call:
// sendmmsg(2), recvmmsg(2).
type udp struct {
	conn *net.UDPConn
	raw  syscall.RawConn

	in  [batch]mmsg
	inV [batch]unix.Iovec
	buf [batch][largest]byte

	out  [batch]mmsg
	outV [batch]unix.Iovec

	// What the system calls below work on and leave behind; the functions are made once.
	received, sent int
	recvErr        syscall.Errno
	sendErr        syscall.Errno
	pending        []mmsg
	recv, write    func(fd uintptr) bool
}

// mmsg is struct mmsghdr.
type mmsg struct {
	header unix.Msghdr
	size   uint32
}

const (
	batch   = 32      // packets a system call
	largest = 4 << 10 // what some servers send in spite of our EDNS buffer
)

func newUDP(conn *net.UDPConn) (line, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	u := &udp{conn: conn, raw: raw}
	for i := range batch {
		u.inV[i].Base = &u.buf[i][0]
		u.inV[i].SetLen(largest)
		u.in[i].header.Iov = &u.inV[i]
		u.in[i].header.SetIovlen(1)
		u.out[i].header.Iov = &u.outV[i]
		u.out[i].header.SetIovlen(1)
	}
	u.recv = func(fd uintptr) bool {
		n, _, err := syscall.Syscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&u.in[0])), batch, unix.MSG_DONTWAIT, 0, 0)
		u.received, u.recvErr = int(n), err
		return err != syscall.EAGAIN
	}
	u.write = func(fd uintptr) bool {
		n, _, err := syscall.Syscall6(unix.SYS_SENDMMSG, fd, uintptr(unsafe.Pointer(&u.pending[0])), uintptr(len(u.pending)), unix.MSG_DONTWAIT, 0, 0)
		u.sent, u.sendErr = int(n), err
		return err != syscall.EAGAIN
	}
	return u, nil
}

func (u *udp) send(p *packets) error {
	var failed error
	for i := 0; i < p.len(); {
		n := min(p.len()-i, batch)
		for j := range n {
			packet := p.at(i + j)
			u.outV[j].Base = &packet[0]
			u.outV[j].SetLen(len(packet))
		}
		u.pending = u.out[:n]
		if err := u.raw.Write(u.write); err != nil {
			return err
		}
		switch u.sendErr {
		case 0:
			i += u.sent
		case syscall.EINTR:
		default:
			// It concerns the first packet, or one sent before: go on behind it.
			failed = packetError(u.sendErr)
			i++
		}
	}
	return failed
}

func (u *udp) receive(take func([]byte)) error {
	if err := u.raw.Read(u.recv); err != nil {
		return err
	}
	if u.recvErr == syscall.EINTR {
		return nil
	}
	if u.recvErr != 0 {
		return packetError(u.recvErr)
	}
	for i := range u.received {
		take(u.buf[i][:u.in[i].size])
	}
	return nil
}

func (u *udp) Close() error { return u.conn.Close() }
