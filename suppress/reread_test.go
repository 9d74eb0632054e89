package suppress_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/suppress"
)

// odd are rules that take the unknown for blocked, and the other way round.
func odd(t *testing.T) (odd, own *bounce.Rules) {
	own, err := bounce.Embedded()
	require.NoError(t, err)
	odd, err = own.With("odd.toml", []byte(`
[[rule]]
id = "odd-policy"
reason = "policy"
words = ["user unknown"]
[[rule]]
id = "odd-unknown"
reason = "recipient_unknown"
words = ["client host"]
`))
	require.NoError(t, err)
	return odd, own
}

func TestReread(t *testing.T) {
	odd, own := odd(t)
	require.NotEqual(t, odd.Stamp(), own.Stamp())
	events := func(rules *bounce.Rules) (all []bounce.Event) {
		put := func(to, reply string, h bounce.Happening, ago float64) {
			e := bounce.Event{Recipient: to, Happened: h, Result: rules.Classify(bounce.Reply{Text: reply}), At: daysAgo(ago)}
			all = append(all, e)
		}
		for i := range 60 {
			put(fmt.Sprintf("n%d@acme.com", i), unknownUser, bounce.WasFailed, 3)
			put(fmt.Sprintf("d%d@acme.com", i), tryLater, bounce.WasFailed, 4)
		}
		put("jane@acme.org", unknownUser, bounce.WasFailed, 3)
		put("ben@acme.org", listed, bounce.WasFailed, 3)
		put("ann@acme.org", unknownUser, bounce.WasDelayed, 3)
		all = append(all, delivered("ida@acme.org", 2), happened("gus@acme.org", bounce.WasComplained, bounce.Complaint, 2))
		label := happened("ned@acme.org", bounce.WasFailed, bounce.RecipientUnknown, 2)
		label.Class, label.Rule, label.Text = bounce.Hard, "label Permanent/General", "550 5.7.1 blocked"
		return append(all, label)
	}
	standing := func(b *book) (all []string) {
		require.NoError(t, b.Entries(t.Context(), func(e suppress.Entry) error {
			all = append(all, fmt.Sprint(e.Address, e.Standing, e.Reason, e.Waits()))
			return nil
		}))
		return all
	}
	want, b := newBook(t, suppress.Options{}), newBook(t, suppress.Options{})
	want.record(events(own)...)
	b.record(events(odd)...)
	require.NotEqual(t, standing(want), standing(b))
	require.NotEqual(t, want.days(), b.days())

	reread := func(rules *bounce.Rules) suppress.Reread {
		done, err := b.Reread(t.Context(), rules)
		require.NoError(t, err)
		return done
	}
	all := len(events(own))
	require.Equal(t, suppress.Reread{Events: all}, reread(odd), "what was read by these rules stays")
	require.Equal(t, suppress.Reread{}, reread(odd), "nothing is read again by the same rules")
	require.Equal(t, suppress.Reread{Events: all, Changed: 63}, reread(own))
	require.Equal(t, standing(want), standing(b))
	require.Equal(t, want.days(), b.days())
	require.Equal(t, suppress.Reread{Events: all, Changed: 63}, reread(odd))
	require.Equal(t, suppress.Reread{Events: all, Changed: 63}, reread(own))
	require.Equal(t, want.days(), b.days())
	r := b.record(events(own)...)
	require.Zero(t, r.New, "an event is the same, whatever it means")
}

// Where hashes are kept, replies have lost words: nothing is read out of them.
func TestRereadHashed(t *testing.T) {
	odd, own := odd(t)
	b := newBook(t, suppress.Options{Key: []byte("0123456789abcdef0123456789abcdef")})
	b.record(bounce.Event{Recipient: jane, Happened: bounce.WasFailed, Result: odd.Classify(bounce.Reply{Text: unknownUser}), At: daysAgo(3)})
	done, err := b.Reread(t.Context(), own)
	require.NoError(t, err)
	require.Zero(t, done)
	require.Equal(t, suppress.Clear, b.past(jane).Standing)
}

// What has changed is written in parts, and read on behind each: nothing is left out,
// and nothing read twice.
func TestRereadInParts(t *testing.T) {
	odd, own := odd(t)
	b := newBook(t, suppress.Options{})
	const all = 2*10_000 + 1
	events := make([]bounce.Event, 0, all)
	for i := range all {
		events = append(events, bounce.Event{Recipient: fmt.Sprintf("n%d@acme.com", i/2), Happened: bounce.WasFailed, Result: odd.Classify(bounce.Reply{Text: unknownUser}), At: daysAgo(3 + float64(i%2))})
	}
	b.record(events...)
	for _, rules := range []*bounce.Rules{own, odd} {
		done, err := b.Reread(t.Context(), rules)
		require.NoError(t, err)
		require.Equal(t, suppress.Reread{Events: all, Changed: all}, done)
	}
	require.NoError(t, b.Entries(t.Context(), func(e suppress.Entry) error {
		require.Fail(t, "suppressed", "%s", e.Address)
		return nil
	}))
}
