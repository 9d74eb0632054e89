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
