package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"runtime/pprof"
	"syscall"
	"time"

	"winnow/mx"
)

func main() {
	var names []string
	f, _ := os.Open(os.Args[2])
	s := bufio.NewScanner(f)
	for s.Scan() {
		names = append(names, s.Text())
	}
	r := mx.New(mx.Options{Servers: os.Args[3:]})
	p, _ := os.Create(os.Args[1])
	pprof.StartCPUProfile(p)
	start := time.Now()
	count := map[string]int{}
	go func() {
		for range time.Tick(500 * time.Millisecond) {
			fmt.Fprintln(os.Stderr, time.Since(start).Round(time.Millisecond), r.Debug())
		}
	}()
	err := r.Resolve(context.Background(), func(yield func(string) bool) {
		for _, n := range names {
			if !yield(n) {
				return
			}
		}
	}, func(a mx.Answer) { count[a.Outcome.String()]++ })
	pprof.StopCPUProfile()
	var ru syscall.Rusage
	syscall.Getrusage(0, &ru)
	el := time.Since(start)
	fmt.Println(err, el, float64(len(names))/el.Seconds(), "names/s", count, "user", ru.Utime.Sec, ru.Utime.Usec/1000, "sys", ru.Stime.Sec, ru.Stime.Usec/1000, r.Debug())
}
