package mx

import (
	"context"
	"strings"
	"sync"

	"github.com/miekg/dns"
)

// wildcards notices zones in which every name seems to exist: a TLD that parks
// what nobody has registered, a company's wildcard. Once a run has found many
// domains in a zone, it asks for a name there that nobody has. It belongs to the
// goroutine of the run.
type wildcards struct {
	r      *Resolver
	zones  map[string]*zone // by the name above that of the domains
	found  chan string      // zones that answered
	asking sync.WaitGroup
	within context.Context // until the run ends
	forget context.CancelFunc
}

type zone struct {
	domains int
	wild    bool
}

const (
	manyDomains = 20     // of a zone: ask
	maxZones    = 10_000 // that a run counts
)

func newWildcards(ctx context.Context, r *Resolver) *wildcards {
	w := &wildcards{r: r, zones: map[string]*zone{}, found: make(chan string)}
	w.within, w.forget = context.WithCancel(ctx)
	return w
}

// above returns the zone that a domain would be delegated from; "" for a TLD.
func above(name string) string {
	_, zone, _ := strings.Cut(name, ".")
	return zone
}

// note counts a domain that takes mail, and says what its zone is known to do; "" if nothing.
func (w *wildcards) note(name string) string {
	above := above(name)
	z := w.zones[above]
	if z == nil {
		if above == "" || len(w.zones) >= maxZones {
			return ""
		}
		z = &zone{}
		w.zones[above] = z
	}
	z.domains++
	if z.domains == manyDomains {
		w.asking.Go(func() { w.ask(above) })
	}
	if z.wild {
		return above + " answers every name"
	}
	return ""
}

func (w *wildcards) ask(zone string) {
	if !w.r.answersAny(w.within, zone) {
		return
	}
	select {
	case w.found <- zone:
	case <-w.within.Done():
	}
}

// learn takes what was found.
func (w *wildcards) learn(zone string) { w.zones[zone].wild = true }

// end forgets what is still being asked.
func (w *wildcards) end() {
	w.forget()
	w.asking.Wait()
}

// answersAny reports whether a name that nobody has seems to exist in a zone, with
// mail hosts or an address.
func (r *Resolver) answersAny(ctx context.Context, zone string) bool {
	name := madeUp() + "." + zone + "."
	for _, qtype := range []uint16{dns.TypeMX, dns.TypeA} {
		var s said
		if r.ask(ctx, nil, question{name, qtype}, anyServer, &s); s.status == positive {
			return true
		}
	}
	return false
}
