package sender

import "slices"

func takesMail(v *survey) []Result {
	const why = "bounces and replies have nowhere to go, and many mail hosts refuse senders whose domain takes no mail"
	a := v.dns.ask(v.From, MX)
	switch a.Outcome {
	case Temporary:
		return []Result{unknown(v.From, a)}
	case NXDomain:
		return []Result{fail(v.From, "send from a domain that exists", "the domain does not exist")}
	case None:
		addrs := v.dns.addrs(v.From)
		switch addrs.Outcome {
		case Temporary:
			return []Result{unknown(v.From, addrs)}
		case Records: // RFC 5321 section 5.1
			return []Result{warn(v.From, "give the domain an MX record", "no MX record, but an address that mail is tried at (implicit MX)")}
		}
		return []Result{fail(v.From, "give the domain an MX record", "neither MX nor address; %s", why)}
	}
	if len(a.Records) == 1 && a.Records[0].Name == "" { // RFC 7505 section 4.2
		return []Result{fail(v.From, "send from a domain that takes mail, or give this one an MX record", "takes no mail (null MX); %s", why)}
	}
	var good, gone []string
	var doubt *Answer
	for _, r := range byPreference(a) {
		switch addrs := v.dns.addrs(r.Name); {
		case addrs.Outcome == Temporary:
			doubt = &addrs
		case slices.ContainsFunc(addrs.Records, func(r Record) bool { return v.o.Routable(r.Addr) }):
			good = append(good, r.Name)
		default:
			gone = append(gone, r.Name)
		}
	}
	same := func(s string) string { return s }
	switch {
	case len(good) > 0 && len(gone) > 0:
		return []Result{warn(v.From, "take the MX records away that lead nowhere", "%s; but %s has no address that mail can be sent to", list(good, same), list(gone, same))}
	case len(good) > 0:
		return []Result{ok(v.From, "%s", list(good, same))}
	case doubt != nil:
		return []Result{unknown(v.From, *doubt)}
	}
	return []Result{fail(v.From, "give the mail hosts addresses, or name others", "its mail hosts have no address that mail can be sent to: %s", list(gone, same))}
}

// byPreference returns the mail hosts of an answer, the preferred first.
func byPreference(a Answer) []Record {
	return slices.SortedStableFunc(slices.Values(a.Records), func(a, b Record) int { return int(a.Preference) - int(b.Preference) })
}
