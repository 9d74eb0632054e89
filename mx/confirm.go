package mx

import (
	"context"
	"slices"
)

// draft is an opinion on its way to an Answer.
//
//	ask ──▶ negative? ──▶ second opinion ──▶ canaries that start after it ──▶ all that once more ──▶ Answer
//	            └─ no ─────────────────────────────────────────────────────────────────────────────▶ Answer
type draft struct {
	opinion
	epoch   int    // of the resolver when the asking began
	backers []set  // servers who, taken together, gave the whole outcome
	unheard set    // servers that should have given it and could not answer
	dissent string // what speaks against it
	agreed  bool   // enough servers gave it
	second  bool   // it was asked for once more, as one that is denied
	again   bool   // the same was said the time before
	checks  uint8  // canary checks that could not settle it
	rounds  uint8  // how often it was asked for before
}

// draft asks for a domain and, of what would condemn it, for a second opinion. d began as
// nothing.
func (r *Resolver) draft(ctx context.Context, name string, ask *inquiry, d *draft) {
	d.epoch = r.epoch()
	ask.epoch, ask.via = d.epoch, anyServer
	ask.domain(ctx, name, &d.opinion)
	if d.Outcome.negative() && ctx.Err() == nil {
		r.corroborate(ctx, ask, d)
	}
}

// corroborate asks for the second opinion.
func (r *Resolver) corroborate(ctx context.Context, ask *inquiry, d *draft) {
	d.backers = []set{d.servers}

	// An answer put together from several servers is the word of none of them.
	wanted := 1
	if d.servers.several() {
		wanted = 2
	}
	for server := range r.servers {
		s := r.standing.Load()
		if wanted == 0 || ctx.Err() != nil {
			break
		}
		if d.servers == one(server) || s.lying.has(server) || s.dead.has(server) {
			continue
		}
		ask.via = server
		second := new(opinion)
		ask.domain(ctx, d.Name, second)
		switch {
		case second.Outcome == d.Outcome:
			wanted--
			d.backers = append(d.backers, one(server))
			d.doubted = d.doubted || second.doubted
		case second.Outcome.Temporary():
			d.unheard.add(server)
		case second.Outcome.negative():
			d.dissent = second.Outcome.String() + ", " + second.Detail
		default:
			// Who found mail hosts knows more than who found none.
			epoch := d.epoch
			*d = draft{} // bit by bit: a whole one would stand on the stack first
			d.opinion, d.epoch = *second, epoch
			return
		}
	}
	d.agreed = wanted == 0
}

// answer is what to report of d if it is not negative.
func (d *draft) answer(epoch int) Answer {
	a := d.Answer
	a.Confirmed = !a.Outcome.Temporary() && !d.doubted && d.epoch == epoch
	if !a.Confirmed && !a.Outcome.Temporary() {
		a.Detail = oneLine(a.Detail + "; not confirmed: the resolver filters, or did not pass its canaries")
	}
	return a
}

// settle judges a negative by a check that started after it; liars are not believed,
// whatever it says of them. It returns false if that check could not tell.
func (d *draft) settle(s *standing, liars set) (Answer, bool) {
	a := d.Answer
	not := func(why string) (Answer, bool) {
		a.Detail = oneLine(a.Detail + "; not confirmed: " + why)
		return a, true
	}
	switch {
	case s.epoch != d.epoch, slices.ContainsFunc(d.backers, func(backers set) bool { return backers&liars != 0 }):
		return not("a resolver lied meanwhile")
	case d.doubted:
		return not("the resolver filters, or did not pass its canaries")
	case d.dissent != "":
		return not("another resolver differs: " + d.dissent)
	}
	for _, backers := range d.backers {
		if !backers.within(s.passed) {
			continue
		}
		// A server that cannot be asked does not keep the others from being believed.
		if !d.agreed && !d.unheard.within(s.dead) {
			return not("a second resolver could not say")
		}
		a.Confirmed = true
		return a, true
	}
	return a, false
}

// Why a negative could not be settled.
const (
	unasked = "the canaries could not be asked"
	fickle  = "it is denied now in one way and now in another"
)

// unsettled is what to report of a negative that could not be settled, and why.
func (d *draft) unsettled(why string) Answer {
	a := d.Answer
	a.Detail = oneLine(a.Detail + "; not confirmed: " + why)
	return a
}
