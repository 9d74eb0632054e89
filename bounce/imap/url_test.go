package imap

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       mailbox
		err        error
	}{
		{"usual", "imaps://bounces@mail.acme.com/INBOX", mailbox{true, "bounces", "mail.acme.com", "993", "INBOX", "imaps://mail.acme.com/INBOX"}, nil},
		{"the user is an address", "imaps://bounces@acme.com@mail.acme.com/Bounces/2026", mailbox{true, "bounces@acme.com", "mail.acme.com", "993", "Bounces/2026", "imaps://mail.acme.com/Bounces/2026"}, nil},
		{"escaped", "imaps://bounces%40acme.com@mail.acme.com/Old%20ones", mailbox{true, "bounces@acme.com", "mail.acme.com", "993", "Old ones", "imaps://mail.acme.com/Old ones"}, nil},
		{"no mailbox, a port", "imap://me@[::1]:1143", mailbox{false, "me", "::1", "1143", "INBOX", "imap://[::1]:1143/INBOX"}, nil},
		{"in another case", "imap://me@localhost/inbox", mailbox{false, "me", "localhost", "143", "INBOX", "imap://localhost/INBOX"}, nil},
		{"a password", "imaps://me:s3cret@host/INBOX", mailbox{}, errPassword},
		{"a password with a slash", "imaps://me:s3/cret@host/INBOX", mailbox{}, errPassword},
		{"a password with an @", "imaps://me:s3@cret@host/INBOX", mailbox{}, errPassword},
		{"an empty password", "imaps://me:@host/INBOX", mailbox{}, errPassword},
		{"a password behind an address", "imaps://me@acme.com:s3cret@host/INBOX", mailbox{}, errPassword},
		{"no user", "imaps://host/INBOX", mailbox{}, errForm},
		{"an empty user", "imaps://@host/INBOX", mailbox{}, errForm},
		{"no host", "imaps://me@/INBOX", mailbox{}, errForm},
		{"a bad port", "imaps://me@host:s3cret/INBOX", mailbox{}, errForm},
		{"a query", "imaps://me@host/INBOX?SINCE", mailbox{}, errForm},
		{"another scheme", "https://me@host/INBOX", mailbox{}, errForm},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := parse(test.text)
			require.ErrorIs(t, err, test.err)
			require.Equal(t, test.want, got)
			if err != nil {
				require.NotContains(t, err.Error(), "cret")
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("imaps://me@acme.com@host:993/INBOX;uid=1")
	f.Add("imap://me:pass@[::1]/")
	f.Fuzz(func(t *testing.T, text string) {
		box, err := parse(text)
		if err == nil {
			require.True(t, Is(text))
			require.NotEmpty(t, box.user)
			require.NotEmpty(t, box.host)
			require.NotEmpty(t, box.name)
		}
	})
}
