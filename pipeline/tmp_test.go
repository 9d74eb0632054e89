package pipeline_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/listio"
	"winnow/pipeline"
	"winnow/policy"
	"winnow/validate"
)

func BenchmarkTmp(b *testing.B) {
	for b.Loop() {
		src, err := listio.OpenFile("/tmp/winnow-bench/list10m.csv")
		require.NoError(b, err)
		list, err := listio.Open(src, listio.Options{})
		require.NoError(b, err)
		out, err := pipeline.Parts("/tmp/winnow-bench/list10m.csv", "/dev/shm/o", true)
		require.NoError(b, err)
		p := policy.Default()
		p.MaxRemoved = 1
		_, err = pipeline.Clean(context.Background(), pipeline.Job{
			Source: src, List: list, Outputs: out, Policy: p,
			Validator: validate.New(validate.Options{Offline: true}),
		})
		require.NoError(b, err)
		out.Close()
		src.Close()
	}
}
