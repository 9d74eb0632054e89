package mx

import (
	"errors"
	"syscall"
)

// packetError says what an error of a UDP socket means for its lane: nil, a blip
// or, as it is, the end.
func packetError(err error) error {
	switch {
	case errors.Is(err, syscall.ENOBUFS):
		// A full queue of ours drops packets, as any on the way may.
		return nil
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, portClosed),
		errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EPERM):
		return blip{err}
	}
	return err
}
