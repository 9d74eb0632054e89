//go:build !windows

package mx

import "syscall"

// portClosed is what a system makes of an ICMP message that nobody listens.
const portClosed = syscall.ECONNREFUSED
