package suppress_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/store"
	"winnow/suppress"
)

// aKey is one for hashes.
var aKey = []byte("a key that is long enough")

// release lets an address go that is suppressed.
func (b *book) release(text string) {
	b.t.Helper()
	was, err := b.Release(b.t.Context(), text, "jo@desk", "wrote to us")
	require.NoError(b.t, err)
	require.NotEqual(b.t, suppress.Clear, was)
	require.Equal(b.t, suppress.Clear, b.past(text).Standing)
}

// weights are how the events of an address count, in the order of time.
func (b *book) weights(text string) (all []string) {
	b.t.Helper()
	a, err := b.Why(b.t.Context(), text)
	require.NoError(b.t, err)
	for _, e := range a.Events {
		all = append(all, fmt.Sprint(e.Reason, " ", e.Weight))
	}
	return all
}

func complained(to string, ago float64) bounce.Event {
	return happened(to, bounce.WasComplained, bounce.Complaint, ago)
}

// Services tell of complaints days later: to let an address go forgives what is known of.
func TestRelease(t *testing.T) {
	for _, tt := range []struct {
		name    string
		do      func(b *book)
		want    suppress.Standing
		weights []string
	}{
		{"a complaint that is known", func(b *book) {
			b.record(complained(jane, 5))
			b.release(jane)
		}, suppress.Clear, []string{"complaint let-go"}},
		{"it is told again", func(b *book) {
			b.record(complained(jane, 5))
			b.release(jane)
			b.record(complained(jane, 5))
		}, suppress.Clear, []string{"complaint let-go"}},
		{"and with its campaign", func(b *book) {
			b.record(of("1", complained(jane, 5)))
			b.release(jane)
			e := of("1", complained(jane, 5))
			e.Campaign = "autumn"
			b.record(e)
		}, suppress.Clear, []string{"complaint let-go"}},
		{"a complaint of before that is told of later", func(b *book) {
			b.record(refused(jane, unknownUser, 9))
			b.release(jane)
			b.now = b.now.Add(time.Hour)
			b.record(complained(jane, 5))
		}, suppress.Complained, []string{"recipient_unknown let-go", "complaint counts-late"}},
		{"at the same moment", func(b *book) {
			b.record(refused(jane, unknownUser, 9))
			b.release(jane)
			b.record(complained(jane, 5))
		}, suppress.Complained, []string{"recipient_unknown let-go", "complaint counts-late"}},
		{"beside one that is known", func(b *book) {
			b.record(complained(jane, 5))
			b.release(jane)
			b.record(complained(jane, 7))
		}, suppress.Complained, []string{"complaint counts-late", "complaint let-go"}},
		{"and it is let go again", func(b *book) {
			b.record(refused(jane, unknownUser, 9))
			b.release(jane)
			b.record(complained(jane, 5))
			b.release(jane)
		}, suppress.Clear, []string{"recipient_unknown let-go", "complaint let-go"}},
		{"by a clock that was put back", func(b *book) {
			b.record(refused(jane, unknownUser, 9))
			b.release(jane)
			b.now = b.now.Add(-2 * day)
			b.record(complained(jane, 5))
		}, suppress.Complained, []string{"recipient_unknown let-go", "complaint counts-late"}},
		{"let go by a clock that was put back", func(b *book) {
			b.record(complained(jane, 1), refused(jane, unknownUser, 0.5))
			b.now = b.now.Add(-2 * day)
			b.release(jane)
		}, suppress.Clear, []string{"complaint let-go", "recipient_unknown let-go"}},
		{"a refusal of before that is told of later", func(b *book) {
			b.record(refused(jane, unknownUser, 9))
			b.release(jane)
			b.now = b.now.Add(time.Hour)
			b.record(refused(jane, unknownUser, 5))
		}, suppress.Clear, []string{"recipient_unknown let-go", "recipient_unknown let-go"}},
		{"a refusal since", func(b *book) {
			b.record(refused(jane, unknownUser, 9))
			b.release(jane)
			b.now = b.now.Add(day)
			b.record(refused(jane, unknownUser, -0.5))
		}, suppress.Hard, []string{"recipient_unknown let-go", "recipient_unknown counts"}},
		{"a complaint since", func(b *book) {
			b.record(refused(jane, unknownUser, 9))
			b.release(jane)
			b.now = b.now.Add(day)
			b.record(complained(jane, -0.5))
		}, suppress.Complained, []string{"recipient_unknown let-go", "complaint counts"}},
		{"said otherwise since", func(b *book) {
			b.record(complained(jane, 5))
			b.release(jane)
			_, err := b.Suppress(b.t.Context(), suppress.Order{Address: jane, Standing: suppress.Soft, Who: "jo@desk"})
			require.NoError(b.t, err)
		}, suppress.Soft, []string{"complaint let-go"}},
		{"and by a clock that was put back", func(b *book) {
			b.record(complained(jane, 0))
			b.now = b.now.Add(-2 * day)
			b.release(jane)
			_, err := b.Suppress(b.t.Context(), suppress.Order{Address: jane, Standing: suppress.Soft, Who: "jo@desk"})
			require.NoError(b.t, err)
		}, suppress.Soft, []string{"complaint let-go"}},
		{"never", func(b *book) {
			b.record(complained(jane, 5), refused(jane, listed, 3), refused(jane, membersOnly, 2))
		}, suppress.Complained, []string{"complaint counts", "ip_reputation of-others", "restricted to-others"}},
	} {
		for _, key := range [][]byte{nil, aKey} {
			t.Run(fmt.Sprint(tt.name, len(key)), func(t *testing.T) {
				b := newBook(t, suppress.Options{Key: key})
				tt.do(b)
				require.Equal(t, tt.want.String(), b.past(jane).Standing.String())
				require.Equal(t, tt.weights, b.weights(jane))
			})
		}
	}
}

