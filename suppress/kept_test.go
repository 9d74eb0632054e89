package suppress_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/suppress"
)

// What an export says of each entry comes back as it was.
func TestKept(t *testing.T) {
	b := newBook(t, suppress.Options{})
	b.record(refused("jane@acme.com", unknownUser, 5), happened("compl@acme.com", bounce.WasComplained, bounce.Complaint, 5))
	_, err := b.Suppress(t.Context(), suppress.Order{Address: "ben@acme.com", Standing: suppress.Soft, Until: today.Add(9 * day), Note: "-1 chair", Who: "jo@desk"})
	require.NoError(t, err)
	var format suppress.Format
	for _, f := range suppress.Formats() {
		if f.Name == "csv" {
			format = f
		}
	}
	export := func(b *book) (rows [][]string) {
		var text strings.Builder
		x, err := suppress.NewExporter(&text, format)
		require.NoError(t, err)
		require.NoError(t, b.Entries(t.Context(), func(e suppress.Entry) error { return x.Write(&e) }))
		require.NoError(t, x.Flush())
		require.True(t, strings.HasPrefix(text.String(), suppress.KeptHeader))
		rows, err = csv.NewReader(strings.NewReader(text.String())).ReadAll()
		require.NoError(t, err)
		return rows
	}
	rows := export(b)
	kept, ok := suppress.KeptIn(rows[0])
	require.True(t, ok)
	other := newBook(t, suppress.Options{})
	for _, row := range rows[1:] {
		o, err := kept.Order(suppress.Order{Address: row[0], Who: "me@here"}, row, "from a list", today)
		require.NoError(t, err)
		_, err = other.Suppress(t.Context(), o)
		require.NoError(t, err)
	}
	got := map[string][]string{}
	for _, row := range export(other)[1:] {
		got[row[0]] = append(row[1:2:2], row[3], row[4], row[7])
	}
	require.Equal(t, map[string][]string{
		"jane@acme.com":  {"hard", daysAgo(5).Format(time.RFC3339), "", "recipient_unknown, from a list"},
		"compl@acme.com": {"complaint", daysAgo(5).Format(time.RFC3339), "", "complaint, from a list"},
		"ben@acme.com":   {"soft", today.Format(time.RFC3339), today.Add(9 * day).Format(time.RFC3339), "'-1 chair"},
	}, got)
}

func TestKeptOrder(t *testing.T) {
	_, ok := suppress.KeptIn([]string{"email", "standing"})
	require.False(t, ok)
	kept, ok := suppress.KeptIn([]string{"email", "until", "since", "reason", "standing"})
	require.True(t, ok)
	for _, test := range []struct {
		name  string
		cells []string
		want  suppress.Order
		err   string
	}{
		{name: "for good", cells: []string{"", "", "", "policy", "hard"}, want: suppress.Order{Standing: suppress.Hard, Note: "policy, x"}},
		{name: "a day", cells: []string{"", "2027-01-02", "", "", "soft"}, want: suppress.Order{Standing: suppress.Soft, Until: time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC), Note: "x"}},
		{name: "let go", cells: []string{"", today.Format(time.RFC3339), "", "", "soft"}, err: "let go"},
		{name: "no time", cells: []string{"", "", "then", "", "soft"}, err: "its since is no time"},
		{name: "no standing", cells: []string{"", "", "", "", "gone"}, err: "its standing is none of hard, complaint, soft"},
		{name: "clear", cells: []string{"", "", "", "", "clear"}, err: "its standing"},
		{name: "too short", cells: []string{""}, err: "its standing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o, err := kept.Order(suppress.Order{}, test.cells, "x", today)
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, o)
		})
	}
}
