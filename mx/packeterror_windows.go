package mx

import "syscall"

// portClosed is what Windows makes of an ICMP message that nobody listens.
const portClosed = syscall.WSAECONNRESET
