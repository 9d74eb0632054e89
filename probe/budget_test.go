package probe_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/probe"
)

// The budget counts what was sent, not what was meant to be.
func TestBudget(t *testing.T) {
	const outlook = "outlook-com.olc.protection.outlook.com"
	for _, tt := range []struct {
		name, first, second string
		budget              int
		ask                 []string
		want                string
		sent                int
	}{
		{"what is given back is spent at another host", "ehlo 250 mx", "ehlo 250 mx\ndelay greeting 3s", 2,
			[]string{"x@a.com", "x@b.com"}, "recipient-unknown recipient-unknown ", 2},
		{"it is given back while another host greets", "ehlo 250 mx\ndelay rcpt * 5s", "ehlo 250 mx\ndelay greeting 3s", 2,
			[]string{"x@a.com", "x@b.com"}, "recipient-unknown recipient-unknown ", 2},
		{"MAIL is refused before RCPT is sent", "ehlo 250 mx\nfirst 5 mail * 451 4.3.0 Try again in 10 seconds\n" + somebody, "", 4,
			people(3, "a.com"), "ok ok ok ", 4},
		{"the last one is the made-up one", "", "", 2, []string{"jane@outlook.com"}, "ok ", 2},
		{"it is spent", somebody, "", 3, people(6, "a.com"), "ok ok not-asked not-asked not-asked not-asked ", 3},
		{"it is spent, and somebody is to be asked again", "first 1 rcpt p0@* 450 4.7.1 Greylisted\n" + somebody, "", 3, people(6, "a.com"),
			"greylisted ok not-asked not-asked not-asked not-asked ", 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.a.com", tt.first)
				l.host("mx.b.com", tt.second)
				l.host(outlook, "rcpt jane@* 250 ok")
				l.domains["outlook.com"] = []string{outlook}
				o := l.options()
				o.Budget, o.Patience = tt.budget, 5*time.Hour
				found, sum := l.ask(o, tt.ask...)
				require.Equal(t, tt.want, codes(found), "%q", details(found))
				require.Equal(t, tt.sent, sum.Recipients+sum.MadeUp)
				require.LessOrEqual(t, sum.Connections, 7, "nobody comes for nothing")
			})
		})
	}
}

// A yes whose made-up recipient is on its way when all ends is told with the answer.
func TestAYesIsKeptForTheAnswer(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		const jane, bad = "outlook-com.olc.protection.outlook.com", "hotmail-com.olc.protection.outlook.com"
		l.host(jane, "delay rcpt * 10s\nrcpt jane@* 250 ok")
		l.host(bad, "rcpt * 550 5.7.1 blocked using zen.spamhaus.org")
		l.domains["outlook.com"], l.domains["hotmail.com"] = []string{jane}, []string{bad}
		o := l.options()
		asked := make(chan struct{}, 9)
		o.Transcript = func(x probe.Line) {
			if x.Who == probe.We && strings.HasPrefix(x.Text, "RCPT ") {
				asked <- struct{}{}
			}
		}
		p, err := probe.New(o)
		require.NoError(t, err)
		var found []probe.Evidence
		_, err = p.Probe(context.Background(), func(yield func(probe.Target) bool) {
			yield(l.target(0, "jane@outlook.com"))
			<-asked
			<-asked                               // the made-up one
			yield(l.target(1, "joe@hotmail.com")) // it opens the breaker
		}, func(e probe.Evidence) { found = append(found, e) })
		require.NoError(t, err)
		require.Equal(t, "ip-reputation ok ", codes(found), "%q", details(found))
	})
}
