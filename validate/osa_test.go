package validate

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"winnow/provider"
)

// distance is the optimal string alignment distance by its definition.
func distance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range len(b) + 1 {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

func TestOSA1(t *testing.T) {
	for _, tt := range []struct {
		name, a, b string
		want       bool
	}{
		{"equal", "gmail.com", "gmail.com", false},
		{"both empty", "", "", false},
		{"one octet against none", "a", "", true},
		{"inserted", "gmaill.com", "gmail.com", true},
		{"inserted at the end", "gmail.comm", "gmail.com", true},
		{"deleted", "gmal.com", "gmail.com", true},
		{"deleted at the start", "mail.com", "gmail.com", true},
		{"replaced", "gnail.com", "gmail.com", true},
		{"swapped", "gmial.com", "gmail.com", true},
		{"swapped at the end", "gmail.cmo", "gmail.com", true},
		{"two replaced", "gnaol.com", "gmail.com", false},
		{"swapped and replaced", "gmiak.com", "gmail.com", false},
		{"two inserted", "ggmaill.com", "gmail.com", false},
		{"swapped apart", "aimgl.com", "gmail.com", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, osa1(tt.a, tt.b))
			require.Equal(t, tt.want, osa1(tt.b, tt.a))
		})
	}
}

func TestOSA1IsTheDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ab.]{0,6}`)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		require.Equal(t, distance(a, b) == 1, osa1(a, b))
	})
}

func FuzzNearest(f *testing.F) {
	for _, domain := range []string{"gmial.com", "gmail.co", "", ".", "xn--gmil-1na.com", "gmailcom"} {
		f.Add(domain)
	}
	targets := EmbeddedLists().typos
	f.Fuzz(func(t *testing.T, domain string) {
		if near := targets.nearest(domain); near != "" {
			require.Equal(t, 1, distance(domain, near))
			require.NotZero(t, provider.OfDomain(near))
			require.Zero(t, provider.OfDomain(domain))
		}
	})
}

func TestNearest(t *testing.T) {
	targets := EmbeddedLists().typos
	for _, tt := range []struct{ name, domain, want string }{
		{"swapped", "gmial.com", "gmail.com"},
		{"a squat that the lists know", "gamil.com", "gmail.com"},
		{"deleted", "hotmal.com", "hotmail.com"},
		{"inserted", "yahooo.com", "yahoo.com"},
		{"replaced", "outlook.con", "outlook.com"},
		{"dropped dot", "gmailcom", "gmail.com"},
		{"dropped dot of a short name", "aolcom", "aol.com"},
		{"exclusive brand, real top-level domain", "gmail.co", "gmail.com"},
		{"short name, no such top-level domain", "web.dee", "web.de"},
		{"short name, real top-level domain", "web.dk", ""},
		{"short name, another name", "wed.de", ""},
		{"four letters, another name", "give.com", ""},
		{"four letters, swapped", "vile.com", ""},
		{"four letters, neighbours swapped", "zhoo.com", "zoho.com"},
		{"four letters, doubled", "maill.com", "mail.com"},
		{"the most popular of several", "hotmail.cm", "hotmail.com"},
		{"second-level suffix", "yahoo.co.ukk", "yahoo.co.uk"},
		{"the target itself", "gmail.com", ""},
		{"nothing like it", "example.com", ""},
		{"a subdomain of a real neighbour", "mx.arm.com", ""},
		{"university", "maill.edu", ""},
		{"government", "mail.gov", ""},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, targets.nearest(tt.domain))
		})
	}
}

// untouchable are real domains that stand close to a provider's, or are one.
var untouchable = strings.Fields(`email.com arm.com uol.com.br idu.edu.tr ahe.email urv.cat aol.com.br
	hotmail.lt gmx.cn ymail.com mail.com live.nl outlook.de ya.ru comcast.com outlook.co
	al.com bol.com cox.com me.com`)

func TestNearestLeavesRealDomains(t *testing.T) {
	targets := EmbeddedLists().typos
	for _, domain := range untouchable {
		require.Empty(t, targets.nearest(domain), domain)
	}
	for domain := range provider.Domains() {
		require.Empty(t, targets.nearest(domain), domain)
	}
}

func TestEverySquatIsATypo(t *testing.T) {
	l := EmbeddedLists()
	for _, squat := range entriesOf(l.typos.squats.sorted) {
		require.NotEmpty(t, l.typos.nearest(squat), squat)
	}
}

// corpus opens a corpus file of other people's cases and returns its rows
// without the head.
func corpus(t *testing.T, name string) (rows [][]string) {
	t.Helper()
	folder := os.Getenv("WINNOW_CORPORA")
	if folder == "" {
		folder = filepath.Join("..", "..", "shared", "corpora")
	}
	f, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		t.Skipf("no corpus (set WINNOW_CORPORA): %v", err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	for in.Scan() {
		rows = append(rows, strings.Split(in.Text(), "\t"))
	}
	require.NoError(t, in.Err())
	require.NotEmpty(t, rows)
	return rows[1:]
}

func TestNearestOnCorpora(t *testing.T) {
	targets := EmbeddedLists().typos
	typos, real := corpus(t, "typos.tsv"), corpus(t, "near.tsv")
	right, wrong, touched := 0, 0, 0
	for _, row := range typos {
		switch near := targets.nearest(row[0]); near {
		case row[1]:
			right++
		case "":
			t.Logf("missed: %s (%s)", row[0], row[1])
		default:
			wrong++
			t.Logf("wrong: %s → %s (%s)", row[0], near, row[1])
		}
	}
	for _, row := range real {
		if near := targets.nearest(row[0]); near != "" {
			touched++
			t.Logf("touched: %s → %s", row[0], near)
		}
	}
	precision := float64(right) / float64(right+wrong+touched)
	recall := float64(right) / float64(len(typos))
	f1 := 2 * precision * recall / (precision + recall)
	t.Logf("typos: %d right, %d wrong of %d; real neighbours: %d touched of %d; precision %.3f recall %.3f F1 %.3f",
		right, wrong, len(typos), touched, len(real), precision, recall, f1)
	require.GreaterOrEqual(t, precision, 0.9)
	require.GreaterOrEqual(t, recall, 0.6)
}

func TestNearestAllocatesNothing(t *testing.T) {
	targets := EmbeddedLists().typos
	require.Zero(t, testing.AllocsPerRun(100, func() {
		targets.nearest("gmial.com")
		targets.nearest("gmail.co")
		targets.nearest("mail.gov")
		targets.nearest("example-company.com")
	}))
}

func BenchmarkNearest(b *testing.B) {
	targets := EmbeddedLists().typos
	for _, domain := range []string{"gmial.com", "email.com", "example.com", "some-longer-company-name.co.uk"} {
		b.Run(domain, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				targets.nearest(domain)
			}
		})
	}
}
