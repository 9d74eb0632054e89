package validate

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/verdict"
)

var update = flag.Bool("update", false, "rewrite docs/checks.md")

func TestEveryKindIsDescribed(t *testing.T) {
	codes := map[string]bool{}
	for k, info := range All() {
		require.Regexp(t, regexp.MustCompile(`^[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*$`), info.Code, "kind %d", k)
		require.False(t, codes[info.Code], "%s stands twice", info.Code)
		codes[info.Code] = true
		require.NotEmpty(t, info.Text, info.Code)
		require.NotRegexp(t, `[.\n]$`, info.Text, info.Code)
		require.Regexp(t, `[.)]$`, info.Todo, info.Code)
		back, ok := KindOf(info.Code)
		require.True(t, ok)
		require.Equal(t, k, back)
	}
	require.Less(t, int(numKinds), verdict.MaxKinds)
	require.Zero(t, Info(numKinds))
}

// One check says each kind, and of equally grave kinds the earlier check's is the
// reason.
func TestKindsStandInTheOrderOfTheChecks(t *testing.T) {
	var said []verdict.Kind
	for _, c := range checks(EmbeddedLists(), &Own{}, &Own{}) {
		require.True(t, c.Domain != nil || c.MX != nil || c.Mailbox != nil, "a check has a function")
		said = append(said, c.Kinds...)
	}
	for g := verdict.Valid; g <= verdict.Invalid; g++ {
		var byCheck []verdict.Kind
		for _, k := range said {
			if Info(k).Grade == g {
				byCheck = append(byCheck, k)
			}
		}
		require.True(t, slices.IsSorted(byCheck), "%s kinds: %v", g, byCheck)
	}
	slices.Sort(said)
	require.Len(t, slices.Compact(said), int(numKinds)-1, "each kind is said by exactly one check")
}

// What is said of us is never held against the recipient.
func TestNothingAboutUsIsInvalid(t *testing.T) {
	for k, info := range All() {
		if info.About == Us {
			require.NotEqual(t, verdict.Invalid, info.Grade, info.Code)
			require.Error(t, Regrade(k, verdict.Invalid), info.Code)
		}
		require.NoError(t, Regrade(k, verdict.Risky), info.Code)
		require.Equal(t, Sendable(k), Regrade(k, verdict.Valid) == nil, info.Code)
		if info.Grade != verdict.Invalid && (info.About == List || strings.HasPrefix(info.Code, "dns.")) {
			require.Error(t, Regrade(k, verdict.Invalid), info.Code)
		}
	}
}

func TestDocs(t *testing.T) {
	var b strings.Builder
	b.WriteString("# What winnow can say of an address\n\n" +
		"Generated from `validate/kinds.go` by `make docs`. The gravest grade decides; of equals the first in this table.\n\n" +
		"| code | grade | about | meaning | what to do |\n|---|---|---|---|---|\n")
	for _, info := range All() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", info.Code, info.Grade, info.About, info.Text, info.Todo)
	}
	const path = "../docs/checks.md"
	if *update {
		require.NoError(t, os.MkdirAll("../docs", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, b.String(), string(have), "docs/checks.md is not current: make docs")
}
