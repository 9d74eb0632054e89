package probe_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/probe"
)

func TestAddress(t *testing.T) {
	for _, tt := range []struct {
		name, dialogue, want string
		detail               string
		at                   time.Duration // when it was told; negative: by the deadline
	}{
		{"there", somebody, "ok ", "", 0},
		{"gone", "rcpt x@* 250 ok", "recipient-unknown ", "", 0},
		{"greylisted: the deadline is nearer than the patience", "rcpt * 450 4.7.1 Greylisted", "greylisted ", "450 4.7.1 Greylisted", 0},
		{"greylisted for a moment", "first 2 rcpt * 450 4.7.1 Greylisted for 2 seconds\n" + somebody, "ok ", "", 3 * time.Second},
		{"the host never greets", "delay greeting 1h", "timeout ", "waiting for the greeting of mx.acme.com", -1},
		{"nobody answers", "down silent", "timeout ", "connecting to", -1},
		{"RCPT is never answered", "delay rcpt * 1h", "timeout ", "", -1},
		{"refused", "down refused", "network ", "refused", 0},
		{"421", "rcpt * 421 4.3.2 going down", "deferred-system ", "421", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t)
				l.host("mx.acme.com", tt.dialogue)
				p, err := probe.New(l.options())
				require.NoError(t, err)
				ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
				defer cancel()
				begin := time.Now()
				e, err := p.Address(ctx, l.target(7, "p0@acme.com"))
				require.NoError(t, err)
				took := time.Since(begin)
				require.LessOrEqual(t, took, 10*time.Second, "by the deadline")
				require.Equal(t, 7, e.ID)
				require.Equal(t, tt.want, codes([]probe.Evidence{e}), "%q", probe.Read(e).Detail)
				require.Contains(t, probe.Read(e).Detail, tt.detail)
				if tt.at >= 0 {
					require.Equal(t, tt.at, took.Truncate(time.Second))
				} else {
					require.Greater(t, took, 9*time.Second)
				}
				l.close()
			})
		})
	}
}

func TestAddressCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.host("mx.acme.com", "delay greeting 20s")
		p, err := probe.New(l.options())
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Second, cancel)
		_, err = p.Address(ctx, l.target(0, "p0@acme.com"))
		require.ErrorIs(t, err, context.Canceled)
		l.close()
	})
}

func TestAddressesShareManners(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.host("mx.acme.com", "delay rcpt * 1s\n"+somebody)
		p, err := probe.New(l.options())
		require.NoError(t, err)
		done := make(chan probe.Evidence, 12)
		for i := range 12 {
			go func() {
				e, err := p.Address(context.Background(), l.target(i, "p0@acme.com"))
				require.NoError(t, err)
				done <- e
			}()
		}
		for range 12 {
			require.Equal(t, "ok ", codes([]probe.Evidence{<-done}))
		}
		require.Equal(t, 2, l.most["mx.acme.com"])
		l.close()
	})
}
