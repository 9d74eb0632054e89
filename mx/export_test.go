package mx

import "time"

// Hurried returns o with the intervals shortened for tests.
func (o Options) Hurried() Options {
	o.pace = pace{
		check:    1500 * time.Millisecond,
		grace:    time.Second,
		every:    50 * time.Millisecond,
		trusted:  30 * time.Second,
		doubted:  50 * time.Millisecond,
		held:     2000,
		patience: 3,
		failed:   10 * time.Second,
	}
	return o
}

// Unhurried returns o with no check of the canaries between start and end of a
// run, unless so many negatives are held.
func (o Options) Unhurried(held int) Options {
	o = o.Hurried()
	o.pace.every, o.pace.held = time.Hour, held
	return o
}

// Portable returns o with the way of systems that move one packet a call.
func (o Options) Portable() Options {
	o.portable = true
	return o
}

// Exact reports whether the first server is known to repeat questions as they were spelt.
func (r *Resolver) Exact() bool { return r.servers[0].exact.Load() }
