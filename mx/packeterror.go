package mx

import (
	"errors"
	"slices"
	"syscall"
)

// packetError says what an error of a UDP socket means for its lane: nil, a blip
// or, as it is, the end.
func packetError(err error) error {
	if errors.Is(err, syscall.ENOBUFS) {
		// A full queue of ours drops packets, as any on the way may.
		return nil
	}
	if errors.Is(err, syscall.EPERM) || slices.ContainsFunc(unreachable(), func(e syscall.Errno) bool { return errors.Is(err, e) }) {
		return blip{err}
	}
	return err
}
