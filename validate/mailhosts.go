package validate

import (
	"slices"

	"winnow/mx"
	"winnow/verdict"
)

// mailHosts says what DNS knows of a domain's mail hosts.
//
// Only an answer that was borne out makes an address invalid: a resolver that
// fails its canaries, filters, or denies a domain that is known to exist has
// said nothing of the recipient.
func mailHosts() Check {
	kinds := make([]verdict.Kind, 0, len(mailHostKinds))
	for _, kind := range mailHostKinds {
		if kind != 0 {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	filtered := verdict.SetOf(DNSFiltered)
	return Check{
		Kinds: append(kinds, DNSFiltered),
		MX: func(d *Domain) verdict.Set {
			a := d.MX
			switch {
			case a.Outcome.Temporary():
				return verdict.SetOf(mailHostKinds[a.Outcome])
			case !a.Confirmed:
				return filtered
			case d.Provider != 0 && a.Outcome != mx.Hosts && a.Outcome != mx.Implicit:
				return filtered
			}
			return verdict.SetOf(mailHostKinds[a.Outcome])
		},
	}
}

var mailHostKinds = [...]verdict.Kind{
	mx.Hosts:        0,
	mx.Implicit:     MXImplicit,
	mx.Null:         MXNull,
	mx.Missing:      DomainMissing,
	mx.None:         MXNone,
	mx.Unresolvable: MXUnresolvable,
	mx.Unroutable:   MXUnroutable,
	mx.Private:      MXPrivate,
	mx.ServFail:     DNSServFail,
	mx.Refused:      DNSRefused,
	mx.Timeout:      DNSTimeout,
	mx.Lame:         DNSLame,
	mx.Loop:         DNSLoop,
	mx.Malformed:    DNSMalformed,
}
