package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
	"winnow/mx"
	"winnow/pipeline"
	"winnow/provider"
	"winnow/suppress"
	"winnow/validate"
	"winnow/verdict"
)

func texts(n int) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for i := range n {
			if !yield(fmt.Sprintf("jane%d@acme-corp.com", i), nil) {
				return
			}
		}
	}
}

func offline() pipeline.Stream {
	return pipeline.Stream{Validator: validate.New(validate.Options{Offline: true}), Timeout: time.Minute}
}

func TestStreamAnswersInOrder(t *testing.T) {
	line := 0
	err := offline().Run(t.Context(), texts(1000), func(r verdict.Result) error {
		require.Equal(t, fmt.Sprintf("jane%d@acme-corp.com", line), r.Email)
		line++
		require.Equal(t, line, r.Row)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, 1000, line)
}

func TestStreamUnordered(t *testing.T) {
	s := offline()
	s.Unordered = true
	rows := map[int]bool{}
	require.NoError(t, s.Run(t.Context(), texts(1000), func(r verdict.Result) error {
		rows[r.Row] = true
		return nil
	}))
	require.Len(t, rows, 1000)
}

// Unordered, a domain that does not answer holds up nobody; in order it does, and
// is answered by its own deadline.
func TestStreamAndASilentDomain(t *testing.T) {
	server := startDNS(t, dnstest.Canaries+acme+"silent-corp.com !drop\n")
	lines := func(yield func(string, error) bool) {
		_ = yield("bob@silent-corp.com", nil) && yield("jane@acme-corp.com", nil)
	}
	for _, unordered := range []bool{false, true} {
		var got []string
		err := pipeline.Stream{
			Validator: validate.New(validate.Options{Resolver: mx.New(mx.Options{Servers: []string{server.Addr()}})}),
			Timeout:   500 * time.Millisecond,
			Unordered: unordered,
		}.Run(t.Context(), lines, func(r verdict.Result) error {
			got = append(got, r.Email+" "+r.Status)
			return nil
		})
		require.NoError(t, err)
		want := []string{"bob@silent-corp.com unknown", "jane@acme-corp.com valid"}
		if unordered {
			want[0], want[1] = want[1], want[0]
		}
		require.Equal(t, want, got)
	}
}

func TestStreamErrors(t *testing.T) {
	broken := errors.New("broken")
	for _, unordered := range []bool{false, true} {
		s := offline()
		s.Unordered = unordered
		answered := 0
		err := s.Run(t.Context(), func(yield func(string, error) bool) {
			_ = yield("jane@acme-corp.com", nil) && yield("", broken)
		}, func(verdict.Result) error { answered++; return nil })
		require.ErrorIs(t, err, broken)
		require.Equal(t, 1, answered, "what was read is answered")

		err = s.Run(t.Context(), texts(1000), func(verdict.Result) error { return broken })
		require.ErrorIs(t, err, broken)
	}
}

// A read that never ends does not hold the run.
func TestStreamCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	block := make(chan struct{})
	t.Cleanup(func() { close(block) })
	err := offline().Run(ctx, func(yield func(string, error) bool) {
		if yield("jane@acme-corp.com", nil) {
			<-block
		}
	}, func(verdict.Result) error { cancel(); return nil })
	require.ErrorIs(t, err, context.Canceled)
}

// A history that can not be read ends all: to go on without it would be to say of
// people who complained that they may be mailed.
func TestStreamEndsWithItsHistory(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		s := pipeline.Stream{Validator: validate.New(validate.Options{Offline: true, History: unreadable{}}), Timeout: time.Minute, Unordered: unordered}
		require.ErrorIs(t, s.Run(t.Context(), texts(1000), func(verdict.Result) error { return nil }), errUnreadable)
	}
}

var errUnreadable = errors.New("unreadable")

type unreadable struct{}

func (unreadable) Past(*provider.Customs, string) (suppress.History, error) {
	return suppress.History{}, errUnreadable
}
