package validate_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/mx"
	"winnow/probe"
	"winnow/suppress"
	"winnow/validate"
	"winnow/verdict"
)

func TestProbeKinds(t *testing.T) {
	codes := probe.Codes()
	for _, c := range codes {
		k := validate.SMTP(c.Code)
		info := validate.Info(k)
		require.Equal(t, "smtp."+c.Code, info.Code)
		require.Equal(t, c.Grade, info.Grade, c.Code)
		require.True(t, validate.OfSMTP(k))
		if c.Grade == verdict.Unknown {
			require.Error(t, validate.Regrade(k, verdict.Invalid), "%s says nothing final of the recipient", c.Code)
		}
		require.NoError(t, validate.Regrade(k, verdict.Risky))
	}
	n := 0
	for k := range validate.All() {
		if validate.OfSMTP(k) {
			n++
		}
	}
	require.Len(t, codes, n, "numSMTP is how many codes there are")
	require.Zero(t, validate.SMTP("no such code"))
}

// said is evidence of an address whose host replied so, and so to a made-up one.
func said(code int, text string, madeUp int) probe.Evidence {
	at := time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC)
	reply := func(code int, text string) probe.Reply {
		return probe.Reply{Reply: bounce.Reply{Stage: bounce.StageRcpt, Code: code, Text: text, Host: "mx.acme.com"}, At: at}
	}
	e := probe.Evidence{Domain: "acme.com", At: at, Reply: reply(code, text), Asked: 1}
	if madeUp != 0 {
		e.MadeUp = reply(madeUp, map[int]string{250: "2.1.5 ok", 550: "5.1.1 no such user"}[madeUp])
	}
	return e
}

func TestJudgeProbed(t *testing.T) {
	v := validate.New(validate.Options{})
	for _, tt := range []struct {
		name     string
		evidence probe.Evidence
		past     suppress.Standing
		reason   string
		grade    verdict.Grade
		depth    verdict.Depth
		bounce   verdict.Bounce
	}{
		{name: "taken, and a made-up one refused", evidence: said(250, "2.1.5 ok", 550), depth: verdict.DepthSMTP, bounce: verdict.BounceNone},
		{name: "refused", evidence: said(550, "5.1.1 user unknown", 550), reason: "smtp.recipient-unknown", grade: verdict.Invalid, depth: verdict.DepthSMTP, bounce: verdict.BounceHard},
		{name: "takes everybody", evidence: said(250, "2.1.5 ok", 250), reason: "smtp.catch-all", grade: verdict.Risky, depth: verdict.DepthSMTP, bounce: verdict.BounceUnknown},
		{name: "full", evidence: said(552, "5.2.2 mailbox full", 0), reason: "smtp.full", grade: verdict.Risky, depth: verdict.DepthSMTP, bounce: verdict.BounceSoft},
		{name: "greylisted", evidence: said(451, "4.7.1 greylisted, try again in 300 seconds", 0), reason: "smtp.greylisted", grade: verdict.Unknown, depth: verdict.DepthDNS, bounce: verdict.BounceUnknown},
		{name: "refused because of us", evidence: said(550, "5.7.1 client host [192.0.2.7] blocked using zen.spamhaus.org", 0), reason: "smtp.ip-reputation", grade: verdict.Unknown, depth: verdict.DepthDNS, bounce: verdict.BounceUnknown},
		{name: "not for good", evidence: said(450, "4.1.1 user unknown", 0), reason: "smtp.not-final", grade: verdict.Unknown, depth: verdict.DepthDNS, bounce: verdict.BounceUnknown},
		{name: "taken, and refused earlier", evidence: said(250, "2.1.5 ok", 550), past: suppress.Hard, reason: "history.hard", grade: verdict.Invalid, depth: verdict.DepthSMTP, bounce: verdict.BounceHard},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := v.Domain("acme.com")
			v.SetMX(d, mx.Answer{Name: "acme.com", Outcome: mx.Hosts, Hosts: []mx.Host{{Name: "mx.acme.com"}}, Confirmed: true})
			m := validate.Parse("jane@acme.com")
			m.Past.Standing = tt.past
			m.RCPT = validate.Heard(tt.evidence, probe.Read(tt.evidence))
			vd := v.Judge(d, &m)
			require.Equal(t, tt.reason, validate.Info(vd.Reason).Code)
			require.Equal(t, tt.grade, vd.Grade)
			require.Equal(t, tt.depth, vd.Depth)
			require.Equal(t, tt.bounce, validate.Bounce(vd))

			r := v.Result(d, &m, vd, time.Now())
			require.Contains(t, r.Reply, tt.evidence.Reply.Text)
			require.Equal(t, tt.evidence.At, r.CheckedAt)
			if tt.reason == "smtp.greylisted" {
				require.Equal(t, tt.evidence.At.Add(5*time.Minute), *r.RetryAfter)
				require.Contains(t, r.Findings[0].Detail, "this is about its domain")
			}
		})
	}
}

// Where a provider had refused us before an address was asked for, the reply was to
// somebody else, and may name him.
func TestNobodyElseIsNamed(t *testing.T) {
	e := said(550, "5.7.1 <joe@acme.com>: blocked using zen.spamhaus.org", 0)
	e.Failure = probe.Breaker
	heard := validate.Heard(e, probe.Read(e))
	require.Equal(t, validate.SMTP(probe.Blocklisted), heard.Kind)
	require.Empty(t, heard.Reply)
	require.NotContains(t, heard.Detail, "joe")
}
