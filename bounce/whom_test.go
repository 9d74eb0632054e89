package bounce_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
)

// Whose the address is that a reply speaks of decides.
func TestBetween(t *testing.T) {
	const jane = "jane@beta.example.org"
	for _, tt := range []struct {
		name, text string
		ours       []string
		reason     bounce.Reason
	}{
		{"our own", "550 5.1.1 <news@acme.com>: User unknown in virtual mailbox table", []string{"news@acme.com"}, bounce.SenderRejected},
		{"in another case", "550 5.1.1 <News@ACME.com>: User unknown", []string{"news@acme.com"}, bounce.SenderRejected},
		{"of our domain", "550 No such user bounce-17@acme.com", []string{"acme.com"}, bounce.SenderRejected},
		{"below our domain", "550 5.1.1 <bounce+jane=beta.example.org@mail.acme.com>: no such user", []string{"acme.com"}, bounce.SenderRejected},
		{"above our domain", "550 5.1.1 <news@acme.com> unknown", []string{"news@mail.acme.com"}, bounce.SenderRejected},
		{"by a code alone", "550 5.1.1 <news@acme.com>", []string{"acme.com"}, bounce.SenderRejected},
		{"our domain", "550 5.1.2 <news@acme.com>: domain not found", []string{"acme.com"}, bounce.SenderRejected},
		{"not final", "450 4.1.1 <news@acme.com>: User unknown", []string{"acme.com"}, bounce.SenderRejected},
		{"in German", "550 news@acme.com: Benutzer unbekannt", []string{"acme.com"}, bounce.SenderRejected},
		{"the recipient", "550 5.1.1 <jane@beta.example.org>: User unknown", []string{"acme.com"}, bounce.RecipientUnknown},
		{"both", "550 5.1.1 <jane@beta.example.org>: User unknown; it came to us by news@acme.com", []string{"acme.com"}, bounce.RecipientUnknown},
		{"where it is forwarded to", "550 5.1.1 <jane@gamma.example.net>: User unknown", []string{"acme.com"}, bounce.RecipientUnknown},
		{"nobody", "550 5.1.1 User unknown", []string{"acme.com"}, bounce.RecipientUnknown},
		{"no address but a sign", "550 5.1.1 User unknown @ acme.com", []string{"acme.com"}, bounce.RecipientUnknown},
		{"a domain that ends as ours", "550 5.1.1 <jane@notacme.com>: User unknown", []string{"acme.com"}, bounce.RecipientUnknown},
		{"we are not known", "550 5.1.1 <news@acme.com>: User unknown", nil, bounce.RecipientUnknown},
		{"nothing is ours", "550 5.1.1 <news@acme.com>: User unknown", []string{""}, bounce.RecipientUnknown},
		{"a top-level domain is not ours", "550 5.1.1 <jane@gamma.com>: User unknown", []string{"com"}, bounce.RecipientUnknown},
		{"it is not about an address", "552 5.2.2 <news@acme.com>: over quota", []string{"acme.com"}, bounce.MailboxFull},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := bounce.Classify(raw(tt.text))
			between := res.Between(jane, tt.ours...)
			require.Equal(t, tt.reason.String(), between.Reason.String())
			if res.Reason != tt.reason {
				require.Equal(t, bounce.Block, between.Class)
				require.Contains(t, between.Overrode, res.Rule)
				require.Equal(t, res.Reply, between.Reply)
			} else {
				require.Equal(t, res, between)
			}
		})
	}

	within := bounce.Classify(raw("550 5.1.1 <bob@acme.com>: User unknown"))
	require.Equal(t, bounce.Hard, within.Between("bob@acme.com", "acme.com").Class, "who is written to may be of our domain")
	require.Equal(t, bounce.Hard, within.Between("jane@acme.com", "acme.com").Class, "then the domain does not tell")
	require.Equal(t, bounce.Block, within.Between("jane@acme.com", "bob@acme.com").Class, "but the address does")
}

func FuzzBetween(f *testing.F) {
	f.Add("550 5.1.1 <news@acme.com>: User unknown", "jane@beta.org", "acme.com")
	f.Add("550 5.1.1 a@@b@c.d. unknown", "@", "@.")
	f.Fuzz(func(t *testing.T, text, recipient, our string) {
		res := bounce.Classify(raw(text))
		between := res.Between(recipient, our)
		require.False(t, between.Class == bounce.Hard && res.Class != bounce.Hard)
		if !strings.Contains(text, "@") {
			require.Equal(t, res, between)
		}
	})
}
