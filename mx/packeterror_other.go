//go:build !windows

package mx

import "syscall"

// unreachable is what a system says of a port that nobody listens at (an ICMP message
// tells it so), and of a host or net that no route leads to.
func unreachable() []syscall.Errno {
	return []syscall.Errno{syscall.ECONNREFUSED, syscall.EHOSTUNREACH, syscall.ENETUNREACH}
}
