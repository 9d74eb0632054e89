package validate

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"winnow/address"
	"winnow/provider"
	"winnow/verdict"
)

// Own is a list of the user's own: domains and addresses that are always to be
// let through, or never to be sent to. The zero Own is empty. It is read by many
// at once, but not while it is added to.
type Own struct {
	addresses map[string]bool // canonical: see [Mailbox.Canonical]
	domains   map[string]bool // A-labels; ".acme.com" is all below acme.com
}

// Len returns how many entries o has, each counted once.
func (o *Own) Len() int { return len(o.addresses) + len(o.domains) }

// Load adds the entries of the file at path. Errors name the file and the line.
func (o *Own) Load(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read a list of your own: %w", err)
	}
	defer f.Close()
	if err := o.Read(f); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

// Read adds the entries of a text, one a line: an address (jane@acme.com), which
// stands for its mailbox however it is written; a domain (acme.com, @acme.com); or
// all below a domain, but not itself (*.acme.com). Blank lines, and what follows
// a # at a line's start or behind a space, are left out. The error names the line.
func (o *Own) Read(r io.Reader) error {
	in := bufio.NewScanner(r)
	line := 0
	for in.Scan() {
		line++
		text := in.Text()
		if line == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		if err := o.add(entryOf(text)); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("line %d: %w", line+1, err)
	}
	return nil
}

// entryOf returns a line without its comment and outer white space.
func entryOf(line string) string {
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "#") {
		return ""
	}
	if i := strings.IndexAny(line, " \t"); i >= 0 && strings.HasPrefix(strings.TrimSpace(line[i:]), "#") {
		line = line[:i]
	}
	return line
}

var errNoEntry = errors.New("it is neither a domain (acme.com, *.acme.com) nor an address (jane@acme.com); write one a line")

func (o *Own) add(entry string) error {
	if entry == "" {
		return nil
	}
	if o.domains == nil {
		o.domains, o.addresses = make(map[string]bool), make(map[string]bool)
	}
	entry = strings.TrimPrefix(entry, "*@") // all addresses of a domain
	if m := Parse(entry); m.Fault == nil {
		o.addresses[m.Canonical()] = true
		return nil
	}
	name := strings.TrimPrefix(strings.TrimPrefix(entry, "@"), "*")
	below := strings.HasPrefix(name, ".")
	domain, err := address.ParseDomain(strings.TrimPrefix(name, "."))
	if err != nil || strings.HasPrefix(domain, "[") {
		return errNoEntry // it is not quoted: addresses are personal data
	}
	if below {
		domain = "." + domain
	}
	o.domains[domain] = true
	return nil
}

// hasDomain tells whether the domain is an entry, or lies below one that says so.
func (o *Own) hasDomain(domain string) bool {
	if len(o.domains) == 0 {
		return false
	}
	if o.domains[domain] {
		return true
	}
	for i := range len(domain) {
		if domain[i] == '.' && o.domains[domain[i:]] {
			return true
		}
	}
	return false
}

// hasMailbox tells whether the address is an entry.
func (o *Own) hasMailbox(m *Mailbox) bool {
	if len(o.addresses) == 0 || m.Addr.Local == "" {
		return false
	}
	var buf [128]byte
	return o.addresses[string(provider.AppendCanonical(buf[:0], m.Addr.Local, m.Addr.Domain))]
}

// own says which domains and addresses are on the user's own lists. Their word
// about an address beats their word about its domain, and denied beats allowed:
// see [Validator.Judge].
func own(allow, deny *Own) Check {
	said := func(denied, allowed bool) (set verdict.Set) {
		switch {
		case denied:
			return verdict.SetOf(ListDenied)
		case allowed:
			return verdict.SetOf(ListAllowed)
		}
		return set
	}
	c := Check{
		Kinds:  []verdict.Kind{ListDenied, ListAllowed},
		Domain: func(d *Domain) verdict.Set { return said(deny.hasDomain(d.ASCII), allow.hasDomain(d.ASCII)) },
	}
	if len(deny.addresses)+len(allow.addresses) > 0 { // else no row need be asked for
		c.Mailbox = func(_ *Domain, m *Mailbox) verdict.Set {
			return said(deny.hasMailbox(m), allow.hasMailbox(m))
		}
	}
	return c
}

// ownWord is what the user's own lists can say.
var ownWord = verdict.SetOf(ListDenied, ListAllowed)

// settleOwn joins what was said of an address and of its domain. What the user
// allows is not held against it by what winnow knows beforehand: lists, typos and
// customs. It still clears no wrong syntax and no missing domain.
func settleOwn(ofMailbox, ofDomain verdict.Set) verdict.Set {
	if ofMailbox.Intersects(ownWord) {
		ofDomain = ofDomain.Minus(ownWord) // an address beats its domain
	}
	kinds := ofMailbox.Union(ofDomain)
	if kinds.Has(ListAllowed) {
		kinds = kinds.Minus(clearedByAllowed)
	}
	return kinds
}

var clearedByAllowed = func() (set verdict.Set) {
	for k, info := range All() {
		family, _, _ := strings.Cut(info.Code, ".")
		if (family == "list" || family == "typo" || family == "local") && info.About != List && !ownWord.Has(k) {
			set = set.With(k)
		}
	}
	return set
}()
