package sender

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// DNS asks for the records of a name, an A-label name without the trailing dot. It
// is called concurrently.
type DNS interface {
	Ask(ctx context.Context, name string, t Type) Answer
}

// Type of records.
type Type uint16

// The types that are asked for, by their numbers in DNS.
const (
	A    Type = 1
	PTR  Type = 12
	MX   Type = 15
	TXT  Type = 16
	AAAA Type = 28
)

// Outcome of a question.
type Outcome uint8

const (
	Temporary Outcome = iota // could not be found out
	Records                  // there are some
	None                     // the name has none of that type: RFC 2308 section 2.2
	NXDomain                 // the name does not exist
)

// Answer to a question.
type Answer struct {
	Outcome Outcome
	Records []Record
	Detail  string // who said what, for people
}

// Record is one of the asked type. Names are in lower case without the trailing dot;
// "" is the root.
type Record struct {
	Text       string     // of TXT: its strings, joined
	Name       string     // of PTR and MX
	Preference uint16     // of MX
	Addr       netip.Addr // of A and AAAA
}

// absent reports that there is surely nothing.
func (a Answer) absent() bool { return a.Outcome == None || a.Outcome == NXDomain }

// memo asks each question once. Safe for concurrent use.
type memo struct {
	ctx context.Context
	dns DNS

	mu      sync.Mutex
	answers map[question]func() Answer
}

type question struct {
	name string
	t    Type
}

func newMemo(ctx context.Context, dns DNS) *memo {
	return &memo{ctx: ctx, dns: dns, answers: map[question]func() Answer{}}
}

func (m *memo) ask(name string, t Type) Answer {
	q := question{strings.ToLower(strings.TrimSuffix(name, ".")), t}
	m.mu.Lock()
	answer := m.answers[q]
	if answer == nil {
		answer = sync.OnceValue(func() Answer { return m.dns.Ask(m.ctx, q.name, q.t) })
		m.answers[q] = answer
	}
	m.mu.Unlock()
	return answer()
}

// addrs asks for both kinds of addresses of a host. What is Temporary of one kind
// is so of all, unless the other has records.
func (m *memo) addrs(host string) Answer {
	var four, six Answer
	var both sync.WaitGroup
	both.Go(func() { four = m.ask(host, A) })
	six = m.ask(host, AAAA)
	both.Wait()
	whole := Answer{Outcome: four.Outcome, Detail: four.Detail, Records: slices.Concat(four.Records, six.Records)}
	switch {
	case len(whole.Records) > 0:
		whole.Outcome = Records
	case four.Outcome != Temporary:
		whole.Outcome, whole.Detail = six.Outcome, six.Detail
	}
	return whole
}

// family asks for the addresses of a host that are of the kind of addr.
func (m *memo) family(host string, addr netip.Addr) Answer {
	if addr.Is4() {
		return m.ask(host, A)
	}
	return m.ask(host, AAAA)
}

// texts returns the TXT records of a name that fit. The answer is None where there are
// others only.
func (m *memo) texts(name string, fits func(string) bool) ([]string, Answer) {
	a := m.ask(name, TXT)
	var texts []string
	for _, r := range a.Records {
		if fits(r.Text) {
			texts = append(texts, r.Text)
		}
	}
	if a.Outcome == Records && len(texts) == 0 {
		a.Outcome = None
	}
	return texts, a
}

func holds(a Answer, addr netip.Addr) bool {
	return slices.ContainsFunc(a.Records, func(r Record) bool { return r.Addr == addr })
}

func addrsOf(a Answer) []netip.Addr {
	var addrs []netip.Addr
	for _, r := range a.Records {
		addrs = append(addrs, r.Addr)
	}
	return addrs
}

// list is what people read of several things, the first few of many.
func list[T any](things []T, text func(T) string) string {
	const most = 6
	var texts []string
	for i, t := range things {
		if i == most {
			return strings.Join(texts, ", ") + " …"
		}
		texts = append(texts, text(t))
	}
	return strings.Join(texts, ", ")
}
