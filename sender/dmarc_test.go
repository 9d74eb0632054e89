package sender_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/sender"
)

func TestDMARC(t *testing.T) {
	for _, test := range []struct {
		name, domain, zone string
		want               []string
	}{
		{"none", "acme.com", "acme.com A 198.51.99.7", []string{"fail acme.com: no DMARC record; Gmail, Yahoo and Microsoft want one of who sends much"}},
		{"reject", "acme.com", `_dmarc.acme.com TXT "v=DMARC1; p=reject; rua=mailto:d@acme.com"`, []string{"ok acme.com: p=reject"}},
		{"blanks and case", "acme.com", `_dmarc.acme.com TXT "v = DMARC1;p= Quarantine;rua =mailto:d@reports.acme.com!10m;"`, []string{"ok acme.com: p=quarantine"}},
		{"only watching", "acme.com", `_dmarc.acme.com TXT "v=DMARC1; p=none; rua=mailto:d@acme.com"`, []string{"warn acme.com: p=none: mail in your name that does not pass is only reported"}},
		{"in part", "acme.com", `_dmarc.acme.com TXT "v=DMARC1; p=reject; pct=20; rua=mailto:d@acme.com"`, []string{"warn acme.com: p=reject, but only in part (pct=20)"}},
		{"a test", "acme.com", `_dmarc.acme.com TXT "v=DMARC1; p=reject; t=y; rua=mailto:d@acme.com"`, []string{"warn acme.com: p=reject, but only in part (pct=100, t=y)"}},
		{"nobody gets reports", "acme.com", `_dmarc.acme.com TXT "v=DMARC1; p=reject"`, []string{"ok acme.com: p=reject", "warn acme.com: nobody gets the reports (rua=)"}},
		{"of the organisation", "news.acme.co.uk", `_dmarc.acme.co.uk TXT "v=DMARC1; p=reject; rua=mailto:d@acme.co.uk"`, []string{"ok news.acme.co.uk: reject, by the record of acme.co.uk"}},
		{"of the organisation, for those below", "news.acme.com", `_dmarc.acme.com TXT "v=DMARC1; p=reject; sp=none; rua=mailto:d@acme.com"`, []string{"warn news.acme.com: none, by the record of acme.com: mail in your name that does not pass is only reported"}},
		{"sp is not for the domain itself", "acme.com", `_dmarc.acme.com TXT "v=DMARC1; p=reject; sp=none; np=reject; rua=mailto:d@acme.com"`, []string{"ok acme.com: p=reject", "warn acme.com: of mail in the name of its subdomains it asks nothing (sp=none)"}},
		{"nor np", "acme.com", `_dmarc.acme.com TXT "v=DMARC1; p=reject; np=none; rua=mailto:d@acme.com"`, []string{"ok acme.com: p=reject", "warn acme.com: of mail in the name of subdomains that do not exist it asks nothing (np=none)"}},
		{"its own goes before", "news.acme.com", "_dmarc.news.acme.com TXT \"v=DMARC1; p=reject; rua=mailto:d@acme.com\"\n_dmarc.acme.com TXT \"v=DMARC1; p=none\"", []string{"ok news.acme.com: p=reject"}},
		{"two", "acme.com", "_dmarc.acme.com TXT \"v=DMARC1; p=reject\"\n_dmarc.acme.com TXT \"v=DMARC1; p=none\"", []string{"fail acme.com: 2 records stand there, and so none counts: "}},
		{"another record beside it", "acme.com", "_dmarc.acme.com TXT \"v=spf1 -all\"\n_dmarc.acme.com TXT \"v=DMARC1; p=reject; rua=mailto:d@acme.com\"", []string{"ok acme.com: p=reject"}},
		{"no word", "acme.com", `_dmarc.acme.com TXT "v=DMARC1; p=rejected"`, []string{"fail acme.com: p=, sp= or np= is none of none, quarantine, reject: v=DMARC1; p=rejected"}},
		{"no word, but reports", "acme.com", `_dmarc.acme.com TXT "v=DMARC1; rua=mailto:d@acme.com"`, []string{"warn acme.com: p=, sp= or np= is no word of DMARC; it counts as p=none: v=DMARC1; rua=mailto:d@acme.com"}},
		{"no list", "acme.com", `_dmarc.acme.com TXT "v=DMARC1; p"`, []string{`fail acme.com: "p" is no NAME=VALUE: v=DMARC1; p`}},
		{"reports to another house", "acme.com", "_dmarc.acme.com TXT \"v=DMARC1; p=reject; rua=mailto:d@reports.com,mailto:e@there.com\"\nacme.com._report._dmarc.there.com TXT v=DMARC1",
			[]string{"ok acme.com: p=reject", "warn acme.com: reports.com does not say that it takes reports about acme.com, and so gets none"}},
		{"reports to no address", "acme.com", `_dmarc.acme.com TXT "v=DMARC1; p=reject; rua=d@acme.com"`, []string{"ok acme.com: p=reject", "warn acme.com: rua=d@acme.com is no mailto: address"}},
		{"not found out", "acme.com", "_dmarc.acme.com !servfail", []string{"unknown acme.com: could not be found out: DNS: SERVFAIL"}},
		{"of the organisation, not found out", "news.acme.com", "_dmarc.acme.com !servfail", []string{"unknown news.acme.com: could not be found out: DNS: SERVFAIL"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, newStreet(t, test.zone).examine(sender.Setup{Domain: test.domain})["dmarc"])
		})
	}
}

