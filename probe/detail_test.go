package probe_test

import (
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
