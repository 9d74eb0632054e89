package mx

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// unreachable is what Windows says of a port that nobody listens at (an ICMP message
// tells it so), and of a host or net that no route leads to.
func unreachable() []syscall.Errno {
	return []syscall.Errno{windows.WSAECONNRESET, windows.WSAECONNREFUSED, windows.WSAEHOSTUNREACH, windows.WSAENETUNREACH}
}
