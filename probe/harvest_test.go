package probe_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// Some hosts refuse everybody in a session once they were asked for so many: that is no
// word of those who came too late.
func TestHarvest(t *testing.T) {
	for _, ehlo := range []string{"", "ehlo 250 mx\n"} {
		for after := 3; after <= 9; after++ {
			t.Run(fmt.Sprintf("after %d%s", after, ehlo), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					l := newLab(t)
					l.host("mx.acme.com", fmt.Sprintf("%safter %d rcpt * 550 5.1.1 no such user\nrcpt p* 250 ok", ehlo, after))
					addrs := people(40, "acme.com")
					addrs = append(addrs, "gone1@acme.com", "gone2@acme.com")
					found, _ := l.ask(l.options(), addrs...)
					for _, line := range strings.Split(strings.TrimSpace(said(addrs, found)), "\n") {
						if strings.HasPrefix(line, "p") {
							require.NotContains(t, line, "recipient-unknown")
						} else {
							require.NotContains(t, line, " ok")
						}
					}
					l.close()
				})
			})
		}
	}
}
