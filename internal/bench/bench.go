//go:build linux || darwin

// Package bench answers one question: what did a run of a command cost? The programs
// that hold winnow against others share it.
package bench

import (
	"bytes"
	"cmp"
	"fmt"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// Cost is what one run of a command took.
type Cost struct {
	Elapsed time.Duration
	CPU     time.Duration // user and system
	RSS     int64         // peak resident memory, bytes; a child begins with its parent's, some 10 MB
	Faults  int64         // pages that the system had to find or to clear
}

// Run runs cmd, and tells what it cost also where it fails. An error, which wraps
// that of cmd.Run, has the first line of what cmd said on standard error, unless
// that goes elsewhere.
func Run(cmd *exec.Cmd) (Cost, error) {
	var complaint bytes.Buffer
	if cmd.Stderr == nil {
		cmd.Stderr = &complaint
	}
	start := time.Now()
	err := cmd.Run()
	cost := Cost{Elapsed: time.Since(start)}
	if cmd.ProcessState != nil {
		cost.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			cost.Faults, cost.RSS = int64(usage.Minflt), int64(usage.Maxrss)
			if runtime.GOOS != "darwin" { // which alone counts bytes
				cost.RSS *= 1024
			}
		}
	}
	if line, _, _ := bytes.Cut(bytes.TrimSpace(complaint.Bytes()), []byte("\n")); err != nil && len(line) > 0 {
		err = fmt.Errorf("%w: %s", err, line)
	}
	return cost, err
}

// Median returns the run in the middle of runs by what of says of each: of an even
// number the lower one, of none the zero value.
func Median[R any, K cmp.Ordered](runs []R, of func(R) K) R {
	if len(runs) == 0 {
		var none R
		return none
	}
	sorted := slices.SortedFunc(slices.Values(runs), func(a, b R) int { return cmp.Compare(of(a), of(b)) })
	return sorted[(len(sorted)-1)/2]
}
