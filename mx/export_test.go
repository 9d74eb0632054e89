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
