package pipeline

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"winnow/address"
	"winnow/listio"
	"winnow/probe"
	"winnow/report"
	"winnow/validate"
	"winnow/verdict"
)

// probe reads the list once more, and asks the mail hosts for each address that is
// not invalid already. It is begun when all that DNS says is known.
//
//	list ─read─▶ rows that are worth it ─▶ Prober ─▶ probed
func (r *run) probe(ctx context.Context) error {
	p := &r.probed
	p.begin()
	g, ctx := errgroup.WithContext(ctx)
	blocks, targets := make(chan *listio.Block), make(chan probe.Target)
	from := r.List.Blocks()
	g.Go(func() error {
		return r.readBlocks(ctx, numStages, blocks, from, &p.rows)
	})
	g.Go(func() error {
		defer close(targets)
		for b := range blocks {
			if err := r.target(ctx, b, targets); err != nil {
				return err
			}
			from.Release(b)
		}
		return ctx.Err()
	})
	var done atomic.Int64
	asked, stop := context.WithCancel(ctx)
	g.Go(func() error { // answers may be long in coming: time goes on all the same
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				r.Progress(Probe, done.Load(), p.total())
			case <-asked.Done():
				return nil
			}
		}
	})
	g.Go(func() error {
		defer stop()
		var err error
		p.summary, err = r.Prober.Probe(ctx, received(ctx, targets), func(e probe.Evidence) {
			p.hear(e.ID, validate.Heard(e, r.Prober.Read(e)))
			r.Progress(Probe, done.Add(1), p.total())
		})
		return err
	})
	return g.Wait()
}

// target sends what is to be asked for the rows of a block.
func (r *run) target(ctx context.Context, b *listio.Block, to chan<- probe.Target) error {
	for i := range b.Len() {
		m := r.mailbox(b.Row(i))
		name := domainOf(&m)
		if name == "" {
			continue
		}
		d := r.domains.at(name)
		if err := r.Validator.Recall(&d.Domain, &m); err != nil {
			return err
		}
		if !r.Validator.Probes(&d.Domain, &m) {
			continue
		}
		// The row's block is not to live as long.
		a := address.Address{Local: strings.Clone(m.Addr.Local), Domain: d.ASCII}
		id, isNew := r.probed.add(a)
		if isNew && !send(ctx, to, probe.Target{ID: id, Addr: a, MX: *d.MX}) {
			return ctx.Err()
		}
	}
	return nil
}

// received yields what comes, until the channel is closed or ctx ends.
func received[T any](ctx context.Context, from <-chan T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			v, ok := receive(ctx, from)
			if !ok || !yield(v) {
				return
			}
		}
	}
}

// concludeProbe says in the summary what asking mail hosts came to.
func (r *run) concludeProbe(s *report.Summary) {
	if r.Unprobed != "" {
		s.Complete, s.HostsFailed = false, true
		s.Warnings = append(s.Warnings, "mail hosts could not be asked: "+r.Unprobed)
	}
	if r.Prober == nil {
		return
	}
	of := r.probed.summary
	p := &report.Probe{
		Addresses: int64(of.Targets), Recipients: int64(of.Recipients), MadeUp: int64(of.MadeUp), Connections: int64(of.Connections),
		NotAsked: int64(of.NotAsked), Remembered: int64(of.Remembered), CatchAll: int64(of.CatchAll), Domains: int64(of.Domains),
	}
	for _, b := range of.Blocked {
		p.Blocked = append(p.Blocked, report.Blocked{Provider: b.Group, Reason: "smtp." + b.Reading.Code, Reply: b.Reading.Detail, NotAsked: int64(b.NotAsked)})
	}
	s.Probe = p
	var answered, asked int64
	for _, said := range r.probed.said {
		asked++
		if said != nil && said.Answered {
			answered++
		}
	}
	if answered > 0 {
		s.Depth = verdict.DepthSMTP.String()
	}
	spent := int64(of.OverBudget)
	if spent > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("for %s of %s addresses no mail host was asked, for the budget was spent: they are unknown", report.Number(spent), report.Number(asked)))
	}
	if n := int64(of.NotAsked) - spent; n > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("for %s of %s addresses no mail host was asked (their rows say why)", report.Number(n), report.Number(asked)))
		if s.Complete && of.Connections == 0 {
			s.Complete, s.HostsFailed = false, true // there was nobody whom we could ask
		}
	}
	if asked -= spent; s.Complete && asked >= shallowRows && 2*answered < asked { // who sets a budget knows
		s.Complete, s.HostsFailed = false, true
		s.Warnings = append(s.Warnings, fmt.Sprintf("for %s of %s addresses mail hosts said nothing final", report.Number(asked-answered), report.Number(asked)))
	}
}
