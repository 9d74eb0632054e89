package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWithoutNames(t *testing.T) {
	for _, tt := range []struct{ name, list, want string }{
		{"a name in quotes", "\"Jane Doe\" <jane@acme.com>\n", "jane@acme.com\n"},
		{"with a comma in it", "\"Doe, Jane\" <jane@acme.com>\r\n", "jane@acme.com\r\n"},
		{"in a cell", "1,\"Jane\" <jane@acme.com>,x", "1,jane@acme.com,x"},
		{"below a CR", "email\r\"Jane\" <jane@acme.com>\r", "email\rjane@acme.com\r"},
		{"a cell in quotes", "\"\"\"Jane\"\" <jane@acme.com>\"\n", "\"\"\"Jane\"\" <jane@acme.com>\"\n"},
		{"two addresses", "\"J\" <jane@acme.com> <b@acme.com>\n", "jane@acme.com<b@acme.com>\n"},
		{"no address", "\"J\" <jane>\n", "\"J\" <jane>\n"},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			require.NoError(t, withoutNames(&b, strings.NewReader(tt.list)))
			require.Equal(t, tt.want, b.String())
		})
	}
}

// What is no name stays to the byte, and so do the rows.
func FuzzWithoutNames(f *testing.F) {
	f.Add("\"Jane\" <jane@acme.com>\nx,\"y\"\n")
	f.Add(strings.Repeat("x", 70<<10) + "\n<")
	f.Fuzz(func(t *testing.T, list string) {
		var b strings.Builder
		require.NoError(t, withoutNames(&b, strings.NewReader(list)))
		require.Equal(t, strings.Count(list, "\n"), strings.Count(b.String(), "\n"))
		if !strings.Contains(list, "<") {
			require.Equal(t, list, b.String())
		}
	})
}
