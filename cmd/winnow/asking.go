package main

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/spf13/cobra"

	"winnow/mx"
	"winnow/policy"
	"winnow/validate"
)

// asking are the flags of every command that judges addresses.
type asking struct {
	offline      bool
	resolvers    []string
	policyFile   string
	grades       []string
	timeout      time.Duration // of one DNS question; 0: the policy's
	allow, deny  []string
	allowPrivate bool
	changed      func(flag string) bool
}

func (a *asking) add(cmd *cobra.Command, ui *tui) {
	a.addDNS(cmd, ui)
	fs := cmd.Flags()
	fs.BoolVar(&a.offline, "offline", false, "ask nothing outside: syntax and lists only")
	fs.Var((*words)(&a.grades), "grade", "grade a code otherwise, `CODE=GRADE` (valid, risky, unknown, invalid)")
	fs.Var((*words)(&a.allow), "allow", "let through the domains and addresses in `FILE`, one a line, whatever lists, typos\nand customs say")
	fs.Var((*words)(&a.deny), "deny", "remove the domains and addresses in `FILE`, one a line")
}

// addDNS adds the flags of who does nothing but ask.
func (a *asking) addDNS(cmd *cobra.Command, ui *tui) {
	fs := cmd.Flags()
	fs.Var((*words)(&a.resolvers), "resolver", "ask these DNS `RESOLVERS`, by comma: HOST[:PORT], tls://HOST[:PORT][#NAME] or\nhttps://HOST/PATH (the system's)")
	fs.StringVar(&a.policyFile, "policy", "", "read the policy from `FILE` (TOML)")
	fs.BoolVar(&a.allowPrivate, "allow-private", false, "let mail hosts have private or loopback addresses (tests)")
	fs.BoolVarP(&ui.quiet, "quiet", "q", false, "say nothing but errors")
	a.changed = fs.Changed
}

// policy reads the policy file, if any, and lays the flags over it.
func (a *asking) policy() (policy.Policy, error) {
	p := policy.Default()
	if a.policyFile != "" {
		var err error
		if p, err = policy.Load(a.policyFile); err != nil {
			return p, usageError{err}
		}
	}
	for _, g := range a.grades {
		if err := p.SetGrade(g); err != nil {
			return p, usageError{err}
		}
	}
	p.Allow, p.Deny = append(p.Allow, a.allow...), append(p.Deny, a.deny...)
	if a.changed("resolver") {
		if len(a.resolvers) == 0 {
			a.resolvers = []string{""}
		}
		if err := p.SetResolvers(a.resolvers); err != nil {
			return p, usageError{err}
		}
	}
	if a.offline && a.changed("resolver") {
		return p, usageError{fmt.Errorf("--offline asks nobody: leave --resolver out")}
	}
	return p, nil
}

// options returns what a Validator is to be made with. Options.Resolver is nil if
// nothing is to be asked.
func (a *asking) options(p policy.Policy, ui *tui) (validate.Options, error) {
	opt, err := p.Validate()
	if err != nil {
		return opt, usageError{err}
	}
	opt.Lists = userLists(ui)
	if opt.Offline = a.offline; a.offline {
		return opt, nil
	}
	o := p.MX()
	o.Notice = func(s string) { ui.say("winnow: %s", s) }
	if a.timeout > 0 {
		o.Timeout = a.timeout
	}
	if a.allowPrivate {
		o.Routable = func(netip.Addr) bool { return true }
	}
	opt.Resolver = mx.New(o)
	return opt, nil
}

// complete offers words for a flag's value.
func complete(cmd *cobra.Command, flag string, words ...string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}
