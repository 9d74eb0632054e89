package probe_test

import (
	"strings"
	"testing"
	"testing/synctest"

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
	want     string            // of each: code ("ok" for none), and the time after which to ask again; parted by ;
	detail   string            // what the first one's detail holds
	change   func(*probe.Options)
}

func TestScenarios(t *testing.T) {
	all := scenarios()
	for _, sc := range all {
		t.Run(sc.name, func(t *testing.T) { synctest.Test(t, sc.run) })
	}
	require.GreaterOrEqual(t, len(all), 80)
}

func scenarios() (all []scenario) {
	all = append(all, answers()...)
	all = append(all, mistakes()...)
	all = append(all, providers()...)
	all = append(all, passing()...)
	all = append(all, breaks()...)
	all = append(all, domains()...)
	return all
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
		if _, named := l.domains[domain]; !named {
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
	for i, what := range strings.Split(sc.want, ";") {
		want.WriteString(addrs[i] + " " + strings.TrimSpace(what) + "\n")
	}
	require.Equal(t, want.String(), said(addrs, found), "details: %q", details(found))
	require.Contains(t, probe.Read(found[0]).Detail, sc.detail)
	for _, h := range l.hosts {
		if h.server == nil {
			continue
		}
		for _, c := range h.server.Transcript() {
			require.NotEqual(t, "DATA", c)
		}
	}
	for name, n := range l.open {
		require.Zero(t, n, "connections left open to %s", name)
	}
	l.close()
}

func details(found []probe.Evidence) (all []string) {
	for _, e := range found {
		all = append(all, probe.Read(e).Detail)
	}
	return all
}

func impatient(o *probe.Options) { o.Patience = 0 }
