package bounce_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
)

// everyday are replies as they come in by the thousand.
var everyday = []string{
	"550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's email address for typos or\n550-5.1.1 unnecessary spaces. Learn more at\n550 5.1.1 https://support.google.com/mail/?p=NoSuchUser y3si675602plr.1 - gsmtp",
	"host mx.acme.com[192.0.2.1] said: 550 5.1.1 <jane@acme.com>: Recipient address rejected: User unknown in virtual mailbox table (in reply to RCPT TO command)",
	"550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus. To request removal from this list see https://www.spamhaus.org/query/ip/192.0.2.1 (AS16012611)",
	"552 5.2.2 <jane@icloud.com>: user is overquota",
	"421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes",
	"550 5.4.1 Recipient address rejected: Access denied. [AM0EUR02FT012.eop-EUR02.prod.protection.outlook.com]",
	"451 4.7.1 <jane@acme.com>: Recipient address rejected: Greylisted for 5 minutes",
	"550 Requested action not taken: mailbox unavailable",
	"550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]",
	"550 5.1.1 Почтовый ящик не найден",
}

func BenchmarkClassify(b *testing.B) {
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		bounce.Classify(bounce.Reply{Text: everyday[n%len(everyday)]})
		n++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "replies/s")
}

// A feedback loop of 300 KB costs no more than the first 16.
func BenchmarkClassifyLong(b *testing.B) {
	text := "550 5.7.1 " + strings.Repeat("the user is not the sender of spam@example.com, no such user ", 5000)
	for b.Loop() {
		bounce.Classify(bounce.Reply{Text: text})
	}
}

func BenchmarkEmbedded(b *testing.B) {
	rs, err := bounce.Embedded()
	require.NoError(b, err)
	for b.Loop() {
		_, err := rs.With("own.toml", nil)
		require.NoError(b, err)
	}
}
