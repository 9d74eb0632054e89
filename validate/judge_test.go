package validate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/mx"
	"winnow/validate"
	"winnow/verdict"
)

// What DNS said, and what is thought of an address at the domain then.
func TestJudgeByDNS(t *testing.T) {
	v := validate.New(validate.Options{})
	for _, tt := range []struct {
		name, address string
		answer        mx.Answer
		status        verdict.Grade
		reason        verdict.Kind
		action        verdict.Action
		depth         verdict.Depth
		suggestion    string
	}{
		{"it takes mail", "jane@acme-corp.com", mx.Answer{Outcome: mx.Hosts, Confirmed: true}, verdict.Valid, 0, verdict.Send, verdict.DepthDNS, ""},
		{"a resolver that makes everything up", "jane@acme-corp.com", mx.Answer{Outcome: mx.Hosts}, verdict.Unknown, validate.DNSFiltered, verdict.Recheck, verdict.DepthSyntax, ""},
		{"implicit", "jane@acme-corp.com", mx.Answer{Outcome: mx.Implicit, Confirmed: true}, verdict.Risky, validate.MXImplicit, verdict.Review, verdict.DepthDNS, ""},
		{"missing", "jane@acme-corp.com", mx.Answer{Outcome: mx.Missing, Confirmed: true}, verdict.Invalid, validate.DomainMissing, verdict.Remove, verdict.DepthDNS, ""},
		{"missing, not borne out", "jane@acme-corp.com", mx.Answer{Outcome: mx.Missing}, verdict.Unknown, validate.DNSFiltered, verdict.Recheck, verdict.DepthSyntax, ""},
		{"no mail host", "jane@acme-corp.com", mx.Answer{Outcome: mx.None, Confirmed: true}, verdict.Invalid, validate.MXNone, verdict.Remove, verdict.DepthDNS, ""},
		{"no mail host, not borne out", "jane@acme-corp.com", mx.Answer{Outcome: mx.None}, verdict.Unknown, validate.DNSFiltered, verdict.Recheck, verdict.DepthSyntax, ""},
		{"null MX", "jane@acme-corp.com", mx.Answer{Outcome: mx.Null, Confirmed: true}, verdict.Invalid, validate.MXNull, verdict.Remove, verdict.DepthDNS, ""},
		{"hosts that are gone", "jane@acme-corp.com", mx.Answer{Outcome: mx.Unresolvable, Confirmed: true}, verdict.Invalid, validate.MXUnresolvable, verdict.Remove, verdict.DepthDNS, ""},
		{"hosts that lead nowhere", "jane@acme-corp.com", mx.Answer{Outcome: mx.Unroutable, Confirmed: true}, verdict.Invalid, validate.MXUnroutable, verdict.Remove, verdict.DepthDNS, ""},
		{"hosts that lead nowhere, not borne out", "jane@acme-corp.com", mx.Answer{Outcome: mx.Unroutable}, verdict.Unknown, validate.DNSFiltered, verdict.Recheck, verdict.DepthSyntax, ""},
		{"a big provider's never do", "janesmith@gmail.com", mx.Answer{Outcome: mx.Unroutable, Confirmed: true}, verdict.Unknown, validate.DNSFiltered, verdict.Recheck, verdict.DepthSyntax, ""},
		{"a typo that leads nowhere", "Jane@hotmial.com", mx.Answer{Outcome: mx.Unroutable, Confirmed: true}, verdict.Invalid, validate.MXUnroutable, verdict.Fix, verdict.DepthDNS, "Jane@hotmail.com"},
		{"private", "jane@acme-corp.com", mx.Answer{Outcome: mx.Private, Confirmed: true}, verdict.Unknown, validate.MXPrivate, verdict.Recheck, verdict.DepthDNS, ""},
		{"timeout", "jane@acme-corp.com", mx.Answer{Outcome: mx.Timeout}, verdict.Unknown, validate.DNSTimeout, verdict.Recheck, verdict.DepthSyntax, ""},
		{"servfail", "jane@acme-corp.com", mx.Answer{Outcome: mx.ServFail}, verdict.Unknown, validate.DNSServFail, verdict.Recheck, verdict.DepthSyntax, ""},
		{"refused", "jane@acme-corp.com", mx.Answer{Outcome: mx.Refused}, verdict.Unknown, validate.DNSRefused, verdict.Recheck, verdict.DepthSyntax, ""},
		{"lame", "jane@acme-corp.com", mx.Answer{Outcome: mx.Lame}, verdict.Unknown, validate.DNSLame, verdict.Recheck, verdict.DepthSyntax, ""},
		{"loop", "jane@acme-corp.com", mx.Answer{Outcome: mx.Loop}, verdict.Unknown, validate.DNSLoop, verdict.Recheck, verdict.DepthSyntax, ""},
		{"malformed", "jane@acme-corp.com", mx.Answer{Outcome: mx.Malformed}, verdict.Unknown, validate.DNSMalformed, verdict.Recheck, verdict.DepthSyntax, ""},

		{"a big provider is never missing", "janesmith@gmail.com", mx.Answer{Outcome: mx.Missing, Confirmed: true}, verdict.Unknown, validate.DNSFiltered, verdict.Recheck, verdict.DepthSyntax, ""},
		{"nor without mail hosts", "jane@web.de", mx.Answer{Outcome: mx.None, Confirmed: true}, verdict.Unknown, validate.DNSFiltered, verdict.Recheck, verdict.DepthSyntax, ""},

		{"a typo that does not exist", "janesmith@gmai.com", mx.Answer{Outcome: mx.Missing, Confirmed: true}, verdict.Invalid, validate.DomainMissing, verdict.Fix, verdict.DepthDNS, "janesmith@gmail.com"},
		{"a stray mark, and a domain that is gone", "'jane@acme-corp.com", mx.Answer{Outcome: mx.Missing, Confirmed: true}, verdict.Invalid, validate.DomainMissing, verdict.Remove, verdict.DepthDNS, ""},
		{"a stray mark", "'jane@acme-corp.com", mx.Answer{Outcome: mx.Hosts, Confirmed: true}, verdict.Risky, validate.LocalStray, verdict.Fix, verdict.DepthDNS, "jane@acme-corp.com"},
		{"a typo that takes no mail", "Jane@hotmial.com", mx.Answer{Outcome: mx.Null, Confirmed: true}, verdict.Invalid, validate.MXNull, verdict.Fix, verdict.DepthDNS, "Jane@hotmail.com"},
		{"a typo that takes mail", "janesmith@gmial.com", mx.Answer{Outcome: mx.Hosts, Confirmed: true}, verdict.Risky, validate.TypoDomain, verdict.Fix, verdict.DepthDNS, "janesmith@gmail.com"},
		{"a typo of which nothing is known", "janesmith@gmai.com", mx.Answer{Outcome: mx.ServFail}, verdict.Unknown, validate.DNSServFail, verdict.Fix, verdict.DepthSyntax, "janesmith@gmail.com"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := validate.Parse(tt.address)
			require.Nil(t, m.Fault)
			d := v.Domain(m.Addr.Domain)
			require.True(t, v.Asks(d))
			v.SetMX(d, tt.answer)
			vd := v.Judge(d, &m)
			require.Equal(t, tt.status, vd.Grade)
			require.Equal(t, validate.Info(tt.reason).Code, validate.Info(vd.Reason).Code)
			require.Equal(t, tt.action, vd.Action)
			require.Equal(t, tt.depth, vd.Depth)
			suggestion, _ := v.Suggestion(d, &m, vd.Kinds)
			require.Equal(t, tt.suggestion, suggestion)
		})
	}
}