// What is taken back says so, and counts again.
func TestWeighReverted(t *testing.T) {
	b := newBook(t, suppress.Options{})
	b.record(refused(jane, unknownUser, 5))
	done, err := b.Revert(t.Context(), "acme.com", daysAgo(6), daysAgo(4), "jo@desk")
	require.NoError(t, err)
	require.Equal(t, []string{"recipient_unknown taken-back"}, b.weights(jane))
	require.NoError(t, b.Undo(t.Context(), done.ID, "jo@desk"))
	require.Equal(t, []string{"recipient_unknown counts"}, b.weights(jane))
}

// When an event was recorded stays, whatever is learnt of it.
func TestRecorded(t *testing.T) {
	odd, own := odd(t)
	b := newBook(t, suppress.Options{})
	e := bounce.Event{Recipient: jane, Happened: bounce.WasFailed, Result: odd.Classify(bounce.Reply{Text: unknownUser}), At: daysAgo(3), MessageID: "1"}
	b.record(e)
	b.now = b.now.Add(day)
	done, err := b.Reread(t.Context(), own)
	require.NoError(t, err)
	require.Equal(t, suppress.Reread{Events: 1, Changed: 1}, done)
	e.Campaign = "autumn"
	require.Equal(t, suppress.Recorded{Known: 1}, b.record(e))
	a, err := b.Why(t.Context(), jane)
	require.NoError(t, err)
	require.Len(t, a.Events, 1)
	require.Equal(t, "autumn", a.Events[0].Campaign)
	require.Equal(t, bounce.RecipientUnknown, a.Events[0].Reason)
	require.Equal(t, today, a.Events[0].Recorded)
	require.Zero(t, a.Released)
}

// The stores in testdata are of a winnow that did not keep when an event was recorded:
// jane, ann and gus were let go, ann after a complaint, and of gus one was recorded later.
func TestOlderStores(t *testing.T) {
	for name, key := range map[string][]byte{"older.db": nil, "older-hashed.db": aKey} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", name))
			require.NoError(t, err)
			path := filepath.Join(t.TempDir(), "store.db")
			require.NoError(t, os.WriteFile(path, data, 0o600))
			s, err := store.Open(path)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, s.Close()) })
			b := &book{t: t, store: s, path: path, now: today.Add(day)}
			b.Ledger, err = suppress.New(t.Context(), s, suppress.Options{Key: key, Now: func() time.Time { return b.now }})
			require.NoError(t, err)
			for address, want := range map[string]suppress.Standing{
				jane: suppress.Clear, "ann@acme.com": suppress.Clear, "gus@acme.com": suppress.Clear, "ben@acme.com": suppress.Hard,
			} {
				require.Equal(t, want, b.past(address).Standing, address)
			}
			require.Equal(t, []string{"complaint let-go"}, b.weights("ann@acme.com"))
			a, err := b.Why(t.Context(), "ann@acme.com")
			require.NoError(t, err)
			require.Zero(t, a.Events[0].Recorded)
			require.Equal(t, today, a.Released)

			require.Equal(t, suppress.Recorded{New: 1, Known: 1}, b.record(complained("ann@acme.com", 5), complained(jane, 4)))
			require.Equal(t, suppress.Clear, b.past("ann@acme.com").Standing, "it is the one that was known")
			require.Equal(t, suppress.Complained, b.past(jane).Standing)
			require.Equal(t, []string{"recipient_unknown let-go", "complaint counts-late"}, b.weights(jane))
			b.release(jane)
			b.release("ben@acme.com")
		})
	}
}

// An older winnow that lets an address go in a store of today's does not keep what was
// known: what was recorded until then was.
func TestReleaseByAnOlderWinnow(t *testing.T) {
	b := newBook(t, suppress.Options{})
	b.record(complained(jane, 5))
	b.now = b.now.Add(time.Hour)
	b.release(jane)
	known := regexp.MustCompile(`,"known":\d+`)
	require.NoError(t, b.store.Update(t.Context(), func(tx *store.Tx) error {
		hands := tx.Cache("hand")
		item, _, err := hands.Latest([]byte(jane))
		require.NoError(t, err)
		require.Regexp(t, known, string(item.Value))
		return hands.Put([]byte(jane), known.ReplaceAll(item.Value, nil), item.At)
	}))
	require.Equal(t, suppress.Clear, b.past(jane).Standing)
	b.record(complained(jane, 4))
	require.Equal(t, suppress.Complained, b.past(jane).Standing)
}
