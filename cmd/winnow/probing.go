package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"winnow/address"
	"winnow/policy"
	"winnow/probe"
	"winnow/sender"
	"winnow/validate"
	"winnow/verdict"
)

// probing are the flags of commands that may ask mail hosts.
type probing struct {
	how                     probeMode
	helo, from              string
	patience                time.Duration
	answersFor              time.Duration
	budget                  int
	manners                 string
	sources                 []string
	proxy                   string
	transcripts             string
	commandTime, sessionMax time.Duration
	port                    uint16
	anyHelo                 *bool                                                                // --force
	dial                    func(ctx context.Context, network, address string) (net.Conn, error) // the demo's, to hosts of its own
	changed                 func(flag string) bool
}

// probeMode is the value of --probe.
type probeMode string

const (
	probeOff  probeMode = ""
	probeOn   probeMode = "on"
	probeTry  probeMode = "try"
	probeNone probeMode = "off"
)

// Set reads on, off or try.
func (m *probeMode) Set(s string) error {
	switch v := probeMode(s); v {
	case probeOn, probeTry:
		*m = v
	case probeNone:
		*m = probeOff
	default:
		return fmt.Errorf("%q is none of on, try, off", s)
	}
	return nil
}

func (m *probeMode) String() string { return string(*m) }
func (m *probeMode) Type() string   { return "MODE" }

func (f *probing) add(cmd *cobra.Command, patience, answersFor time.Duration, force *bool) {
	fs := cmd.Flags()
	fs.Var(&f.how, "probe", "ask the mail hosts for each address (RCPT; no mail is sent): --probe, or --probe=try,\nwhich goes on without (exit 4) where port 25 is closed. Addresses leave the machine")
	fs.Lookup("probe").NoOptDefVal = string(probeOn)
	fs.StringVar(&f.helo, "helo", "", "of --probe: the `NAME` of this machine, which its address must bear (PTR); see winnow doctor")
	fs.StringVar(&f.from, "from", "", "of --probe: the sender's `ADDRESS`, at a domain that takes mail, or <>")
	fs.DurationVar(&f.patience, "patience", patience, "of --probe: ask again within this `TIME` where a host wants that (greylisting); 0 asks\nonce")
	f.answersFor = answersFor
	fs.Var((*age)(&f.answersFor), "answers-for", "of --probe: do not ask again for whom a host answered within this `TIME`; 0 asks for all")
	fs.IntVar(&f.budget, "budget", 0, "of --probe: ask hosts for no more than `N` recipients, made-up ones among them (no limit)")
	fs.StringVar(&f.manners, "manners", "default", "of --probe: `MANNERS`: default, or none (only with --allow-private)")
	fs.Var((*words)(&f.sources), "source-ip", "of --probe: connect from these `ADDRESSES` of this machine, by comma")
	fs.StringVar(&f.proxy, "proxy", "", "of --probe: connect through a SOCKS5 proxy, `socks5://[USER:PASSWORD@]HOST:PORT`")
	fs.StringVar(&f.transcripts, "transcripts", "", "of --probe: keep all that is said in `DIR`, a file a host. They hold addresses")
	fs.DurationVar(&f.commandTime, "command-timeout", time.Minute, "of --probe: wait this `TIME` for each reply")
	fs.DurationVar(&f.sessionMax, "session-timeout", 3*time.Minute, "of --probe: end each session after this `TIME`")
	fs.Uint16Var(&f.port, "mail-port", 25, "of --probe: connect to mail hosts at this `PORT` (tests)")
	_ = fs.MarkHidden("mail-port")
	f.anyHelo, f.changed = force, fs.Changed
	complete(cmd, "probe", "on", "try", "off")
	complete(cmd, "manners", "default", "none")
}

// ofProbe are the flags that mean nothing without --probe.
var ofProbe = []string{"helo", "from", "patience", "answers-for", "budget", "manners", "source-ip", "proxy", "transcripts", "command-timeout", "session-timeout", "mail-port"}

