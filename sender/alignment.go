package sender

import (
	"fmt"

	"blitiri.com.ar/go/spf"
)

// leg is one of the two that DMARC stands on.
type leg struct {
	status Status // OK it holds, Fail it does not, Unknown, Skipped an input is missing
	text   string
}

// alignment: a mail passes DMARC where SPF or DKIM pass for a domain that is the one of
// the From header, or of its organisation: RFC 7489 section 3.1.
func alignment(v *survey) []Result {
	f := v.policyFor(v.Domain)
	if f.doubt != nil {
		return []Result{unknown(v.Domain, *f.doubt)}
	}
	s, d := v.spfLeg(f.strictSPF), v.dkimLeg(f.strictDKIM)
	text := s.text + "; " + d.text
	switch {
	case d.status == OK || s.status == OK && d.status == Skipped:
		return []Result{ok(v.Domain, "%s", text)}
	case d.status == Unknown || d.status != OK && s.status == Unknown:
		return []Result{{About: v.Domain, Status: Unknown, Found: text, Todo: askAgain}}
	case s.status == OK:
		return []Result{warn(v.Domain, "sign with DKIM as "+v.Domain+" too: SPF breaks where mail is forwarded", "%s", text)}
	case s.status == Skipped && d.status == Skipped:
		return []Result{{About: v.Domain, Status: Skipped, Found: text}}
	case s.status == Skipped || d.status == Skipped:
		return []Result{warn(v.Domain, "name what is missing: if that does not speak for "+v.Domain+" either, mail fails DMARC", "%s", text)}
	}
	return []Result{fail(v.Domain, "sign with DKIM as "+v.Domain+", or let MAIL FROM have that domain and its SPF your addresses", "neither stands for the domain that people see: %s", text)}
}

// aligned: RFC 7489 section 3.1.1.
func aligned(a, b string, strict bool) bool {
	return a == b || !strict && organisation(a) == organisation(b)
}

func (v *survey) spfLeg(strict bool) leg {
	domain, mailFrom := v.From, "postmaster@"+v.From
	if domain == "" && v.Null {
		domain, mailFrom = v.HELO, "postmaster@"+v.HELO
	}
	switch {
	case domain == "":
		return leg{Skipped, "SPF is not looked at without --from"}
	case !aligned(domain, v.Domain, strict):
		return leg{Fail, fmt.Sprintf("SPF speaks for %s, which is not %s", domain, v.Domain)}
	case len(v.Addrs) == 0:
		return leg{Skipped, "SPF is not looked at without our address (--ip)"}
	}
	for _, addr := range v.Addrs {
		switch said, err := v.evaluate(mailFrom, addr); said {
		case spf.Pass:
		case spf.TempError:
			return leg{Unknown, fmt.Sprintf("what SPF says could not be found out: %s", err)}
		default:
			return leg{Fail, fmt.Sprintf("SPF of %s does not pass from %s (%s)", domain, addr, said)}
		}
	}
	return leg{OK, "SPF passes as " + domain}
}

func (v *survey) dkimLeg(strict bool) leg {
	last := leg{Skipped, "DKIM is not looked at without --selector"}
	for _, s := range v.Selectors {
		k, fault, doubt := v.keyOf(s)
		switch {
		case !aligned(s.Domain, v.Domain, strict):
			last = leg{Fail, fmt.Sprintf("DKIM speaks for %s, which is not %s", s.Domain, v.Domain)}
		case doubt != nil:
			last = leg{Unknown, fmt.Sprintf("the key %s could not be found out: %s", s.Name, doubt.Detail)}
		case fault != "" || k.unusable() != "":
			last = leg{Fail, fmt.Sprintf("the key %s of %s is of no use", s.Name, s.Domain)}
		default:
			return leg{OK, fmt.Sprintf("DKIM can pass as %s (%s)", s.Domain, s.Name)}
		}
	}
	return last
}
