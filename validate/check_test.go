package validate_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
	"winnow/mx"
	"winnow/validate"
)

// validator returns a Validator that asks a DNS server of the test's own.
func validator(t testing.TB, zone string) *validate.Validator {
	t.Helper()
	z, err := dnstest.ParseZone(dnstest.Canaries + zone)
	require.NoError(t, err)
	s, err := dnstest.NewServer(z)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return validate.New(validate.Options{Resolver: mx.New(mx.Options{Servers: []string{s.Addr()}})})
}

const acme = `
acme-corp.com     MX 10 mx.acme-corp.com
mx.acme-corp.com  A 198.51.99.1
silent-corp.com   !drop
`

func TestCheck(t *testing.T) {
	v := validator(t, acme)
	r, err := v.Check(t.Context(), "Jane@ACME-corp.com")
	require.NoError(t, err)
	require.Equal(t, "valid", r.Status)
	require.Equal(t, "dns", r.Depth)
	require.Equal(t, "Jane@ACME-corp.com", r.Email)
	require.Equal(t, "acme-corp.com", r.Domain)
	require.Equal(t, []string{"mx.acme-corp.com"}, r.MX)
	require.Equal(t, "unknown", r.Bounce, "DNS knows no mailbox")

	r, err = v.Check(t.Context(), "jane@gone-corp.com")
	require.NoError(t, err)
	require.Equal(t, "invalid", r.Status)
	require.Equal(t, "domain.missing", r.Reason)
	require.Equal(t, "remove", r.Action)
	require.Equal(t, "hard", r.Bounce)
}

// A deadline is no error, and makes nobody invalid.
func TestCheckByTheDeadline(t *testing.T) {
	v := validator(t, acme)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r, err := v.Check(ctx, "jane@silent-corp.com")
	require.NoError(t, err)
	require.Equal(t, "unknown", r.Status)
	require.Equal(t, "dns.timeout", r.Reason)
	require.Equal(t, "recheck", r.Action)
}

// A question that is cancelled is no verdict.
func TestCheckCancelled(t *testing.T) {
	v := validator(t, acme)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	r, err := v.Check(ctx, "jane@silent-corp.com")
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, r)
}

func TestCheckIsSafeForConcurrentUse(t *testing.T) {
	v := validator(t, acme)
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			domain, want := "acme-corp.com", "valid"
			if i%2 == 1 {
				domain, want = fmt.Sprintf("gone-corp-%d.com", i%10), "invalid"
			}
			r, err := v.Check(t.Context(), fmt.Sprintf("jane%d@%s", i, domain))
			if err != nil || r.Status != want {
				t.Errorf("%s: %s, %v; want %s", domain, r.Status, err, want)
			}
		})
	}
	wg.Wait()
}
