package mx

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// basis is what an answer rests on.
type basis struct {
	servers set  // that gave the replies
	doubted bool // a reply came from a server that had not passed its canaries, or that filters
	strain  bool // silence of a server that was losing questions, or a refusal: it may have been too much
	ttl     time.Duration
	detail  string // the reply that decided
}

func (b *basis) add(s *said) {
	b.merge(basis{
		servers: one(s.server),
		doubted: !s.honest || s.filtered,
		strain:  s.strained && s.status == silence || s.status == refused,
		ttl:     s.ttl,
		detail:  s.detail,
	})
}

func (b *basis) merge(o basis) {
	if b.servers == 0 || o.ttl < b.ttl {
		b.ttl = o.ttl
	}
	b.servers |= o.servers
	b.doubted = b.doubted || o.doubted
	b.strain = b.strain || o.strain
	b.detail = o.detail
}

// located is what is known of the addresses of one host.
type located struct {
	basis
	addrs  []netip.Addr
	failed Outcome   // temporary; 0 if all was answered
	at     time.Time // when that was learnt
}

// age takes from the TTL the seconds that l was remembered for: a record is kept no
// longer, however many hands it goes through.
func (l *located) age() {
	l.ttl = max(min(l.ttl, time.Second), l.ttl-time.Since(l.at).Truncate(time.Second))
}

type hostKey struct {
	name  string
	via   int
	epoch int
	again bool // who asks once more shares nothing with who asked first
}

type hostMemo = memo[hostKey, located]

// inquiry is the asking about one domain, at one server or at any.
type inquiry struct {
	r      *Resolver
	worker *worker // that asks; nil: a goroutine
	hosts  *hostMemo
	via    int
	keep   func(located) time.Duration // how long to remember a host
	epoch  int
	again  bool   // the domain is asked for once more
	trace  *trace // nil: nobody wants to know what is asked
}

// ask asks one question.
func (q *inquiry) ask(ctx context.Context, asked question, into *said) {
	if q.trace == nil {
		q.r.ask(ctx, q.worker, asked, q.via, into)
	} else {
		q.trace.ask(ctx, asked, q.via, into)
	}
}

// opinion is an answer before it is confirmed.
type opinion struct {
	Answer
	basis
}

// domain asks for the mail exchangers of name, for an opinion that began as nothing:
// RFC 5321 section 5.1. If ctx ends the opinion is worth nothing.
func (q *inquiry) domain(ctx context.Context, name string, o *opinion) {
	o.Name = name
	switch status, hosts := q.mx(ctx, o); status {
	case nxdomain:
		o.Outcome = Missing
	case positive:
		q.exchangers(ctx, o, hosts)
	case nodata:
		q.implicit(ctx, o)
	default:
		o.Outcome = status.outcome()
	}
	o.At = time.Now()
	if !o.Outcome.Temporary() {
		o.TTL = o.ttl
	}
	o.Detail = oneLine(o.detail)
}

// mx asks for the MX records of a domain.
func (q *inquiry) mx(ctx context.Context, o *opinion) (status, []Host) {
	var s said
	q.ask(ctx, question{dns.Fqdn(o.Name), dns.TypeMX}, &s)
	o.add(&s)
	return s.status, s.hosts
}

// implicit asks for the addresses of a domain without MX.
func (q *inquiry) implicit(ctx context.Context, o *opinion) {
	l := q.locate(ctx, o.Name)
	o.merge(l.basis)
	switch {
	case q.r.reaches(l.addrs):
		o.Outcome = Implicit
	case l.failed != 0:
		o.Outcome = l.failed
		return
	case len(l.addrs) > 0:
		o.unreached(l.addrs)
	default:
		o.Outcome = None
		return
	}
	o.Hosts = []Host{{Name: o.Name, Addrs: l.addrs}}
}

// maxExchangers are looked up; with more the domain would cost us too much.
const maxExchangers = 64

