package address_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/address"
)

// score counts how a reading agrees with a suite.
type score struct {
	right, falseAccepts, falseRejects int

	truePositives, trueNegatives int
}

func (s *score) add(got, want bool) {
	switch {
	case got && !want:
		s.falseAccepts++
	case want && !got:
		s.falseRejects++
	case got:
		s.truePositives++
	default:
		s.trueNegatives++
	}
	if got == want {
		s.right++
	}
}

func (s *score) agreement() float64 {
	return float64(s.right) / float64(s.right+s.falseAccepts+s.falseRejects)
}

// mcc is Matthews' correlation coefficient: 1 agrees in all, 0 is no better than a guess.
func (s *score) mcc() float64 {
	tp, tn := float64(s.truePositives), float64(s.trueNegatives)
	fp, fn := float64(s.falseAccepts), float64(s.falseRejects)
	return (tp*tn - fp*fn) / math.Sqrt((tp+fp)*(tp+fn)*(tn+fp)*(tn+fn))
}

// rfc5321 is the reading of what may stand in an envelope.
func rfc5321(s string) bool {
	_, err := address.Parse(s)
	var e *address.Error
	return err == nil || errors.As(err, &e) && e.Grammatical()
}

// public is the reading of what could be delivered on the public internet by
// its form alone: no literal, no single label, no reserved top-level domain.
func public(s string) bool {
	a, err := address.Parse(s)
	if err != nil || a.IsLiteral() || !strings.Contains(a.Domain, ".") {
		return false
	}
	name, special := address.Special(a.Domain)
	return !special || strings.Contains(name, ".")
}

// The floors are what the suites are agreed with at least; testdata/README.md
// says of each case that is not whether we hold it wrong.
func TestCorpora(t *testing.T) {
	dir := os.Getenv("WINNOW_CORPORA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "corpora")
	}
	f, err := os.Open(filepath.Join(dir, "syntax.jsonl"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("no corpora: %v", err)
	}
	require.NoError(t, err)
	defer f.Close()

	type key struct{ suite, reading string }
	scores := map[key]*score{}
	held := func(suite, reading, text string, got bool, want *bool) {
		if want == nil {
			return
		}
		k := key{suite, reading}
		if scores[k] == nil {
			scores[k] = &score{}
		}
		scores[k].add(got, *want)
		if got != *want {
			t.Logf("%s, %s: %+q: we say %v", suite, reading, text, got)
		}
	}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var c struct {
			Suite, Address  string
			RFC5321, Public *bool
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		held(c.Suite, "rfc5321", c.Address, rfc5321(c.Address), c.RFC5321)
		held(c.Suite, "public", c.Address, public(c.Address), c.Public)
	}
	require.NoError(t, lines.Err())

	floors := map[key]struct{ agreement, mcc float64 }{
		{"isemail164", "rfc5321"}:  {1, 1},
		{"isemail164", "public"}:   {.99, .97},
		{"pyev", "public"}:         {.99, .97},
		{"validator.js", "public"}: {.98, .96},
	}
	for k, s := range scores {
		t.Logf("%-12s %-8s %6.2f %%  MCC %.3f  false accepts %d  false rejects %d",
			k.suite, k.reading, 100*s.agreement(), s.mcc(), s.falseAccepts, s.falseRejects)
		require.GreaterOrEqual(t, s.agreement(), floors[k].agreement, "%v", k)
		require.GreaterOrEqual(t, s.mcc(), floors[k].mcc, "%v", k)
		delete(floors, k)
	}
	require.Empty(t, floors, "a suite is missing from the file")
}
