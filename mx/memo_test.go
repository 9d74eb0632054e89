package mx

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// answerAfter asks for a second, and says whether it was cancelled meanwhile.
func answerAfter(value string, keep time.Duration) func(context.Context) (string, time.Duration) {
	return func(ctx context.Context) (string, time.Duration) {
		select {
		case <-ctx.Done():
			return "cancelled", keep
		case <-time.After(time.Second):
			return value, keep
		}
	}
}

func TestMemoOneLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemo[string, string](10)
		ctx, cancel := context.WithCancel(t.Context())
		first := make(chan error, 1)
		second := make(chan string, 1)
		go func() {
			_, err := m.do(ctx, "k", answerAfter("first", 0))
			first <- err
		}()
		synctest.Wait()
		go func() {
			v, err := m.do(t.Context(), "k", answerAfter("second", 0))
			require.NoError(t, err)
			second <- v
		}()
		synctest.Wait()
		cancel()
		require.ErrorIs(t, <-first, context.Canceled)
		require.Equal(t, "first", <-second, "shared, and not cancelled")
	})
}

func TestMemoAllLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemo[string, string](10)
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error, 1)
		late := make(chan struct{})
		go func() {
			_, err := m.do(ctx, "k", func(ctx context.Context) (string, time.Duration) {
				<-ctx.Done()
				<-late
				return "abandoned", time.Hour
			})
			left <- err
		}()
		synctest.Wait()
		cancel()
		require.ErrorIs(t, <-left, context.Canceled)

		// The abandoned one is still on its way: its place is free already.
		v, err := m.do(t.Context(), "k", answerAfter("fresh", time.Hour))
		require.NoError(t, err)
		require.Equal(t, "fresh", v)
		close(late)
		m.running.Wait()
		v, err = m.do(t.Context(), "k", answerAfter("asked again", 0))
		require.NoError(t, err)
		require.Equal(t, "fresh", v, "what was abandoned is not remembered")
	})
}

func TestMemoForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemo[string, string](10)
		value := func(want, fresh string, keep time.Duration) {
			t.Helper()
			v, err := m.do(t.Context(), "k", answerAfter(fresh, keep))
			require.NoError(t, err)
			require.Equal(t, want, v)
		}
		value("a", "a", 0)
		value("b", "b", time.Minute)
		value("b", "c", time.Minute)
		time.Sleep(time.Minute)
		value("d", "d", time.Minute)
	})
}

func TestMemoIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemo[string, string](3)
		for i := range 10 {
			_, err := m.do(t.Context(), strconv.Itoa(i), answerAfter("v", time.Hour))
			require.NoError(t, err)
		}
		require.Len(t, m.kept, 3)
		require.Contains(t, m.kept, "9")
		require.Empty(t, m.flights)
	})
}
