package mx

import (
	"net"
	"slices"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// udp is a connected UDP socket that moves many packets with one system call:
// sendmmsg(2), recvmmsg(2). Those of one size go through the system as one, which it
// cuts apart as late as it can: UDP_SEGMENT of udp(7).
type udp struct {
	conn *net.UDPConn
	raw  syscall.RawConn

	in  [batch]mmsg
	inV [batch]unix.Iovec
	buf [batch][largest]byte

	out   [batch]mmsg
	outV  [batch]unix.Iovec
	cuts  [batch]cut
	order [batch]int // of the packets, by size
	whole bool       // packets are not to be joined: the system, or the way out, can not cut

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

// cut is the control message that tells the size of each packet of a message.
type cut struct {
	header unix.Cmsghdr
	size   uint16
	_      [6]byte // CMSG_SPACE(2), on any system
}

const (
	batch   = 32      // packets a system call
	largest = 2 << 10 // what some servers send in spite of our EDNS buffer; more counts as truncated
)

func newUDP(conn *net.UDPConn) (line, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	u := &udp{conn: conn, raw: raw}
	// Systems older than Linux 4.18 take the control message, and do not know it.
	if err := raw.Control(func(fd uintptr) {
		_, err := unix.GetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_SEGMENT)
		u.whole = err != nil
	}); err != nil {
		return nil, err
	}
	for i := range batch {
		u.inV[i].Base = &u.buf[i][0]
		u.inV[i].SetLen(largest)
		u.in[i].header.Iov = &u.inV[i]
		u.in[i].header.SetIovlen(1)
		u.cuts[i].header = unix.Cmsghdr{Level: unix.SOL_UDP, Type: unix.UDP_SEGMENT}
		u.cuts[i].header.SetLen(unix.CmsgLen(2))
	}
	// Neither call waits, so the scheduler need not be told.
	u.recv = func(fd uintptr) bool {
		n, _, err := syscall.RawSyscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&u.in[0])), batch, unix.MSG_DONTWAIT, 0, 0)
		u.received, u.recvErr = int(n), err
		return err != syscall.EAGAIN
	}
	u.write = func(fd uintptr) bool {
		n, _, err := syscall.RawSyscall6(unix.SYS_SENDMMSG, fd, uintptr(unsafe.Pointer(&u.pending[0])), uintptr(len(u.pending)), unix.MSG_DONTWAIT, 0, 0)
		u.sent, u.sendErr = int(n), err
		return err != syscall.EAGAIN
	}
	return u, nil
}

func (u *udp) send(p *packets) error {
	var failed error
	for first := 0; first < p.len(); first += batch {
		left := u.bySize(p, first, min(p.len()-first, batch))
		for len(left) > 0 {
			u.join(p, left)
			if err := u.raw.Write(u.write); err != nil {
				return err
			}
			switch u.sendErr {
			case 0:
				for i := range u.sent {
					left = left[u.out[i].header.Iovlen:]
				}
			case syscall.EINTR:
			default:
				if len(u.pending) < len(left) && isUncut(u.sendErr) {
					u.whole = true
					continue
				}
				// It concerns the first packet, or one sent before: go on behind it.
				failed = packetError(u.sendErr)
				left = left[1:]
			}
		}
	}
	return failed
}

// bySize returns the n packets from the first on, in the order of their sizes.
func (u *udp) bySize(p *packets, first, n int) []int {
	order := u.order[:n]
	for i := range order {
		order[i] = first + i
	}
	if !u.whole {
		slices.SortFunc(order, func(a, b int) int { return len(p.at(a)) - len(p.at(b)) })
	}
	return order
}

// join makes messages to be sent of packets, which are in the order of their sizes.
func (u *udp) join(p *packets, order []int) {
	n := 0
	for i := 0; i < len(order); n++ {
		size, first := len(p.at(order[i])), i
		for ; i < len(order) && (i == first || !u.whole && len(p.at(order[i])) == size); i++ {
			packet := p.at(order[i])
			u.outV[i].Base = &packet[0]
			u.outV[i].SetLen(size)
		}
		h := &u.out[n].header
		h.Iov = &u.outV[first]
		h.SetIovlen(i - first)
		h.Control = nil
		h.SetControllen(0)
		if i-first > 1 {
			u.cuts[n].size = uint16(size)
			h.Control = (*byte)(unsafe.Pointer(&u.cuts[n]))
			h.SetControllen(int(unsafe.Sizeof(u.cuts[n])))
		}
	}
	u.pending = u.out[:n]
}

// isUncut reports whether an error may mean that packets that were joined can not be
// cut apart: the kernel is older than 4.18, or the way out reckons no checksums.
func isUncut(err syscall.Errno) bool {
	return err == syscall.EINVAL || err == syscall.EIO || err == syscall.EOPNOTSUPP || err == syscall.ENOPROTOOPT || err == syscall.EMSGSIZE
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
		packet := u.buf[i][:u.in[i].size]
		if u.in[i].header.Flags&unix.MSG_TRUNC != 0 {
			packet[2] |= truncated // to be asked for by TCP
		}
		take(packet)
	}
	return nil
}

func (u *udp) haul() int { return batch }

func (u *udp) Close() error { return u.conn.Close() }
