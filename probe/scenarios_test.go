package probe_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/probe"
)

// scenario is what hosts say, and what is to be found.
type scenario struct {
	name     string
	dialogue string            // of every host that is not in hosts
	hosts    map[string]string // the dialogues of some
	mx       map[string]string // the hosts of a domain, by preference; else mx.DOMAIN
	ask      string            // the addresses
	want     string            // of each: code ("ok" for none), and the time after which to ask again; a line each
	change   func(*probe.Options)
}

func TestScenarios(t *testing.T) {
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) { synctest.Test(t, sc.run) })
	}
	require.GreaterOrEqual(t, len(scenarios()), 80)
}

func (sc *scenario) run(t *testing.T) {
	l := newLab(t)
	for name, dialogue := range sc.hosts {
		l.host(name, dialogue)
	}
	addrs := strings.Fields(sc.ask)
	for domain, hosts := range sc.mx {
		l.domains[domain] = strings.Fields(hosts)
	}
	for _, a := range addrs {
		domain := a[strings.LastIndexByte(a, '@')+1:]
		if len(l.domains[domain]) == 0 {
			l.domains[domain] = []string{"mx." + domain}
		}
		for _, name := range l.domains[domain] {
			if l.hosts[name] == nil {
				l.host(name, sc.dialogue)
			}
		}
	}
	o := l.options()
	if sc.change != nil {
		sc.change(&o)
	}
	found, _ := l.ask(o, addrs...)
	var want strings.Builder
	for line := range strings.Lines(sc.want) {
		if line = strings.TrimSpace(line); line != "" {
			want.WriteString(line + "\n")
		}
	}
	require.Equal(t, want.String(), said(addrs, found), "details: %v", details(found))
	for _, h := range l.hosts {
		if h.server == nil {
			continue
		}
		for _, c := range h.server.Transcript() {
			require.NotEqual(t, "DATA", c)
		}
	}
	l.close()
}

func details(found []probe.Evidence) (all []string) {
	for _, e := range found {
		all = append(all, probe.Read(e).Detail)
	}
	return all
}

func noPatience(o *probe.Options) { o.Patience = 0 }

func scenarios() []scenario {
	return []scenario{
		{
			name:     "known and unknown",
			dialogue: "rcpt jane@acme.com 250 2.1.5 ok",
			ask:      "jane@acme.com joe@acme.com",
			want:     "jane@acme.com ok\njoe@acme.com recipient-unknown",
		},
		{
			name:     "catch-all",
			dialogue: "rcpt * 250 2.1.5 ok",
			ask:      "jane@acme.com joe@acme.com",
			want:     "jane@acme.com catch-all\njoe@acme.com catch-all",
		},
		{
			name: "greylisting",
			dialogue: `first 2 rcpt * 450 4.2.0 Greylisted, please come back later
				rcpt jane@acme.com 250 ok`,
			ask:  "jane@acme.com",
			want: "jane@acme.com ok",
		},
		{
			name:     "greylisting for good",
			dialogue: "rcpt * 450 4.2.0 Greylisted, please come back later",
			ask:      "jane@acme.com",
			want:     "jane@acme.com greylisted " + (15 * time.Minute).String(),
			change:   noPatience,
		},
		{
			name:  "nobody is there",
			hosts: map[string]string{"mx.acme.com": "down refused"},
			ask:   "jane@acme.com",
			want:  "jane@acme.com network 1h0m0s",
		},
		{
			name:  "nobody answers",
			hosts: map[string]string{"mx.acme.com": "down silent"},
			ask:   "jane@acme.com",
			want:  "jane@acme.com timeout 1h0m0s",
		},
	}
}
