package validate_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/mx"
	"winnow/validate"
)

// Ten disposable domains at a host of which nothing is known, and what else is there.
func TestLearn(t *testing.T) {
	disposable := []string{"mailinator.com", "yopmail.com", "guerrillamail.com", "10minutemail.com", "temp-mail.org",
		"trashmail.com", "maildrop.cc", "sharklasers.com", "getnada.com", "mailnesia.com"}
	for _, tt := range []struct {
		name, host string
		known      []string // disposable domains
		domain     string
		others     int // honest domains at the same host
		want       bool
	}{
		{"a host that serves hardly anything else", "mx1.backend-corp.com", disposable, "innocent-corp.com", 0, true},
		{"too few of them", "mx1.backend-corp.com", disposable[1:], "innocent-corp.com", 0, false},
		{"many others", "mx1.backend-corp.com", disposable, "innocent-corp.com", 3, false},
		{"a host that is known to be shared", "us2.mx1.mailhostbox.com", disposable, "innocent-corp.com", 0, false},
		{"a mailbox provider", "aspmx.l.google.com", disposable, "innocent-corp.com", 0, false},
		{"a university", "mx1.backend-corp.com", disposable, "cs.innocent.edu", 0, false},
		{"a provider's domain", "mx1.backend-corp.com", disposable, "gmx.de", 0, false},
		{"the host's own domain", "mx1.backend-corp.com", disposable, "backend-corp.com", 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := validate.New(validate.Options{})
			var domains []*validate.Domain
			add := func(name string) *validate.Domain {
				d := v.Domain(name)
				v.SetMX(d, mx.Answer{Outcome: mx.Hosts, Confirmed: true, Hosts: []mx.Host{{Name: tt.host}}})
				domains = append(domains, d)
				return d
			}
			for _, name := range tt.known {
				require.True(t, add(name).Kinds.Has(validate.ListDisposable), name)
			}
			for i := range tt.others {
				add(fmt.Sprintf("honest-corp-%d.com", i))
			}
			d := add(tt.domain)
			v.Learn(slices.Values(domains))
			require.Equal(t, tt.want, d.Kinds.Has(validate.ListDisposable))
			if tt.want {
				m := validate.Parse("jane@" + tt.domain)
				require.Contains(t, validate.Text(validate.ListDisposable, d, &m), "backend-corp.com")
			}
		})
	}
}
