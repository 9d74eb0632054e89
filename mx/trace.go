package mx

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Exchange is one question that was asked, and what came of it.
type Exchange struct {
	Question string        // name and type: "acme.com MX"
	MadeUp   bool          // the name was made up, to see whether its zone answers every name
	Server   string        // who answered, or was asked last; "" if nobody was there to be asked
	Answer   string        // for people: response code, extended error, or that nothing came; one line of ASCII
	Records  []string      // each record's data in presentation form: "10 mx1.acme.com."; before it "CNAME acme.com." for each alias
	TTL      time.Duration // of the records, or of the denial; 0 if not known
	Took     time.Duration // with all tries, and with the waiting for a turn
	Tries    int           // how often it was sent; 0 if nobody was there to be asked
}

// Trace asks for one domain as Lookup does, and tells what was asked and answered:
// of the domain first, then of its mail hosts by preference, then the rest. It
// remembers no answer and takes none from memory.
//
// It asks for more than Lookup: for A and AAAA of every mail host, of the first 64
// at most, and, where the answer is confirmed, whether the zone above the domain
// answers a made-up name too; if so, the detail says it. The canaries are not
// among the exchanges. The error is ctx's.
func (r *Resolver) Trace(ctx context.Context, name string) (Answer, []Exchange, error) {
	r.wire.enter()
	defer r.wire.leave()
	t := &trace{r: r}
	ask := inquiry{r: r, hosts: newMemo[hostKey, located](maxHosts), via: anyServer, keep: r.rememberHost, trace: t}
	a := r.lookup(ctx, name, ask)
	ask.hosts.running.Wait() // what all has given up

	var rest sync.WaitGroup
	a.Hosts = slices.Clone(a.Hosts)
	for i := range a.Hosts[:min(len(a.Hosts), maxExchangers)] {
		rest.Go(func() { t.complete(ctx, &a.Hosts[i]) })
	}
	if a.Confirmed {
		rest.Go(func() { a.Detail = oneLine(a.Detail + ask.zoneAbove(ctx, name)) })
	}
	rest.Wait()
	ask.hosts.running.Wait()
	if err := ctx.Err(); err != nil {
		return Answer{}, nil, fmt.Errorf("mx: trace %s: %w", name, err)
	}
	return a, t.exchanges(&a), nil
}

// zoneAbove says, for a detail, whether the zone above name answers a made-up name
// too, by a wildcard (RFC 4592); "" if it does not. It is for traces.
func (q *inquiry) zoneAbove(ctx context.Context, name string) string {
	_, zone, ok := strings.Cut(name, ".")
	if !ok {
		return ""
	}
	q.trace.madeUp = madeUp() + "." + zone
	var o opinion
	q.domain(ctx, q.trace.madeUp, &o)
	// Signers that deny a name by NODATA (RFC 9824) are no wildcards.
	if o.Outcome == Missing || o.Outcome == None || o.Outcome.Temporary() {
		return ""
	}
	return fmt.Sprintf("; %s answers every name: %s", zone, o.Outcome)
}

// trace notes what is asked about one domain. Safe for concurrent use, but for
// madeUp, which is set before it is asked for.
type trace struct {
	r      *Resolver
	madeUp string

	mu    sync.Mutex
	heard []heard
}

// heard is a question with what came of it.
type heard struct {
	question
	said
	began time.Time
	took  time.Duration
}

// ask asks as the resolver does. What was given up is not noted.
func (t *trace) ask(ctx context.Context, q question, via int, into *said) {
	began := time.Now()
	t.r.ask(ctx, nil, q, via, into)
	if ctx.Err() != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.heard = append(t.heard, heard{q, *into, began, time.Since(began)})
	into.hosts = slices.Clone(into.hosts)
}

// complete asks for those addresses of a host that were not asked for yet, and
// gives it all that any server named.
func (t *trace) complete(ctx context.Context, h *Host) {
	if addr, err := netip.ParseAddr(h.Name); err == nil {
		h.Addrs = []netip.Addr{addr}
		return
	}
	h.Addrs = nil
	for _, qtype := range []uint16{dns.TypeA, dns.TypeAAAA} {
		q := question{dns.Fqdn(h.Name), qtype}
		if !t.knows(q) {
			t.ask(ctx, q, anyServer, new(said))
		}
		for _, s := range t.about(q) {
			for _, addr := range s.addrs {
				if !slices.Contains(h.Addrs, addr) {
					h.Addrs = append(h.Addrs, addr)
				}
			}
		}
	}
}

// knows reports whether q need not be asked: it was, or its name does not exist,
// whatever the type (RFC 8020).
func (t *trace) knows(q question) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(t.heard, func(h heard) bool {
		return h.name == q.name && (h.qtype == q.qtype || h.status == nxdomain)
	})
}

func (t *trace) about(q question) []said {
	t.mu.Lock()
	defer t.mu.Unlock()
	var about []said
	for _, h := range t.heard {
		if h.question == q {
			about = append(about, h.said)
		}
	}
	return about
}

// exchanges returns what was heard: first of the domain, then of its hosts, each
// in the order of asking, whichever of those that were asked at once came first.
func (t *trace) exchanges(a *Answer) []Exchange {
	names := []string{dns.Fqdn(a.Name)}
	for _, h := range a.Hosts {
		names = append(names, dns.Fqdn(h.Name))
	}
	place := func(h heard) int {
		if i := slices.Index(names, h.name); i >= 0 {
			return i
		}
		return len(names)
	}
	slices.SortFunc(t.heard, func(x, y heard) int {
		return cmp.Or(cmp.Compare(place(x), place(y)), x.began.Compare(y.began))
	})
	exchanges := make([]Exchange, len(t.heard))
	for i, h := range t.heard {
		exchanges[i] = t.exchange(h)
	}
	return exchanges
}

func (t *trace) exchange(h heard) Exchange {
	name := relative(h.name)
	e := Exchange{
		Question: name + " " + dns.TypeToString[h.qtype],
		MadeUp:   name == t.madeUp,
		Answer:   h.detail,
		TTL:      h.ttl,
		Took:     h.took,
		Tries:    h.tries,
	}
	if h.tries > 0 {
		e.Server = t.r.servers[h.server].name
		e.Answer = strings.TrimPrefix(h.detail, e.Server+": ")
	}
	for _, alias := range h.aliases {
		e.Records = append(e.Records, "CNAME "+dns.Fqdn(alias))
	}
	for _, host := range h.hosts {
		e.Records = append(e.Records, fmt.Sprintf("%d %s", host.Preference, dns.Fqdn(host.Name)))
	}
	for _, addr := range h.addrs {
		e.Records = append(e.Records, addr.String())
	}
	return e
}