// lay lays the policy under the flags, and tells what is wrong with them.
func (f *probing) lay(p policy.Policy, a *asking) error {
	if f.changed == nil { // the demo's, and of commands without
		f.changed = func(flag string) bool { return flag != "command-timeout" && flag != "session-timeout" }
	}
	if f.how == probeOff && !f.changed("probe") && p.Probe.On && !a.offline {
		f.how = probeOn
		if p.Probe.Try {
			f.how = probeTry
		}
	}
	if f.how == probeOff {
		for _, flag := range ofProbe {
			if f.changed(flag) {
				return fmt.Errorf("--%s is of --probe: give that too", flag)
			}
		}
		return nil
	}
	if a.offline {
		return errors.New("--offline asks nobody: leave --probe out")
	}
	if !f.changed("helo") {
		f.helo = p.Probe.Helo
	}
	if !f.changed("from") {
		f.from = p.Probe.From
	}
	if !f.changed("patience") && p.Probe.Patience != nil {
		f.patience = *p.Probe.Patience
	}
	if !f.changed("answers-for") && p.Probe.AnswersFor != nil {
		f.answersFor = *p.Probe.AnswersFor
	}
	if !f.changed("budget") {
		f.budget = p.Probe.Budget
	}
	switch {
	case f.helo == "":
		return errors.New("--probe needs --helo NAME: the name of this machine as the world knows it, such as mail.acme.com (winnow doctor helps)")
	case f.from == "":
		return errors.New("--probe needs --from ADDRESS: a sender at a domain of yours that takes mail, or --from '<>'")
	case f.manners != "" && f.manners != "default" && f.manners != "none":
		return fmt.Errorf("--manners: %q is neither default nor none", f.manners)
	case f.manners == "none" && !a.allowPrivate && f.dial == nil:
		return errors.New("--manners none is for mail hosts of your own: it works only with --allow-private")
	case f.budget < 0:
		return errors.New("--budget: it must be 0 (no limit) or more")
	case f.patience < 0:
		return errors.New("--patience: it must be 0 (ask once) or more, such as 20m")
	case f.changed("command-timeout") && f.commandTime <= 0, f.changed("session-timeout") && f.sessionMax <= 0:
		return errors.New("--command-timeout and --session-timeout must be above 0, such as 60s")
	}
	return nil
}

// options reads the flags into those of a Prober.
func (f *probing) options(a *asking) (probe.Options, error) {
	o := probe.Options{
		Helo: strings.ToLower(strings.TrimSuffix(f.helo, ".")), Patience: f.patience, Budget: f.budget,
		CommandTimeout: f.commandTime, SessionTimeout: f.sessionMax, Port: int(f.port), Dial: f.dial,
	}
	name, err := address.ParseDomain(o.Helo)
	if err != nil || !strings.Contains(name, ".") {
		return o, fmt.Errorf("--helo: %q is no full name of a host, such as mail.acme.com", f.helo)
	}
	o.Helo = name
	if f.from != "<>" {
		from, err := address.Parse(strings.Trim(f.from, "<>"))
		if err != nil {
			return o, fmt.Errorf("--from: %q is no address: %w; --from '<>' is the empty sender", f.from, err)
		}
		o.From = from.String()
	}
	for _, s := range f.sources {
		ip, err := netip.ParseAddr(s)
		if err != nil {
			return o, fmt.Errorf("--source-ip: %q is no IP address", s)
		}
		o.Sources = append(o.Sources, ip)
	}
	if f.proxy != "" && len(o.Sources) > 0 {
		return o, errors.New("--source-ip: mail hosts see the address of the --proxy: leave one of them out")
	}
	if f.proxy != "" {
		u, err := url.Parse(f.proxy)
		if err != nil || u.Scheme != "socks5" || u.Host == "" {
			return o, fmt.Errorf("--proxy: %q is not like socks5://127.0.0.1:1080", f.proxy)
		}
		o.Proxy = u
	}
	if f.manners == "none" {
		o.Manners = probe.Unmannered()
	}
	if a.allowPrivate {
		o.Routable = func(netip.Addr) bool { return true }
	}
	return o, nil
}

