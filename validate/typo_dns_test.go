package validate

import (
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/mx"
	"winnow/verdict"
)

// asked returns a domain of which DNS has said something that may be believed.
func asked(v *Validator, name string, outcome mx.Outcome, hosts ...string) *Domain {
	d := v.Domain(name)
	a := mx.Answer{Outcome: outcome, Confirmed: !outcome.Temporary()}
	for _, h := range hosts {
		a.Hosts = append(a.Hosts, mx.Host{Name: h})
	}
	v.SetMX(d, a)
	return d
}

// What takes mail may be somebody's: only squats, which live on slips, are corrected
// unseen all the same.
func TestNothingThatTakesMailIsCorrectedUnseen(t *testing.T) {
	v := New(Options{})
	names := []string{"gmial.co", "hotmial.fr", "hotmail.ru", "gmail.ru", "hotmail.kz", "outlook.nl", "gmail.com.br", "comcast.org", "yahooo.co", "verizone.net", "hotmail1.com"}
	for _, row := range corpusOrNone(t, "typos.tsv") {
		names = append(names, row[0])
	}
	for _, row := range corpusOrNone(t, "near.tsv") {
		names = append(names, row[0])
	}
	typos := 0
	for _, name := range names {
		if v.Domain(name).slip.squat {
			continue
		}
		for _, host := range []string{"mx." + name, "aspmx.l.google.com", "mx.elsewhere.net"} {
			d := asked(v, name, mx.Hosts, host)
			require.Less(t, d.typoProbability(), Sure, "%s at %s", name, host)
			if d.Typo != "" {
				typos++
			}
		}
		require.Less(t, asked(v, name, mx.ServFail).typoProbability(), Sure, name)
	}
	require.NotZero(t, typos)
	require.GreaterOrEqual(t, asked(v, "gmial.com", mx.Hosts, "mx.elsewhere.net").typoProbability(), Sure, "a squat")
	require.GreaterOrEqual(t, asked(v, "hotmial.fr", mx.Missing).typoProbability(), Sure)

	// So may, for all that is known without DNS, what can exist.
	require.Less(t, v.Domain("hotmail.kz").typoProbability(), Sure)
	require.Less(t, v.Domain("hotmial.fr").typoProbability(), Sure)
	require.GreaterOrEqual(t, v.Domain("hotmail.con").typoProbability(), Sure)
}

func corpusOrNone(t *testing.T, name string) (rows [][]string) {
	t.Run(name, func(t *testing.T) { rows = corpus(t, name) })
	return rows
}

// Under a top-level domain that does not exist nothing is denied by DNS, and a domain may
// as well be somebody's whose ending alone is wrong.
func TestASlipOfAnEndingMayBeAnybodys(t *testing.T) {
	v := New(Options{})
	for _, name := range []string{"cloud.con", "vmail.con", "yoho.con", "189.con", "qqq.con", "gmxx.con"} {
		for _, d := range []*Domain{v.Domain(name), asked(v, name, mx.Missing)} {
			require.NotEmpty(t, d.Typo, name)
			require.Less(t, d.typoProbability(), Sure, name)
		}
	}
	require.Equal(t, "cloud.com", v.Domain("cloud.con").Typo)
	require.Equal(t, "mail.com", v.Domain("mail.con").Typo)
	for _, name := range []string{"gmail.con", "hotmail.cmo"} {
		require.GreaterOrEqual(t, asked(v, name, mx.Missing).typoProbability(), Sure, name)
	}
	for _, name := range []string{"gml.con", "yahu.con", "ioud.con"} {
		require.Less(t, asked(v, name, mx.Missing).typoProbability(), Sure, name)
	}
	require.Equal(t, "yahoo.com", v.Domain("yahoo.co").Typo)
	require.Equal(t, "hotmail.co.uk", v.Domain("hotmail.uk").Typo)
}

// A slip that does not exist keeps its suggestion, however even the odds are of which
// provider's it is; so does one that could not be asked for.
func TestASlipThatDoesNotExistIsNotForgotten(t *testing.T) {
	v := New(Options{})
	for _, name := range []string{"yahoo.com.h", "hotmail.co.n", "outlook.l", "yavoo.b", "gmai.com"} {
		require.NotEmpty(t, v.Domain(name).Typo, name)
		for _, outcome := range []mx.Outcome{mx.Missing, mx.None, mx.Null, mx.Timeout, mx.ServFail} {
			d := asked(v, name, outcome)
			m := Parse("janesmith@" + name)
			require.Equal(t, verdict.Fix, v.Judge(d, &m).Action, "%s: %s", name, outcome)
		}
	}
}

// What turns out to be no slip is what the lists say it is.
func TestAForgottenTypoMayBeDisposable(t *testing.T) {
	v := New(Options{})
	forgotten := 0
	for _, name := range domainsOf(v.lists.disposable.sorted) {
		if v.Domain(name).Typo == "" {
			continue
		}
		d := asked(v, name, mx.Hosts, "mx."+name)
		require.True(t, d.Kinds.Has(TypoDomain) || d.Kinds.Has(ListDisposable), name)
		if d.Typo == "" {
			forgotten++
		}
	}
	require.NotZero(t, forgotten)
}
