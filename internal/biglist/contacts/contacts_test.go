package contacts_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/internal/biglist/contacts"
)

func write(t testing.TB, rows int) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, contacts.Write(&b, rows))
	return b.Bytes()
}

// The numbers in our docs were measured on these bytes: another sum is another list.
func TestBytesAreAlwaysTheSame(t *testing.T) {
	sum := sha256.Sum256(write(t, 10_000))
	require.Equal(t, "87956e86dc21596f04dd8d16dabd732c33476d05f349fa4b591cb8d4d7c6feec", hex.EncodeToString(sum[:]))
}

func TestEveryLengthIsAWholeList(t *testing.T) {
	for _, rows := range []int{0, 1, 2, 3, 7, 100, 5_001} {
		t.Run(strconv.Itoa(rows), func(t *testing.T) {
			list := write(t, rows)
			require.Equal(t, rows+1, bytes.Count(list, []byte("\n")))
			cells, err := csv.NewReader(bytes.NewReader(list)).ReadAll()
			require.NoError(t, err)
			require.Equal(t, strings.Split(contacts.Header, ","), cells[0])
			for i, row := range cells[1:] {
				require.Equal(t, strconv.Itoa(i+1), row[0])
			}
		})
	}
}

func TestShares(t *testing.T) {
	const rows = 100_000
	list := write(t, rows)
	require.InDelta(t, 72, float64(len(list))/rows, 3, "bytes a row")

	wellFormed := regexp.MustCompile(`^[A-Za-z0-9+_]+(\.[A-Za-z0-9+_]+)*@([a-z]+(?:\.[a-z]+)+)$`)
	addresses := map[string]bool{}
	domains := map[string]int{}
	var quoted, again, broken int
	r := csv.NewReader(bytes.NewReader(list))
	r.ReuseRecord = true
	_, err := r.Read()
	require.NoError(t, err)
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if strings.Contains(row[1], ",") || strings.Contains(row[3], ",") {
			quoted++
		}
		email := row[2]
		if addresses[email] {
			again++
		}
		addresses[email] = true
		m := wellFormed.FindStringSubmatch(email)
		if m == nil {
			broken++
			continue
		}
		domains[m[2]]++
	}

	require.Len(t, domains, contacts.Domains(rows))
	require.InDelta(t, 1./7, float64(quoted)/rows, .003, "rows with a quoted comma")
	require.InDelta(t, .02, float64(again)/rows, .003, "duplicates")
	require.InDelta(t, .01, float64(broken)/rows, .002, "syntax errors")
	five := 0
	for _, d := range []string{"gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "aol.com"} {
		five += domains[d]
		delete(domains, d)
	}
	require.InDelta(t, .60, float64(five)/float64(rows-broken), .01, "the five providers")

	// Zipf: the first of the others has twice the rows of the second, and both
	// have their share of the harmonic sum (less the rows that introduce one).
	var most, second, others int
	for _, n := range domains {
		others += n
		switch {
		case n > most:
			most, second = n, most
		case n > second:
			second = n
		}
	}
	require.InDelta(t, 2, float64(most)/float64(second), .15)
	harmonic := 0.
	for k := 1; k <= len(domains); k++ {
		harmonic += 1 / float64(k)
	}
	require.InEpsilon(t, float64(others-len(domains))/harmonic, most, .05)
}

func TestDomains(t *testing.T) {
	for _, test := range []struct{ rows, domains int }{
		{100_000, 18_000},
		{1_000_000, 114_000},
		{10_000_000, 440_000},
		{1 << 40, 1<<24 + 5},
	} {
		require.Equal(t, test.domains, contacts.Domains(test.rows), "%d rows", test.rows)
	}
}

type full struct{ room int }

var errFull = errors.New("no space left")

func (f *full) Write(p []byte) (int, error) {
	n := min(len(p), f.room)
	f.room -= n
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

func TestWriteReturnsItsWritersError(t *testing.T) {
	for _, room := range []int{0, 1 << 20} {
		require.ErrorIs(t, contacts.Write(&full{room}, 20_000), errFull)
	}
}

func BenchmarkWrite(b *testing.B) {
	const rows = 100_000
	b.SetBytes(int64(len(write(b, rows))))
	for b.Loop() {
		if err := contacts.Write(io.Discard, rows); err != nil {
			b.Fatal(err)
		}
	}
}
