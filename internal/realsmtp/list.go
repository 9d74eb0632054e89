//go:build linux

package realsmtp

import "fmt"

// Row is an address, and what the server's table says of it.
type Row struct {
	Address string
	Domain  string
	Manner  Manner
	Box     Box  // if Is
	Is      bool // there is such a recipient
	Status  string
	Codes   []string // what a probe may call it, any of them, without "smtp."; none where it is valid
}

// labManners are those of one turn of Lab's domains.
func labManners() []Manner {
	return []Manner{Plain, CatchAll, Greylists, Plain, Defers, RefusesAll, Plain, BlocksSender, BlocksGreeting, Slow}
}

// labTurn is what is of the recipients of a domain: of 20, one after another.
// Not all of the first five are refused.
var labTurn = [20]struct {
	box Box
	is  bool
}{
	{Mailbox, true}, {}, {Mailbox, true}, {Mailbox, true}, {Full, true},
	{Mailbox, true}, {Mailbox, true}, {Disabled, true}, {Mailbox, true}, {Mailbox, true},
	{}, {Mailbox, true}, {Mailbox, true}, {Deferred, true}, {Mailbox, true},
	{}, {Mailbox, true}, {Mailbox, true}, {}, {Mailbox, true},
}

// Lab returns domains of all manners for a server of the family, "exim" or
// "postfix", and n addresses of theirs, mixed, none twice; always the same. The names are none that are reserved.
//
// By what a list wants to know, a recipient who is greylisted or whose server is
// slow is what comes out in the end. Who is asked of a server that refuses us, all,
// or nobody, is unknown.
func Lab(family string, n int) ([]Domain, []Row) {
	const count = 20
	manners := labManners()
	domains := make([]Domain, count)
	for i := range domains {
		m := manners[i%len(manners)]
		domains[i] = Domain{Name: fmt.Sprintf("%s%02d-%s.com", m, i, family), Manner: m, Boxes: map[string]Box{}}
	}
	rows := make([]Row, 0, n)
	for i := range n {
		d, turn := domains[i%count], i/count
		what := labTurn[turn%len(labTurn)]
		if d.Manner == CatchAll {
			what.box = Mailbox // a host that is known to take all may not be asked further
		}
		local := labName(i)
		if what.is {
			d.Boxes[local] = what.box
		}
		row := Row{Address: local + "@" + d.Name, Domain: d.Name, Manner: d.Manner, Box: what.box, Is: what.is}
		row.Status, row.Codes = row.expected()
		rows = append(rows, row)
	}
	return domains, rows
}

// expected is what the table comes to.
func (r Row) expected() (status string, codes []string) {
	switch r.Manner {
	case Defers:
		return "unknown", []string{"deferred-system"}
	case RefusesAll:
		return "unknown", []string{"all-refused"}
	case BlocksSender, BlocksGreeting:
		return "unknown", []string{"ip-reputation", "blocked"}
	}
	switch {
	case r.Is && r.Box == Full:
		return "risky", []string{"full"}
	case r.Is && r.Box == Disabled:
		return "invalid", []string{"mailbox-disabled"}
	case r.Is && r.Box == Deferred:
		return "unknown", []string{"deferred-system"}
	case r.Manner == CatchAll:
		return "risky", []string{"catch-all"}
	case !r.Is:
		return "invalid", []string{"recipient-unknown"}
	}
	return "valid", nil
}

// labName returns a local part as people have them, another for every i.
func labName(i int) string {
	first := [...]string{"jane", "omar", "lucia", "piotr", "mei", "anna", "david", "fatima", "jonas", "chloe", "ravi", "ines"}
	last := [...]string{"smith", "haddad", "moreno", "nowak", "chen", "berg", "okafor", "yilmaz", "dupont", "rossi", "patel"}
	name := first[i%len(first)] + "." + last[i/len(first)%len(last)]
	if around := i / (len(first) * len(last)); around > 0 {
		name += fmt.Sprint(around)
	}
	return name
}