// prober makes ready to ask mail hosts, before a list is read: it sees to the
// name and the sender that are given, and whether hosts can be reached at all. What
// it found is in opt: a Prober, or with --probe=try why there is none. close ends what
// it keeps.
func (f *probing) prober(ctx context.Context, ui *tui, p policy.Policy, a *asking, history *remembering, opt *validate.Options, said func(probe.Line)) (done func() error, err error) {
	nothing := func() error { return nil }
	if f.how == probeOff {
		return nothing, nil
	}
	o, err := f.options(a)
	if err != nil {
		return nil, usageError{err}
	}
	if err := opt.Resolver.Check(ctx); err != nil && ctx.Err() == nil {
		why := "without a resolver that can be believed, mail hosts can not be found"
		if f.how != probeTry {
			return nil, fmt.Errorf("--probe: %s (%s). Name another one with --resolver; --probe=try goes on without", why, strings.TrimPrefix(err.Error(), "mx: "))
		}
		f.without(ui, opt, why, "")
		return nothing, nil
	}
	dns := sender.NewClient(sender.ClientOptions{Servers: p.Resolvers, Timeout: p.Timeout})
	o.Lookup = func(ctx context.Context, host string) ([]netip.Addr, error) { return lookUp(ctx, dns, host) }
	if err := f.introduce(ctx, ui, dns, a, o); err != nil {
		return nil, err
	}
	kept, err := openTranscripts(f.transcripts)
	if err != nil {
		return nil, err
	}
	if said != nil || kept != nil {
		o.Transcript = func(l probe.Line) {
			kept.keep(l)
			if said != nil {
				said(l)
			}
		}
	}
	o.Notice = func(s string) { ui.note("winnow: %s", s) }
	if f.dial != nil {
		o.Preflight = []string{"gmail-smtp-in.l.google.com"} // one machine is all of them
	}
	memory, err := history.answers(ctx, p, f.answersFor)
	if err != nil {
		return nil, errors.Join(err, kept.close())
	}
	if memory != nil {
		o.Known, o.Answered, o.Evidence = memory.Known, memory.Answered, memory
	}
	closeAll := func() error { return errors.Join(kept.close(), memory.close(ctx)) }
	defer func() {
		if err != nil {
			_ = closeAll()
		}
	}()
	prober, err := probe.New(o)
	if err != nil {
		return nil, usageError{err}
	}
	switch err := prober.Preflight(ctx); {
	case err == nil:
		opt.Prober, ui.putOff = prober, prober.PutOff
	case ctx.Err() != nil:
		return nil, err
	case f.how == probeTry:
		why, seen, _ := strings.Cut(strings.TrimPrefix(err.Error(), "probe: "), ": ")
		f.without(ui, opt, why, seen)
	case errors.Is(err, probe.ErrIntercepted):
		return nil, fmt.Errorf("%w. Its answers would be taken for theirs: probe from a network that lets port 25 through; --probe=try goes on without", err)
	case errors.Is(err, probe.ErrPort25) && f.proxy != "":
		return nil, fmt.Errorf("--proxy: no mail host was reached through it (%s). Look at its address, name and password, and whether it lets port 25 through; --probe=try goes on without", seenBy(err))
	case errors.Is(err, probe.ErrPort25) && len(f.sources) > 0:
		return nil, fmt.Errorf("--source-ip: no mail host was reached from there (%s). Each must be an address of this machine from which port 25 is open; --probe=try goes on without", seenBy(err))
	case errors.Is(err, probe.ErrPort25):
		return nil, fmt.Errorf("%w. Most networks of homes and clouds close it: ask the provider to open it, probe from a machine where it is open, or through one (--proxy); --probe=try goes on without", err)
	default:
		return nil, err
	}
	return closeAll, nil
}

// without goes on with what DNS says, and tells why.
func (f *probing) without(ui *tui, opt *validate.Options, why, seen string) {
	opt.Unprobed = why
	grades := map[verdict.Kind]verdict.Grade{validate.SMTP(probe.NotAsked): verdict.Valid}
	for k, g := range opt.Grades {
		grades[k] = g
	}
	opt.Grades = grades
	if seen != "" {
		why += ": " + seen
	}
	ui.say("winnow: mail hosts can not be asked, and the verdicts are DNS's: %s", why)
}

// seenBy is what was seen of each host.
func seenBy(err error) string {
	return strings.TrimPrefix(err.Error(), probe.ErrPort25.Error()+": ")
}
