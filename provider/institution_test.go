package provider_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/provider"
)

func TestInstitutional(t *testing.T) {
	for _, tt := range []struct {
		name, domain string
		want         bool
	}{
		{"american university", "mit.edu", true},
		{"its department", "csail.mit.edu", true},
		{"british university", "ox.ac.uk", true},
		{"turkish university", "idu.edu.tr", true},
		{"american government", "mail.gov", true},
		{"brazilian government", "receita.gov.br", true},
		{"mexican government", "sat.gob.mx", true},
		{"japanese government", "meti.go.jp", true},
		{"army", "army.mil", true},
		{"school", "city.sch.uk", true},
		{"british police", "met.police.uk", true},
		{"british health", "royalfree.nhs.uk", true},
		{"british parliament", "parliament.uk", true},
		{"canadian office", "hc-sc.gc.ca", true},
		{"canadian province", "mail.gov.bc.ca", true},
		{"german federal office", "bsi.bund.de", true},
		{"european commission", "ec.europa.eu", true},
		{"swiss office", "bit.admin.ch", true},
		{"japanese town", "city.example.lg.jp", true},
		{"korean high school", "seoul.hs.kr", true},
		{"american school district", "lausd.k12.ca.us", true},
		{"american community college", "example.cc.mi.us", true},
		{"american state", "dmv.state.ny.us", true},
		{"american town's company", "example.austin.tx.us", false},
		{"the state's own school domain", "k12.ca.us", false},
		{"a neighbour of bund.de", "verbund.de", false},
		{"the country's own ac domain", "ac.uk", false},
		{"a company in Ascension", "shop.ac", false},
		{"edu in the middle", "edu.example.com", false},
		{"go of no country", "play.go.com", false},
		{"single label", "edu", false},
		{"nothing", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, provider.Institutional(tt.domain))
		})
	}
}

func BenchmarkInstitutional(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		provider.Institutional("mail.example.co.uk")
	}
}