// What can be said with nobody asked.
func TestJudgeOffline(t *testing.T) {
	v := validate.New(validate.Options{Offline: true})
	for _, tt := range []struct {
		name, text string
		status     verdict.Grade
		code       string
		flags      []string
		suggestion string
	}{
		{"free", "janesmith@gmail.com", verdict.Valid, "list.free", []string{"free"}, ""},
		{"a company", "jane@acme-corp.com", verdict.Valid, "", nil, ""},
		{"outer white space and case are nothing", " Jane@ACME-corp.COM\t", verdict.Valid, "", nil, ""},
		{"relay", "x7@duck.com", verdict.Valid, "list.relay", []string{"relay"}, ""},
		{"role, function", "info@acme-corp.com", verdict.Valid, "role.function", []string{"role.function"}, ""},
		{"role and free", "support@gmail.com", verdict.Valid, "role.function", []string{"role.function", "free"}, ""},
		{"role, system", "noreply@acme-corp.com", verdict.Risky, "role.system", nil, ""},
		{"disposable", "jane@mailinator.com", verdict.Risky, "list.disposable", nil, ""},
		{"below a disposable domain", "jane@box.mailinator.com", verdict.Risky, "list.disposable", nil, ""},
		{"reserved", "jane@example.com", verdict.Invalid, "domain.reserved", nil, ""},
		{"a literal", "jane@[192.0.2.1]", verdict.Risky, "address.literal", nil, ""},
		{"syntax", "jane", verdict.Invalid, "syntax.no-at", nil, ""},
		{"syntax that can be repaired", "Jane Doe <jane@acme-corp.com>", verdict.Invalid, "syntax.display-name", nil, "jane@acme-corp.com"},
		{"a provider without its suffix", "jane@Gmail", verdict.Invalid, "syntax.domain-no-dot", nil, "jane@gmail.com"},
		{"a provider without its suffix, but with the dot", "jane@gmail.", verdict.Invalid, "syntax.domain-dot-end", nil, "jane@gmail.com"},
		{"a provider without its suffix, in brackets", "<jane@gmail>", verdict.Invalid, "syntax.display-name", nil, "jane@gmail.com"},
		{"a provider without its dot", "jane@gmailcom", verdict.Invalid, "syntax.domain-no-dot", nil, "jane@gmail.com"},
		{"a provider without its @", "janegmail.com", verdict.Invalid, "syntax.no-at", nil, "jane@gmail.com"},
		{"the longest provider without its @", "janehotmail.com", verdict.Invalid, "syntax.no-at", nil, "jane@hotmail.com"},
		{"an @ without Shift", "Jane2Gmail.com", verdict.Invalid, "syntax.no-at", nil, "Jane@gmail.com"},
		{"an @ a key beside", "ann!gmail.com", verdict.Invalid, "syntax.no-at", nil, "ann@gmail.com"},
		{"a dot for an @", "john.smith.yahoo.com", verdict.Invalid, "syntax.no-at", nil, "john.smith@yahoo.com"},
		{"an underscore for an @", "jane_gmail.com", verdict.Invalid, "syntax.no-at", nil, "jane@gmail.com"},
		{"a short name behind a mark", "jane#web.de", verdict.Invalid, "syntax.no-at", nil, "jane@web.de"},
		{"a short name at the end of a word", "welcome.com", verdict.Invalid, "syntax.no-at", nil, ""},
		{"a short name behind a mark further off", "jane#acme.com", verdict.Invalid, "syntax.no-at", nil, ""},
		{"a 2 that means to", "up2me.com", verdict.Invalid, "syntax.no-at", nil, ""},
		{"a word that is a provider too", "foodplanet.nl", verdict.Invalid, "syntax.no-at", nil, ""},
		{"too short for a name", "mygmail.com", verdict.Invalid, "syntax.no-at", nil, ""},
		{"a host with a number", "mx2.outlook.com", verdict.Invalid, "syntax.no-at", nil, ""},
		{"a machine far below", "ab2.eop-cd3.prod.protection.outlook.com", verdict.Invalid, "syntax.no-at", nil, ""},
		{"a service in between", "us.mail.yahoo.com", verdict.Invalid, "syntax.no-at", nil, ""},
		{"an @ spelled out before a provider", "max_at_gmail.com", verdict.Invalid, "syntax.no-at", nil, "max@gmail.com"},
		{"an @ without AltGr", "janeqgmail.com", verdict.Invalid, "syntax.no-at", nil, "jane@gmail.com"},
		{"a name that ends in q", "tariqgmail.com", verdict.Invalid, "syntax.no-at", nil, "tariq@gmail.com"},
		{"a site, not an address", "www.gmail.com", verdict.Invalid, "syntax.no-at", nil, ""},
		{"a host, not an address", "box.gmail.com", verdict.Invalid, "syntax.no-at", nil, ""},
		{"a domain, not an address", "gmail.com", verdict.Invalid, "syntax.no-at", nil, ""},
		{"a company without its @", "janeacme-corp.com", verdict.Invalid, "syntax.no-at", nil, ""},
		{"a company without its suffix", "jane@acme", verdict.Invalid, "syntax.domain-no-dot", nil, ""},
		{"a customer", "jane@acme-corp.com>", verdict.Invalid, "syntax.domain-char", nil, "jane@acme-corp.com"},
		{"dots at a carrier that gave them out", "taro..y@docomo.ne.jp", verdict.Risky, "local.legacy-dots", nil, ""},
		{"the apostrophe of a spreadsheet", "'jane@acme-corp.com", verdict.Risky, "local.stray", nil, "jane@acme-corp.com"},
		{"an apostrophe of one's own", "o'brien@acme-corp.com", verdict.Valid, "", nil, ""},
		{"an emoji that was sold", "jane@i❤.ws", verdict.Risky, "domain.symbol", nil, ""},
		{"an emoji that can not be", "jane@acme.❤", verdict.Invalid, "syntax.domain-idna", nil, ""},
		{"dots elsewhere", "taro..y@acme-corp.com", verdict.Invalid, "syntax.local-dot-double", nil, "taro.y@acme-corp.com"},
		{"a typo before disposable", "janesmith@gmial.com", verdict.Risky, "typo.domain", nil, "janesmith@gmail.com"},
		{"a slip around a typo", "<janesmith@gmial.com>", verdict.Invalid, "syntax.display-name", nil, "janesmith@gmail.com"},
		{"somebody can be read out of it", "mina kaya@acme-corp.com", verdict.Invalid, "syntax.local-space", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := v.Check(t.Context(), tt.text)
			require.NoError(t, err)
			require.Equal(t, tt.status.String(), r.Status)
			require.Equal(t, tt.code, r.Reason)
			require.Equal(t, tt.suggestion, r.Suggestion)
			require.Equal(t, "syntax", r.Depth)
			if tt.flags != nil {
				require.Equal(t, tt.flags, r.Flags)
			}
			if strings.Contains(tt.text, " kaya@") {
				require.Equal(t, "review", r.Action, "what holds an address is never removed")
			}
			if tt.suggestion != "" {
				require.Equal(t, "fix", r.Action, "what has a suggestion is never removed")
			}
			require.WithinDuration(t, time.Now(), r.CheckedAt, time.Minute)
		})
	}
}

