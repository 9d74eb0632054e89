package suppress_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/store"
	"winnow/suppress"
)

// days are the counts of each mail host and day, as they stand in the store: mails,
// deliveries, blocks, unknown recipients.
func (b *book) days() map[string][]byte {
	b.t.Helper()
	all := map[string][]byte{}
	require.NoError(b.t, b.store.View(b.t.Context(), func(tx *store.Tx) error {
		for item, err := range tx.Cache("days").All(nil) {
			require.NoError(b.t, err)
			all[string(item.Key)] = append([]byte{}, item.Value...)
		}
		return nil
	}))
	return all
}

// What is forgotten is of no day any more: to import it again counts it once.
func TestForgetUncounts(t *testing.T) {
	for _, key := range [][]byte{nil, aKey} {
		b := newBook(t, suppress.Options{Key: key})
		timeless := refused("jane@jane-doe.com", unknownUser, 0)
		timeless.At = time.Time{}
		forgotten := []bounce.Event{
			refused("jane@jane-doe.com", unknownUser, 5), refused("jane@jane-doe.com", listed, 5), delivered("jane@jane-doe.com", 4),
			complained("jane@jane-doe.com", 4), timeless,
		}
		gmail := []bounce.Event{refused("janedoe@gmail.com", unknownUser, 5), delivered("janedoe@gmail.com", 4)}
		b.record(delivered("bendoe@gmail.com", 5))
		want := b.days()
		require.Len(t, want, 1)
		forget := func(text string) {
			f, err := b.Forget(t.Context(), text, "jo@desk", false)
			require.NoError(t, err)
			require.NotZero(t, f.Events)
		}
		b.record(forgotten...)
		b.record(gmail...)
		before := b.days()
		require.Equal(t, []byte{2, 1, 0, 1}, before["gmail\x002026-11-19"])
		require.Equal(t, []byte{2, 0, 1, 1}, before["jane-doe.com\x002026-11-19"])
		forget("jane@jane-doe.com")
		forget("jane.doe@gmail.com")
		require.Equal(t, want, b.days(), "a day on which nothing happened is none")
		b.record(forgotten...)
		b.record(gmail...)
		require.Equal(t, before, b.days())
	}
}

// A purge in the middle of a day leaves the counts of the rest of it; of older days
// nothing is left, and nothing can be less than that.
func TestPurgeUncounts(t *testing.T) {
	b := newBook(t, suppress.Options{})
	b.record(refused("ann@acme.com", unknownUser, 9), refused("ben@acme.com", unknownUser, 5.2), delivered("gus@acme.com", 4.9), refused(jane, unknownUser, 4.8))
	require.Equal(t, []byte{3, 1, 0, 2}, b.days()["acme.com\x002026-11-19"])
	_, err := b.Purge(t.Context(), daysAgo(5), false, "jo@desk")
	require.NoError(t, err)
	require.Equal(t, map[string][]byte{"acme.com\x002026-11-19": {2, 1, 0, 1}}, b.days())

	// A store of an older winnow lost the counts of the whole day.
	require.NoError(t, b.store.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Cache("days").Delete([]byte("acme.com\x002026-11-19"))
		return err
	}))
	_, err = b.Forget(t.Context(), jane, "jo@desk", false)
	require.NoError(t, err)
	require.Empty(t, b.days())
	b.record(refused(jane, unknownUser, 4.8))
	require.Equal(t, map[string][]byte{"acme.com\x002026-11-19": {1, 0, 0, 1}}, b.days())
}
