package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/report"
	"winnow/validate"
	"winnow/verdict"
)

// found makes the summary of a small run.
func found() *report.Summary {
	var c report.Counts
	say := func(p report.Part, a verdict.Action, g verdict.Grade, k verdict.Kind, rows ...int64) {
		for _, row := range rows {
			c.Add(p, verdict.Verdict{Kinds: verdict.SetOf(k), Reason: k, Grade: g, Action: a}, row)
		}
	}
	say(report.Clean, verdict.Send, verdict.Valid, 0, 2, 3, 4, 5, 6)
	say(report.Removed, verdict.Remove, verdict.Invalid, validate.MXNull, 7)
	say(report.Removed, verdict.Remove, verdict.Invalid, validate.DomainMissing, 1008, 1009, 1010, 1011)
	say(report.Review, verdict.Fix, verdict.Invalid, validate.DomainMissing, 12)
	say(report.Review, verdict.Recheck, verdict.Unknown, validate.DNSTimeout, 13, 14)
	say(report.Review, verdict.Review, verdict.Risky, validate.RowNoAddress, 15)
	say(report.Duplicates, verdict.Send, verdict.Valid, validate.ListDuplicate, 16, 17)
	s := &report.Summary{
		List:  report.Input{Path: "contacts.csv", Column: "email", Why: "its header says email"},
		Depth: "dns", Complete: true, Domains: 9, Seconds: 1.25, Folder: "lists",
		Files: []report.File{{Part: "clean", Path: "contacts.clean.csv", Rows: 5}},
	}
	s.Conclude(&c)
	return s
}

func TestConclude(t *testing.T) {
	s := found()
	require.EqualValues(t, 16, s.Rows)
	require.EqualValues(t, 13, s.Judged, "less a row without an address and two duplicates")
	require.Equal(t, map[string]int64{"valid": 5, "risky": 0, "unknown": 2, "invalid": 6}, s.Statuses)
	require.EqualValues(t, 6, s.KnownBad.Rows)
	require.Equal(t, "At least 46.2 % of the 13 addresses judged would hard-bounce; mailboxes were not asked, expect more.", s.KnownBad.Text)
	require.Equal(t, []report.Group{
		{Status: "invalid", Reason: "domain.missing", Action: "remove", Rows: 4, Examples: []int64{1008, 1009, 1010}},
		{Status: "invalid", Reason: "mx.null", Action: "remove", Rows: 1, Examples: []int64{7}},
	}, s.Parts[report.Removed].Groups, "the largest first")

	var rows int64
	for _, p := range s.Parts {
		rows += p.Rows
	}
	require.Equal(t, s.Rows, rows)
}

// What left the list comes first, with why and where.
func TestWriteText(t *testing.T) {
	var b strings.Builder
	require.NoError(t, found().WriteText(&b))
	require.Equal(t, `contacts.csv: 16 rows, 9 domains, in 1.2 s (depth dns: DNS was asked, mailboxes were not)

REMOVED  5 rows  31.2 %
        4  invalid  domain.missing  rows 1008, 1009, 1010 …  the domain does not exist
        1  invalid  mx.null         row 7                    the domain says that it takes no mail
REVIEW  4 rows  25.0 %
        2  unknown       dns.timeout     rows 13, 14  DNS gave no answer in time
        1  risky         row.no-address  row 15       the row has no address
        1  invalid, fix  domain.missing  row 12       the domain does not exist
DUPLICATES  2 rows  12.5 %
        2  valid  list.duplicate  rows 16, 17  the same mailbox stands in an earlier row
CLEAN  5 rows  31.2 %
        5  valid    rows 2, 3, 4 …  nothing speaks against them

At least 46.2 % of the 13 addresses judged would hard-bounce; mailboxes were not asked, expect more.

Next
  - Send to the clean part.
  - 1 row in review: a correction stands in winnow_suggestion; compare it with where the address came from.
  - 2 rows in review could not be found out; run again later. --keep unknown sends to them all the same.

Files in lists
  contacts.clean.csv  5 rows  to send to, rows as they were
`, b.String())
}

func TestJSONAndBack(t *testing.T) {
	s := found()
	var b bytes.Buffer
	require.NoError(t, s.WriteJSON(&b))
	back, err := report.ReadJSON(&b)
	require.NoError(t, err)
	require.Equal(t, s, back)

	_, err = report.ReadJSON(strings.NewReader("{"))
	require.Error(t, err)
}

func TestNumber(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -999: "-999"} {
		require.Equal(t, want, report.Number(n))
	}
}