// What is invalid by itself is not asked for: no question leaves the machine.
func TestNothingIsAskedOfTheInvalid(t *testing.T) {
	v := validate.New(validate.Options{})
	require.False(t, v.Asks(v.Domain("host.invalid")))
	require.True(t, v.Asks(v.Domain("acme-corp.com")))
	require.False(t, validate.New(validate.Options{Offline: true}).Asks(v.Domain("acme-corp.com")))
}

func TestGrades(t *testing.T) {
	v := validate.New(validate.Options{Offline: true, Grades: map[verdict.Kind]verdict.Grade{
		validate.ListFree:       verdict.Risky,
		validate.ListDisposable: verdict.Invalid,
	}})
	m := validate.Parse("janesmith@gmail.com")
	require.Equal(t, verdict.Risky, v.Judge(v.Domain("gmail.com"), &m).Grade)
	m = validate.Parse("jane@mailinator.com")
	require.Equal(t, verdict.Invalid, v.Judge(v.Domain("mailinator.com"), &m).Grade)
}

func TestAddKeepsWhatWasFound(t *testing.T) {
	v := validate.New(validate.Options{Offline: true})
	m := validate.Parse("janesmith@gmail.com>")
	was := v.Judge(nil, &m)
	vd := v.Add(was, validate.ListDuplicate)
	require.Equal(t, was.Reason, vd.Reason)
	require.Equal(t, verdict.Fix, vd.Action)
	require.True(t, vd.Kinds.Has(validate.ListDuplicate))

	m = validate.Parse("jane@acme-corp.com")
	vd = v.Add(v.Judge(v.Domain("acme-corp.com"), &m), validate.ListDuplicate)
	require.Equal(t, verdict.Valid, vd.Grade, "a duplicate keeps its status")
	require.Equal(t, validate.ListDuplicate, vd.Reason)
}

