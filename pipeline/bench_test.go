package pipeline_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/internal/biglist/contacts"
	"winnow/listio"
	"winnow/pipeline"
	"winnow/policy"
	"winnow/validate"
)

// BenchmarkClean is an offline pass over 200,000 rows, from file to files.
func BenchmarkClean(b *testing.B) {
	for _, bb := range []struct {
		name       string
		duplicates policy.Duplicates
	}{{"duplicates=keep", policy.DuplicatesKeep}, {"duplicates=first", policy.DuplicatesFirst}} {
		b.Run(bb.name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "contacts.csv")
			f, err := os.Create(path)
			require.NoError(b, err)
			require.NoError(b, contacts.Write(f, 200_000))
			require.NoError(b, f.Close())
			info, err := os.Stat(path)
			require.NoError(b, err)
			b.SetBytes(info.Size())
			b.ReportAllocs()
			for b.Loop() {
				src, err := listio.OpenFile(path)
				require.NoError(b, err)
				list, err := listio.Open(src, listio.Options{})
				require.NoError(b, err)
				out, err := pipeline.Parts(path, "", true)
				require.NoError(b, err)
				p := policy.Default()
				p.Duplicates = bb.duplicates
				_, err = pipeline.Clean(context.Background(), pipeline.Job{
					Source: src, List: list, Outputs: out, Policy: p,
					Validator: validate.New(validate.Options{Offline: true}),
				})
				require.NoError(b, err)
				out.Close()
				src.Close()
			}
		})
	}
}
