package pipeline_test

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"winnow/listio"
	"winnow/pipeline"
	"winnow/policy"
	"winnow/validate"
)

// fix runs Fix over the list at path without asking anybody.
func fix(ctx context.Context, path string) error {
	src, err := listio.OpenFile(path)
	if err != nil {
		return err
	}
	defer src.Close()
	list, err := listio.Open(src, listio.Options{})
	if err != nil {
		return err
	}
	out, err := pipeline.Corrected(path, "", false)
	if err != nil {
		return err
	}
	defer out.Close()
	_, err = pipeline.Fix(ctx, pipeline.Job{
		Source: src, List: list, Outputs: out, Policy: policy.Default(),
		Validator: validate.New(validate.Options{Offline: true}),
	})
	return err
}

// Each row of the corrected list is the list's own, byte for byte, or stands in the
// log with what its cell said and says now.
func TestFixChangesNothingUnsaid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.csv")
	cell := rapid.SampledFrom([]string{
		"jane@acme-corp.com", "<jane@acme-corp.com>", `"Doe, Jane <jane@acme-corp.com>"`, "mailto:joe@acme-corp.com", "janesmith@gmial.com",
		"jane at acme dot com", "", "n/a", "a@b@c.com", `"jane@acme-corp.com."`, `"""jane doe""@acme-corp.com;"`, "é@acme-corp.com>", "\xe9@acme-corp.com>", "=x@acme-corp.com;",
	})
	changes := 0
	rapid.Check(t, func(r *rapid.T) {
		end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(r, "end")
		rows := []string{"id,email,note" + end}
		for i := range rapid.IntRange(1, 40).Draw(r, "rows") {
			rows = append(rows, strconv.Itoa(i)+","+cell.Draw(r, "cell")+",note"+end)
		}
		require.NoError(r, os.WriteFile(path, []byte(strings.Join(rows, "")), 0o600))
		require.NoError(r, fix(t.Context(), path))

		after := strings.SplitAfter(read(t, part(path, "fixed")), "\n")
		require.Equal(r, len(rows), len(after)-1)
		log, err := csv.NewReader(strings.NewReader(read(t, part(path, "changes")))).ReadAll()
		require.NoError(r, err)
		logged := map[int][]string{}
		for _, change := range log[1:] {
			row, err := strconv.Atoi(change[0])
			require.NoError(r, err)
			logged[row] = change
			p, err := strconv.ParseFloat(change[3], 64)
			require.NoError(r, err)
			require.GreaterOrEqual(r, p, validate.Sure)
			require.NotEmpty(r, change[4])
		}
		changes += len(logged)
		for i := range rows {
			change, ok := logged[i+1]
			if !ok {
				require.Equal(r, rows[i], after[i])
				continue
			}
			// The rows are alike but for the cell.
			said, says := strings.TrimPrefix(change[1], "'"), strings.TrimPrefix(change[2], "'")
			before, err := csv.NewReader(strings.NewReader(rows[i])).Read()
			require.NoError(r, err)
			now, err := csv.NewReader(strings.NewReader(after[i])).Read()
			require.NoError(r, err)
			require.Equal(r, strings.TrimPrefix(before[1], "'"), said)
			require.Equal(r, now[1], says)
			before[1] = now[1]
			require.Equal(r, before, now)
			require.True(r, strings.HasSuffix(after[i], end))
		}
	})
	require.NotZero(t, changes)
}
