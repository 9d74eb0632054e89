package validate

import (
	"winnow/provider"
	"winnow/verdict"
)

// hosted says who takes the domain's mail, as far as the name of its mail host
// tells: a mailbox provider, or a filter in front of one.
func hosted() Check {
	gateway, mailbox := verdict.SetOf(MXGateway), verdict.SetOf(MXHosted)
	return Check{
		Kinds: []verdict.Kind{MXGateway, MXHosted},
		MX: func(d *Domain) verdict.Set {
			switch d.Host.Class {
			case provider.Gateway:
				return gateway
			case provider.Mailbox:
				if d.Provider == provider.Unknown { // else it is that provider's own
					return mailbox
				}
			}
			return verdict.Set{}
		},
	}
}
