package probe_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/address"
	"winnow/bounce"
	"winnow/probe"
)

// A reply shows people no address, however the host spells it.
func TestDetailNamesNobody(t *testing.T) {
	e := probe.Evidence{Domain: "acme.com", Reply: probe.Reply{Reply: bounce.Reply{Stage: bounce.StageRcpt, Code: 550, Host: "mx.acme.com",
		Text: `5.7.1 blocked using zen.spamhaus.org; <"jane doe"@acme.com> rcpt=jane%40acme.com jane@acme.com`}}}
	require.Equal(t, "rcpt at mx.acme.com: 550 5.7.1 blocked using zen.spamhaus.org; <…> … …", probe.Read(e).Detail)
}

// Whom a host asked for may stand in its words without a sign of an address: then neither the notice, nor
// the summary, nor the row of another shows it. The reply is kept as it came, and read as that.
func TestARefusalShownToAllNamesNobody(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx.acme.com", strings.Join([]string{
			"rcpt jane.doe+x@acme.com 550 5.7.1 mailbox Jane.Doe (jane.doe+x): client host blocked using zen.spamhaus.org",
			`rcpt "spamhaus"@acme.com 550 5.7.1 client host blocked using zen.spamhaus.org`}, "\n"))
		for _, addrs := range [][]string{{"jane.doe+x@acme.com", "other@acme.com"}, {`"spamhaus"@acme.com`, "other@acme.com"}} {
			o := l.options()
			o.Manners.Default = probe.Limits{Connections: 1, Recipients: 1, Refusals: 1, PerMinute: -1}
			var shown []string
			o.Notice = func(s string) { shown = append(shown, s) }
			found, sum := l.ask(o, addrs...)
			require.Len(t, shown, 1)
			require.Len(t, sum.Blocked, 1)
			require.Equal(t, bounce.IPReputation, sum.Blocked[0].Reading.Reason)
			require.Contains(t, sum.Blocked[0].Reply.Text, "spamhaus")
			shown = append(shown, sum.Blocked[0].Reading.Detail)
			require.Contains(t, probe.Read(found[0]).Detail, "client host blocked using zen.spamhaus.org", "its own row")
			shown = append(shown, probe.Read(found[1]).Detail)
			for _, s := range shown {
				require.NotRegexp(t, "(?i)jane|spamhaus", strings.ReplaceAll(s, "zen.spamhaus", ""))
				require.Contains(t, s, "client host blocked")
			}
		}
	})
}

// Nothing that a caller names becomes a command of its own.
func TestNothingIsInjected(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx.acme.com", somebody)
		o := l.options()
		o.Helo = "[IPv6:fe80::1%a]\r\nVRFY root\r\nEHLO [b]"
		_, err := probe.New(o)
		require.ErrorContains(t, err, "no address literal")

		p, err := probe.New(l.options())
		require.NoError(t, err)
		target := l.target(0, "p0@acme.com")
		target.Addr = address.Address{Local: "p0", Domain: "acme.com>\r\nVRFY root\r\nRCPT TO:<x@acme.com"}
		e, err := p.Address(t.Context(), target)
		require.NoError(t, err)
		require.Equal(t, "protocol", probe.Read(e).Code)
		require.Empty(t, l.transcript("mx.acme.com"))
	})
}