// exchangers judges a domain by its MX hosts, which are o's from then on. The first is
// looked up alone, the others at once only if that one will not do.
func (q *inquiry) exchangers(ctx context.Context, o *opinion, hosts []Host) {
	named := slices.DeleteFunc(hosts, func(h Host) bool { return h.Name == "" })
	if len(named) == 0 {
		o.Outcome = Null
		return
	}
	o.Hosts = named
	asked := named[:min(len(named), maxExchangers)]
	first := q.host(ctx, asked[0].Name)
	named[0].Addrs = first.addrs
	if q.r.reaches(first.addrs) {
		o.merge(first.basis)
		o.Outcome = Hosts
		return
	}
	found := append([]located{first}, q.all(ctx, asked[1:])...)

	var failed Outcome
	var addrs []netip.Addr
	for i, l := range found {
		named[i].Addrs = l.addrs
		addrs = append(addrs, l.addrs...)
		if failed == 0 {
			failed = l.failed
		}
	}
	if good := slices.IndexFunc(found, func(l located) bool { return q.r.reaches(l.addrs) }); good >= 0 {
		o.merge(found[good].basis)
		o.Outcome = Hosts
		return
	}
	for _, l := range found {
		o.merge(l.basis)
	}
	switch {
	case failed != 0:
		o.Outcome = failed
	case len(named) > len(asked):
		o.Outcome, o.detail = Malformed, fmt.Sprintf("%d mail exchangers, none of the first %d usable", len(named), len(asked))
	case len(addrs) > 0:
		o.unreached(addrs)
	default:
		o.Outcome = Unresolvable
	}
}

// all looks up hosts at once. What is still under way when one has a routable
// address is left alone, and stays zero.
func (q *inquiry) all(ctx context.Context, hosts []Host) []located {
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	found := make([]located, len(hosts))
	each := *q
	each.worker = nil
	q.worker.await(func() {
		var asking sync.WaitGroup
		for i, h := range hosts {
			if !q.r.help(ctx) {
				break
			}
			asking.Go(func() {
				defer func() { <-q.r.helpers }()
				found[i] = each.host(ctx, h.Name)
				if q.r.reaches(found[i].addrs) {
					enough()
				}
			})
		}
		asking.Wait()
	})
	return found
}

// help waits until another host may be looked up beside others of its domain: there
// are only so many of these at once. It returns false if ctx ends.
func (r *Resolver) help(ctx context.Context) bool {
	select {
	case r.helpers <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// host looks up a mail host, shared with all who ask for it.
func (q *inquiry) host(ctx context.Context, name string) located {
	// Postfix and sendmail deliver to an address that stands as a name.
	if addr, err := netip.ParseAddr(name); err == nil {
		return located{addrs: []netip.Addr{addr}, basis: basis{ttl: 1<<63 - 1, detail: "address as a name: " + name}}
	}
	l, err := q.hosts.doBy(ctx, q.worker, hostKey{name, q.via, q.epoch, q.again}, func(ctx context.Context, w *worker) (located, time.Duration) {
		// Who waits for it may leave before it has ended.
		q.r.wire.enter()
		defer q.r.wire.leave()
		by := *q
		by.worker = w
		l := by.locate(ctx, name)
		return l, q.keep(l)
	})
	if err != nil {
		return located{failed: Timeout}
	}
	l.age()
	return l
}

// locate asks for the addresses of a name: A, and AAAA where A has none to use.
func (q *inquiry) locate(ctx context.Context, name string) located {
	var l located
	for _, qtype := range []uint16{dns.TypeA, dns.TypeAAAA} {
		var s said
		q.ask(ctx, question{dns.Fqdn(name), qtype}, &s)
		l.add(&s)
		l.addrs = append(l.addrs, s.addrs...)
		if !s.status.definite() {
			l.failed = s.status.outcome()
		}
		if !s.status.definite() || s.status == nxdomain || q.r.reaches(l.addrs) {
			break
		}
	}
	l.at = time.Now()
	return l
}

// reaches reports whether mail can be sent to one of addrs.
func (r *Resolver) reaches(addrs []netip.Addr) bool {
	return slices.ContainsFunc(addrs, r.o.Routable)
}
