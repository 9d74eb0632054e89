package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"winnow/address"
	"winnow/mx"
	"winnow/policy"
	"winnow/sender"
)

type doctorFlags struct {
	asking
	helo, from, domain   string
	selectors, ips, only []string
	format               string
	port                 uint16
}

func doctorCommand(ui *tui) *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say whether our own set-up is fit to send and to probe from",
		Long: `Looks at what mail hosts look at before they take our mail, or answer us: the
resolver, the way out by port 25, our address and its name (PTR), the name that we
greet with (HELO), the sender's domain with its MX, SPF, DKIM, DMARC and MTA-STS, and
blocklists. Says of each what was seen, and what to do. No mail is sent; the mail hosts
of gmail.com, outlook.com, yahoo.com and gmx.net hear EHLO and QUIT.

What is not named is not looked at: --helo, --from and --selector name what you send
with. Our address is the one that mail hosts see; --ip names it where they do not say, or
to look at another machine's.

Exit codes: 0 nothing fails; 2 wrong usage; 3 a check fails; 4 none fails, but
something could not be found out. A warning is no failure.`,
		Example: `  winnow doctor --helo mail.acme.com --from news@acme.com --selector s1,s2
  winnow doctor --from bounces@esp.example --domain acme.com --selector k1@acme.com
  winnow doctor --only blocklist --ip 192.0.2.7,2001:db8::7
  winnow doctor --helo mail.acme.com --from '<>' --format json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), ui) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.helo, "helo", "", "the `NAME` that is greeted with (HELO, EHLO)")
	fs.StringVar(&f.from, "from", "", "the sender (MAIL FROM): an `ADDRESS`, its domain, or <>")
	fs.StringVar(&f.domain, "domain", "", "the `DOMAIN` that people see (From:), if it is another than --from's")
	fs.Var((*words)(&f.selectors), "selector", "look at these DKIM `SELECTORS`, by comma: NAME or NAME@DOMAIN (s= and d= of a signature)")
	fs.Var((*words)(&f.ips), "ip", "mail leaves from these `ADDRESSES`, by comma (as mail hosts see us)")
	fs.Var((*words)(&f.only), "only", "make only these `CHECKS`, by comma: "+checkNames())
	fs.StringVar(&f.format, "format", "text", "answer in this `FORMAT`: text, or json (one object)")
	fs.DurationVar(&f.timeout, "timeout", 0, "wait this `TIME` for each answer of DNS, tries and all (5s, or the policy's)")
	fs.Uint16Var(&f.port, "mail-port", 25, "connect to mail hosts at this `PORT` (tests)")
	_ = fs.MarkHidden("mail-port")
	f.addDNS(cmd, ui)
	complete(cmd, "format", "text", "json")
	complete(cmd, "only", checkIDs()...)
	return cmd
}

// resolverCheck is the one check that is not package sender's: mx has the canaries.
const resolverCheck = "resolver"

func checkIDs() []string {
	ids := []string{resolverCheck}
	for _, c := range sender.Checks() {
		ids = append(ids, c.Check)
	}
	return ids
}

// checkNames are the ids, in lines that fit beside a flag.
func checkNames() string {
	const most = 70
	var b strings.Builder
	long := len("make only these CHECKS, by comma: ")
	for i, id := range checkIDs() {
		if i > 0 {
			b.WriteByte(' ')
		}
		if long += len(id) + 1; long > most {
			b.WriteByte('\n')
			long = len(id) + 1
		}
		b.WriteString(id)
	}
	return strings.ReplaceAll(b.String(), " \n", "\n")
}

func (f *doctorFlags) run(ctx context.Context, ui *tui) error {
	p, err := f.policy()
	if err != nil {
		return err
	}
	if f.format != "text" && f.format != "json" {
		return usageError{fmt.Errorf("--format: %q is neither text nor json", f.format)}
	}
	if f.changed("timeout") && f.timeout <= 0 {
		return usageError{errors.New("--timeout: it must be above 0, such as 5s")}
	}
	if !f.changed("helo") {
		f.helo = p.Probe.Helo
	}
	if !f.changed("from") {
		f.from = p.Probe.From
	}
	setup, err := f.setup()
	if err != nil {
		return usageError{err}
	}
	for _, id := range f.only {
		if !slices.Contains(checkIDs(), id) {
			return usageError{fmt.Errorf("--only: there is no check %q; there are %s", id, strings.Join(checkIDs(), " "))}
		}
	}
	defer ui.stopOnSignal()()
	if isTerminal(ui.stderr) {
		ui.note("winnow: asking DNS and mail hosts …")
	}
	d, err := f.examine(ctx, p, setup)
	if err != nil {
		return err
	}
	if n := d.count(sender.Skipped); len(f.only) == 1 && n > 0 && n == len(d.results) {
		return usageError{fmt.Errorf("--only %s: nothing could be looked at: %s", f.only[0], d.results[0].Found)}
	}
	out := d.readable(plainMarks())
	if f.format == "json" {
		if out, err = d.json(); err != nil {
			return err
		}
	}
	if !ui.quiet || d.status() != sender.OK || f.format == "json" {
		if _, err := ui.results(ctx).Write(out); err != nil {
			return err
		}
	}
	switch d.status() {
	case sender.Fail:
		return exit(exitGate)
	case sender.Unknown:
		return exit(exitShallow)
	}
	return nil
}

// examine asks the resolver's canaries first, since all else rests on it.
func (f *doctorFlags) examine(ctx context.Context, p policy.Policy, setup sender.Setup) (*checkup, error) {
	o := p.MX()
	if f.timeout > 0 {
		o.Timeout = f.timeout
	}
	o.Routable = mx.Routable
	if f.allowPrivate {
		o.Routable = func(netip.Addr) bool { return true }
	}
	r := mx.New(o)
	d := &checkup{at: time.Now(), resolvers: r.Servers()}
	opt := sender.Options{Port: f.port, Only: f.only, Routable: o.Routable,
		DNS: sender.NewClient(sender.ClientOptions{Servers: o.Servers, Timeout: o.Timeout})}
	honest := r.Check(ctx)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if errors.Is(honest, mx.ErrDead) {
		opt.DNS = nobody{} // each question would wait for its whole time
	}
	found, err := sender.Examine(ctx, setup, opt)
	if err != nil {
		return nil, err
	}
	d.setup = found.Setup
	if f.only == nil || honest != nil || slices.Contains(f.only, resolverCheck) {
		d.results = append(d.results, resolverResult(honest, d.resolvers))
	}
	d.results = append(d.results, found.Results...)
	return d, nil
}

// nobody is asked where no resolver answers.
type nobody struct{}

func (nobody) Ask(context.Context, string, sender.Type) sender.Answer {
	return sender.Answer{Detail: "no resolver answers"}
}

func resolverResult(err error, servers []string) sender.Result {
	r := sender.Result{Check: resolverCheck, Status: sender.OK, About: strings.Join(servers, ", "),
		Found: "answers, knows big providers and denies made-up names"}
	if err != nil {
		r.Status = sender.Unknown
		r.Found, r.About = strings.TrimPrefix(err.Error(), "mx: "), ""
		r.Todo = "ask others (--resolver), best one of your own on this machine or network"
	}
	if errors.Is(err, mx.ErrLying) {
		r.Status = sender.Fail
		r.Todo += "; believe nothing below before that"
	}
	return r
}

// setup reads the flags that say what is sent with.
func (f *doctorFlags) setup() (sender.Setup, error) {
	var s sender.Setup
	s.HELO = strings.ToLower(strings.TrimSuffix(f.helo, "."))
	if name, err := address.ParseDomain(s.HELO); err == nil {
		s.HELO = name // else what is wrong with it is a check's to say
	}
	if f.changed("helo") && s.HELO == "" {
		return s, errors.New("--helo: name the host that mail is sent from, such as mail.acme.com")
	}
	var err error
	switch {
	case f.from == "<>":
		s.Null = true
	case f.changed("from") || f.from != "":
		if s.From, err = domainOf(f.from); err != nil {
			return s, fmt.Errorf("--from: %q: %w", f.from, err)
		}
	}
	if f.changed("domain") {
		if s.Domain, err = domainOf(f.domain); err != nil {
			return s, fmt.Errorf("--domain: %q: %w", f.domain, err)
		}
	}
	for _, text := range f.selectors {
		name, domain, apart := strings.Cut(text, "@")
		one := sender.Selector{Name: strings.ToLower(name)}
		if apart {
			if one.Domain, err = domainOf(domain); err != nil {
				return s, fmt.Errorf("--selector: %q: %w", text, err)
			}
		}
		if !isSelector(one.Name) {
			return s, fmt.Errorf("--selector: %q is no selector: want NAME or NAME@DOMAIN, as s= and d= of a DKIM-Signature say", text)
		}
		s.Selectors = append(s.Selectors, one)
	}
	for _, text := range f.ips {
		addr, err := netip.ParseAddr(text)
		if err != nil || addr.Zone() != "" {
			return s, fmt.Errorf("--ip: %q is no IP address", text)
		}
		s.Addrs = append(s.Addrs, addr.Unmap())
	}
	return s, nil
}

// isSelector: RFC 6376 section 3.1, and the underscores that are in use.
func isSelector(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}