func TestAlignment(t *testing.T) {
	good, short := keyRecord(t, "rsa", 2048, ""), keyRecord(t, "rsa", 768, "")
	const (
		spf   = "acme.com TXT \"v=spf1 ip4:198.51.99.7 -all\"\nbounce.acme.com TXT \"v=spf1 ip4:198.51.99.7 -all\"\nesp.com TXT \"v=spf1 ip4:198.51.99.7 -all\"\n"
		plain = "_dmarc.acme.com TXT \"v=DMARC1; p=reject\"\n"
		exact = "_dmarc.acme.com TXT \"v=DMARC1; p=reject; aspf=s; adkim=s\"\n"
	)
	s1 := func(domain, key string) string { return "s1._domainkey." + domain + " TXT " + key + "\n" }
	for _, test := range []struct {
		name, zone string
		from, d    string // "" is no selector
		want       string
	}{
		{"both", spf + plain + s1("acme.com", good), "acme.com", "acme.com", "ok acme.com: SPF passes as acme.com; DKIM can pass as acme.com (s1)"},
		{"within the organisation", spf + plain + s1("mail.acme.com", good), "bounce.acme.com", "mail.acme.com", "ok acme.com: SPF passes as bounce.acme.com; DKIM can pass as mail.acme.com (s1)"},
		{"within, but strict", spf + exact + s1("mail.acme.com", good), "bounce.acme.com", "mail.acme.com", "fail acme.com: neither stands for the domain that people see: SPF speaks for bounce.acme.com, which is not acme.com; DKIM speaks for mail.acme.com, which is not acme.com"},
		{"a service's envelope", spf + plain + s1("acme.com", good), "esp.com", "acme.com", "ok acme.com: SPF speaks for esp.com, which is not acme.com; DKIM can pass as acme.com (s1)"},
		{"a service's all", spf + plain + s1("esp.com", good), "esp.com", "esp.com", "fail acme.com: neither stands for the domain that people see: SPF speaks for esp.com, which is not acme.com; DKIM speaks for esp.com, which is not acme.com"},
		{"a service's key", spf + plain + s1("esp.com", good), "acme.com", "esp.com", "warn acme.com: SPF passes as acme.com; DKIM speaks for esp.com, which is not acme.com"},
		{"a key of no use", spf + plain + s1("acme.com", short), "acme.com", "acme.com", "warn acme.com: SPF passes as acme.com; the key s1 of acme.com is of no use"},
		{"no key", spf + plain, "acme.com", "acme.com", "warn acme.com: SPF passes as acme.com; the key s1 of acme.com is of no use"},
		{"no selector", spf + plain, "acme.com", "", "ok acme.com: SPF passes as acme.com; DKIM is not looked at without --selector"},
		{"no selector, another envelope", spf + plain, "esp.com", "", "warn acme.com: SPF speaks for esp.com, which is not acme.com; DKIM is not looked at without --selector"},
		{"nothing named", plain, "", "", "skipped acme.com: SPF is not looked at without --from; DKIM is not looked at without --selector"},
		{"SPF fails, DKIM holds", "acme.com TXT \"v=spf1 -all\"\n" + plain + s1("acme.com", good), "acme.com", "acme.com", "ok acme.com: SPF of acme.com does not pass from 198.51.99.7 (fail); DKIM can pass as acme.com (s1)"},
		{"the key not found out", spf + plain + "s1._domainkey.acme.com !servfail", "acme.com", "acme.com", "unknown acme.com: SPF passes as acme.com; the key s1 could not be found out: DNS: SERVFAIL"},
		{"SPF not found out", "acme.com !servfail\n" + plain, "acme.com", "", "unknown acme.com: what SPF says could not be found out: lookup acme.com: DNS: SERVFAIL; DKIM is not looked at without --selector"},
		{"SPF not found out, DKIM holds", "acme.com !servfail\n" + plain + s1("acme.com", good), "acme.com", "acme.com", "ok acme.com: what SPF says could not be found out: lookup acme.com: DNS: SERVFAIL; DKIM can pass as acme.com (s1)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			setup := sender.Setup{From: test.from, Domain: "acme.com"}
			if test.from != "" {
				setup.Addrs = addrs("198.51.99.7")
			}
			if test.d != "" {
				setup.Selectors = []sender.Selector{{Name: "s1", Domain: test.d}}
			}
			require.Equal(t, []string{test.want}, newStreet(t, test.zone).examine(setup)["alignment"])
		})
	}
}
