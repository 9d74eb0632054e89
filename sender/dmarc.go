package sender

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// policy is a DMARC record: RFC 7489 section 6.3, with np and t of its successor
// (draft-ietf-dmarc-dmarcbis).
type policy struct {
	p, sp, np   string // none, quarantine, reject; sp and np "" where they are not there
	strictSPF   bool   // aspf=s
	strictDKIM  bool   // adkim=s
	percent     int    // 100 where it is not there
	testing     bool   // t=y
	rua         []string
	withoutWord bool // p= is missing or no word, and counts as none because of rua: section 6.6.3
}

// parsePolicy reads a record that begins with v=DMARC1. The error says why it counts
// for nothing.
func parsePolicy(text string) (policy, error) {
	list, err := parseTags(text)
	if err != nil {
		return policy{}, err
	}
	lower := func(name, otherwise string) string { return strings.ToLower(list.value(name, otherwise)) }
	p := policy{p: lower("p", ""), sp: lower("sp", ""), np: lower("np", ""), percent: 100,
		strictSPF: lower("aspf", "r") == "s", strictDKIM: lower("adkim", "r") == "s", testing: lower("t", "n") == "y"}
	for uri := range strings.SplitSeq(list.value("rua", ""), ",") {
		if uri = strings.TrimSpace(uri); uri != "" {
			p.rua = append(p.rua, uri)
		}
	}
	if n, err := strconv.Atoi(lower("pct", "100")); err == nil && n >= 0 && n <= 100 {
		p.percent = n
	}
	word := func(s string) bool { return s == "none" || s == "quarantine" || s == "reject" }
	if !word(p.p) || p.sp != "" && !word(p.sp) || p.np != "" && !word(p.np) {
		if len(p.rua) == 0 {
			return p, errors.New("p=, sp= or np= is none of none, quarantine, reject")
		}
		p.withoutWord, p.p, p.sp, p.np = true, "none", "", ""
	}
	return p, nil
}

var isDMARC = begins("DMARC1")

// found is where the policy of a domain stands.
type found struct {
	policy
	at     string  // the domain whose record it is; "" there is none
	record string  // its text
	fault  string  // why the record counts for nothing
	doubt  *Answer // the Temporary answer
}

// policyFor looks for the policy of a domain: at it, else at the organisation's (RFC
// 7489 section 6.6.3).
func (v *survey) policyFor(domain string) found {
	for _, at := range slices.Compact([]string{domain, organisation(domain)}) {
		records, a := v.dns.texts("_dmarc."+at, isDMARC)
		switch {
		case a.Outcome == Temporary:
			return found{doubt: &a}
		case len(records) > 1:
			return found{at: at, fault: fmt.Sprintf("%d records stand there, and so none counts", len(records))}
		case len(records) == 1:
			p, err := parsePolicy(records[0])
			f := found{policy: p, at: at, record: records[0]}
			if err != nil {
				f.fault = err.Error()
			}
			return f
		}
	}
	return found{}
}

// asks is what the policy asks for mail of domain that does not pass.
func (f found) asks(domain string) string {
	if f.at != domain && f.sp != "" {
		return f.sp
	}
	return f.p
}

func dmarcPolicy(v *survey) []Result {
	f := v.policyFor(v.Domain)
	about := v.Domain
	switch {
	case f.doubt != nil:
		return []Result{unknown(about, *f.doubt)}
	case f.at == "":
		return []Result{fail(about, "publish a TXT record \"v=DMARC1; p=none; rua=mailto:…\" at _dmarc."+organisation(v.Domain)+", and go on to quarantine when the reports are clean",
			"no DMARC record; Gmail, Yahoo and Microsoft want one of who sends much")}
	case f.fault != "":
		return []Result{fail(about, "mend the record at _dmarc."+f.at, "%s: %s", f.fault, f.record)}
	}
	var results []Result
	text := "p=" + f.p
	if f.at != v.Domain {
		text = f.asks(v.Domain) + ", by the record of " + f.at
	}
	switch asked := f.asks(v.Domain); {
	case f.withoutWord:
		results = append(results, warn(about, "mend p= and sp= at _dmarc."+f.at, "p=, sp= or np= is no word of DMARC; it counts as p=none: %s", f.record))
	case asked == "none":
		results = append(results, warn(about, "when the reports show that all your mail passes, go on to p=quarantine", "%s: mail in your name that does not pass is only reported", text))
	case f.testing || f.percent < 100:
		results = append(results, warn(about, "take pct= and t= out when the reports show that all your mail passes", "%s, but only in part (pct=%d%s)", text, f.percent, map[bool]string{true: ", t=y"}[f.testing]))
	default:
		results = append(results, ok(about, "%s", text))
	}
	for _, weak := range []struct{ tag, asks, whose string }{{"sp", f.sp, "its subdomains"}, {"np", f.np, "subdomains that do not exist"}} {
		if f.at == v.Domain && weak.asks == "none" && f.p != "none" {
			results = append(results, warn(about, "take "+weak.tag+"=none out of the record", "of mail in the name of %s it asks nothing (%s=none)", weak.whose, weak.tag))
		}
	}
	return append(results, v.reports(f)...)
}

// reports judges where the reports go: RFC 7489 section 7.1.
func (v *survey) reports(f found) []Result {
	if len(f.rua) == 0 {
		return []Result{warn(v.Domain, "add rua=mailto:… to the record", "nobody gets the reports (rua=)")}
	}
	var results []Result
	for _, uri := range f.rua {
		to, err := url.Parse(strings.Split(uri, "!")[0]) // behind ! stands the largest size
		if err != nil || !strings.EqualFold(to.Scheme, "mailto") || !strings.Contains(to.Opaque, "@") {
			results = append(results, warn(v.Domain, "write rua=mailto:ADDRESS", "rua=%s is no mailto: address", uri))
			continue
		}
		host := strings.ToLower(to.Opaque[strings.LastIndexByte(to.Opaque, '@')+1:])
		if organisation(host) == organisation(f.at) {
			continue
		}
		name := f.at + "._report._dmarc." + host
		switch records, a := v.dns.texts(name, isDMARC); {
		case a.Outcome == Temporary:
			results = append(results, unknown(v.Domain, a))
		case len(records) == 0:
			results = append(results, warn(v.Domain, "have "+host+" publish TXT \"v=DMARC1\" at "+name, "%s does not say that it takes reports about %s, and so gets none", host, f.at))
		}
	}
	return results
}
