package validate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/address"
	"winnow/validate"
)

// What is meant is another address than the text, and sure to a degree.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"jane@acme.com", "'jane@acme.com", "jane@gmail", "jane@gmail.", "jane2gmail.com", "jane.gmail.com", "ann£gmail.com", "jane..doe@docomo.ne.jp", "İgmail.com", " jane@acme.com, "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m := validate.Parse(s)
		require.Equal(t, m.Meant == "", m.MeantP == 0)
		require.Equal(t, m.Fault == nil, m.Addr != address.Address{})
		require.False(t, m.Holds && m.Meant != "")
		if m.Meant == "" {
			return
		}
		require.NotEqual(t, m.Text, m.Meant)
		again := validate.Parse(m.Meant)
		require.Nil(t, again.Fault)
		require.Empty(t, again.Meant)
	})
}
