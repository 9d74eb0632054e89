package suppress_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/suppress"
)

const jane = "jane@acme.com"

func of(message string, e bounce.Event) bounce.Event {
	e.MessageID = message
	return e
}

// Two campaigns to a host that is down for days are two, whatever their order.
func TestSoftCountsMessages(t *testing.T) {
	b := newBook(t, suppress.Options{})
	first := of("a", refused(jane, tryLater, 12))
	first.Happened = bounce.WasDelayed
	b.record(first, of("b", refused(jane, tryLater, 10.5)), of("a", refused(jane, tryLater, 8)))
	require.Equal(t, suppress.Clear, b.past(jane).Standing)
	b.record(of("c", refused(jane, tryLater, 6)))
	require.Equal(t, suppress.Soft, b.past(jane).Standing)
}

// Who was let go begins anew.
func TestSoftBeginsAnew(t *testing.T) {
	b := newBook(t, suppress.Options{})
	for _, ago := range []float64{230, 225, 220} {
		b.record(refused(jane, tryLater, ago))
	}
	require.Equal(t, suppress.Clear, b.past(jane).Standing)
	for _, ago := range []float64{2.2, 1.1, 0} {
		b.record(refused(jane, tryLater, ago))
	}
	require.Equal(t, suppress.Clear, b.past(jane).Standing, "the first is no week old")
}

// A relay takes a mail, and then it bounces: by clocks that differ, perhaps before.
func TestDeliveryOfWhatBounced(t *testing.T) {
	for i := range 20 {
		for _, later := range []float64{0, 1. / 86400} {
			b := newBook(t, suppress.Options{})
			id := fmt.Sprintf("%d@acme.com", i)
			b.record(of(id, refused(jane, unknownUser, 3)), of(id, delivered(jane, 3-later)))
			h := b.past(jane)
			require.Equal(t, suppress.Hard, h.Standing)
			require.False(t, h.Delivered())
			b.record(of("another", delivered(jane, 1)))
			require.Equal(t, suppress.Clear, b.past(jane).Standing)
		}
	}
}

// crowd are as many events of gmail.com's users on a day.
func crowd(n int, of func(to string) bounce.Event) (all []bounce.Event) {
	for i := range n {
		all = append(all, of(fmt.Sprintf("user%d.%d@gmail.com", i, n)))
	}
	return all
}

// Bad days in a row do not make each other look usual.
func TestBadDaysInARow(t *testing.T) {
	b := newBook(t, suppress.Options{})
	for ago := 20.0; ago > 16; ago-- {
		b.record(crowd(99, func(to string) bounce.Event { return delivered(to, ago) })...)
		b.record(refused(fmt.Sprintf("gone%.0f@gmail.com", ago), unknownUser, ago))
	}
	for _, ago := range []float64{3, 2} {
		b.record(crowd(50, func(to string) bounce.Event { return delivered("x"+to, ago) })...)
		b.record(crowd(50, func(to string) bounce.Event { return refused(fmt.Sprintf("on%.0f", ago)+to, unknownUser, ago) })...)
	}
	require.True(t, b.past("on3user7.50@gmail.com").Waits())
	require.True(t, b.past("on2user7.50@gmail.com").Waits())
	require.Equal(t, suppress.Hard, b.past("gone18@gmail.com").Standing)
}

// Days of which only the bounces are known are not held against days of which all is.
func TestDaysWithoutDeliveries(t *testing.T) {
	b := newBook(t, suppress.Options{})
	for ago := 30.0; ago > 20; ago-- {
		b.record(crowd(60, func(to string) bounce.Event { return refused(fmt.Sprintf("d%.0f", ago)+to, unknownUser, ago) })...)
	}
	timeless := refused("timeless@gmail.com", unknownUser, 0)
	timeless.At = timeless.At.AddDate(1, 0, 0) // a clock that is wrong
	b.record(timeless)
	for ago := 5.0; ago > 0; ago-- {
		b.record(crowd(99, func(to string) bounce.Event { return delivered("x"+to, ago) })...)
		b.record(refused(fmt.Sprintf("gone%.0f@gmail.com", ago), unknownUser, ago))
	}
	require.Equal(t, suppress.Hard, b.past("d25user7.60@gmail.com").Standing)
	require.Equal(t, suppress.Hard, b.past("timeless@gmail.com").Standing)
}

