//go:build !linux

package mx

import (
	"net"
)

func newUDP(conn *net.UDPConn) (line, error) { return newPortable(conn), nil }