func TestNoAddress(t *testing.T) {
	for _, cell := range []string{"", " ", "\u00a0", "-", "N/A", "#N/A", "null", "None", " n/a "} {
		require.True(t, validate.NoAddress(cell), "%q", cell)
	}
	for _, cell := range []string{"jane", "none@acme-corp.com", "@", "not an address", "null@"} {
		require.False(t, validate.NoAddress(cell), "%q", cell)
	}
}

func TestCanonical(t *testing.T) {
	for text, want := range map[string]string{
		"Jane.Doe@ACME-Corp.com": "jane.doe@acme-corp.com",
		"JOSÉ@acme-corp.com":     "josé@acme-corp.com",
		"jane@BÜCHER.de":         "jane@xn--bcher-kva.de",
		"jane":                   "",
	} {
		m := validate.Parse(text)
		require.Equal(t, want, m.Canonical())
	}
}

func TestJudgeDoesNotAllocate(t *testing.T) {
	v := validate.New(validate.Options{Offline: true})
	d := v.Domain("gmail.com")
	m := new(validate.Mailbox)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		*m = validate.Parse("jane.doe@gmail.com")
		v.Judge(d, m)
	}))
}

func BenchmarkJudge(b *testing.B) {
	v := validate.New(validate.Options{Offline: true})
	d := v.Domain("gmail.com")
	m := new(validate.Mailbox)
	b.ReportAllocs()
	for b.Loop() {
		*m = validate.Parse("jane.doe@gmail.com")
		v.Judge(d, m)
	}
}

func BenchmarkDomain(b *testing.B) {
	v := validate.New(validate.Options{Offline: true})
	b.ReportAllocs()
	for b.Loop() {
		v.Domain("some-company-of-ours.com")
	}
}