// What is said by hand is not taken back by saying less.
func TestSuppressLess(t *testing.T) {
	b := newBook(t, suppress.Options{})
	say := func(s suppress.Standing, until float64) (suppress.Ordered, error) {
		o := suppress.Order{Address: jane, Standing: s, Who: "jo@desk"}
		if until != 0 {
			o.Until = daysAgo(until)
		}
		return b.Suppress(t.Context(), o)
	}
	_, err := say(suppress.Complained, 1)
	require.ErrorContains(t, err, "in the past")
	n, err := say(suppress.Soft, -10)
	require.NoError(t, err)
	require.Equal(t, suppress.Ordered{New: 1}, n)
	n, err = say(suppress.Complained, 0)
	require.NoError(t, err)
	require.Equal(t, suppress.Ordered{Changed: 1}, n)
	for _, s := range []suppress.Standing{suppress.Soft, suppress.Hard, suppress.Complained} {
		n, err = say(s, -7)
		require.NoError(t, err)
		require.Equal(t, suppress.Ordered{Known: 1}, n)
	}
	h := b.past(jane)
	require.Equal(t, suppress.Complained, h.Standing)
	require.Zero(t, h.Until())
}

// A hashed store has nothing that a name can be tried against.
func TestHashedKeepsNoName(t *testing.T) {
	b := newBook(t, suppress.Options{Key: []byte(strings.Repeat("k", 32))})
	e := refused("joe.smith@acme.com", "550 5.1.1 mailbox joe.smith joe.smith not found", 1)
	e.MessageID = "joe.smith=acme.com@list"
	b.record(e)
	require.NoError(t, b.store.Close())
	data, err := os.ReadFile(b.path)
	require.NoError(t, err)
	require.NotContains(t, string(data), "joe.smith")
}

// What ended by itself says when.
func TestEnded(t *testing.T) {
	b := newBook(t, suppress.Options{})
	ended := func(address string) time.Time {
		a, err := b.Why(t.Context(), address)
		require.NoError(t, err)
		require.Equal(t, suppress.Clear, a.Standing)
		return a.Ended
	}
	b.record(
		refused("disabled@acme.com", inactive, 100),
		refused("soft@acme.com", tryLater, 400), refused("soft@acme.com", tryLater, 395), refused("soft@acme.com", tryLater, 390),
		refused("twice@acme.com", tryLater, 400), refused("twice@acme.com", tryLater, 395),
		refused("taken@acme.com", inactive, 100), delivered("taken@acme.com", 95),
	)
	require.Equal(t, daysAgo(10), ended("disabled@acme.com"))
	require.Equal(t, daysAgo(390-180), ended("soft@acme.com"))
	require.Zero(t, ended("twice@acme.com"), "it never was")
	require.Zero(t, ended("taken@acme.com"), "a delivery ended it")
	require.Zero(t, ended("nobody@acme.com"))

	_, err := b.Suppress(t.Context(), suppress.Order{Address: "hand@acme.com", Standing: suppress.Soft, Until: today.Add(day), Who: "me@here"})
	require.NoError(t, err)
	b.now = today.Add(3 * day)
	require.Equal(t, today.Add(day), ended("hand@acme.com"))
	n, err := b.Len(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 8, n)
}

// What nobody vouches for, such as a letter about a bounce, counts for nothing, however
// often it comes.
func TestDoubtful(t *testing.T) {
	b := newBook(t, suppress.Options{})
	for _, ago := range []float64{24, 16, 7, 1} {
		e := refused(jane, unknownUser, ago)
		e.Result = bounce.Conclude(bounce.Undetermined, e.Reply, bounce.Doubtful)
		e.Class = bounce.None
		b.record(e)
	}
	require.Equal(t, suppress.Clear, b.past(jane).Standing)
}
