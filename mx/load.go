package mx

// Load is what one resolver was asked, and how it bore that.
type Load struct {
	Server    string
	Asked     int64   // packets, or requests
	Answered  int64   // definitely: records, or that there are none
	Lost      int64   // without an answer, or refused, and answered when asked again
	Rate      float64 // the most answers a second, over 20 ms or more
	BackedOff int64   // how often it was asked more slowly from then on
}

// Loads returns what each resolver was asked so far, in the order of Servers.
func (r *Resolver) Loads() []Load {
	r.gate.mu.Lock()
	defer r.gate.mu.Unlock()
	var loads []Load
	for i := range r.gate.windows {
		load := r.gate.windows[i].load
		load.Server = r.servers[i].name
		loads = append(loads, load)
	}
	return loads
}
