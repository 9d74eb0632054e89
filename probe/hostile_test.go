package probe_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"winnow/internal/smtptest"
	"winnow/mx"
	"winnow/probe"
	"winnow/store"
)

// Whatever machines do that are hostile, broken or both: a run ends, everybody is told once, no good address is called dead
// and none valid in a domain that takes everybody, or that is not there. WINNOW_SEEDS=3000 tries as many worlds.
func TestHostile(t *testing.T) {
	worlds := 250
	if text := os.Getenv("WINNOW_SEEDS"); text != "" {
		var err error
		worlds, err = strconv.Atoi(text)
		require.NoError(t, err, "WINNOW_SEEDS")
	}
	grades := map[string]string{"": "valid"}
	for _, c := range probe.Codes() {
		grades[c.Code] = c.Grade.String()
	}
	kept, err := store.Open(filepath.Join(t.TempDir(), "store.db"))
	require.NoError(t, err)
	defer kept.Close()
	count := map[string]int{}
	for seed := range uint64(worlds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			p := play{w: invent(seed), grades: grades, count: count}
			if p.w.second {
				p.m, err = probe.Remember(t.Context(), kept, 30*24*time.Hour)
				require.NoError(t, err)
				p.m.Shelve(shelf{}, 24*time.Hour, nil)
			}
			synctest.Test(t, p.run)
		})
	}
	t.Logf("%v", count)
	if n := count["valid"] + count["unknown"]; n > 1000 { // not where one of the worlds was asked for
		require.Greater(t, count["valid"], count["unknown"], "what could be told was")
	}
}

// play is the runs in one world.
type play struct {
	w       *world
	m       *probe.Memory // nil: there is no second run
	grades  map[string]string
	count   map[string]int // addresses told, by grade
	liars   []*liar
	targets []probe.Target
	going   sync.WaitGroup
	mu      sync.Mutex
	dials   int
}

func (p *play) run(t *testing.T) {
	t.Cleanup(func() {
		if t.Failed() {
			p.show(t)
		}
	})
	for i := range p.w.machines {
		p.liars = append(p.liars, newLiar(p.w, i))
	}
	p.invite()
	p.ask(t, p.w.stop)
	if p.w.second {
		require.NoError(t, p.m.Save(t.Context()))
		time.Sleep(p.w.later)
		for _, l := range p.liars {
			l.mu.Lock()
			l.cured, l.taken = p.w.cured, false
			l.log = append(l.log, "the second run")
			l.mu.Unlock()
		}
		p.ask(t, 0)
	}
	p.going.Wait()
}

// invite makes the targets.
func (p *play) invite() {
	for i := range p.w.domains {
		c := &p.w.domains[i]
		var hosts []mx.Host
		for n, number := range c.hosts {
			name := fmt.Sprintf("mx.h%d.net", number)
			if c.vanity {
				name = fmt.Sprintf("mx%d.%s", number, c.name)
			}
			hosts = append(hosts, mx.Host{Name: name, Preference: uint16(10 * n), Addrs: []netip.Addr{netip.AddrFrom4([4]byte{192, 0, 2, byte(number)})}})
		}
		for _, name := range c.locals {
			target := local(0, name, c.name)
			target.MX.Hosts = hosts
			p.targets = append(p.targets, target)
		}
	}
	if p.w.shuffled {
		rand.New(rand.NewPCG(p.w.seed, 5)).Shuffle(len(p.targets), func(a, b int) { p.targets[a], p.targets[b] = p.targets[b], p.targets[a] })
	}
	for i := range p.targets {
		p.targets[i].ID = i
	}
}

func (p *play) dial(_ context.Context, _, addr string) (net.Conn, error) {
	p.mu.Lock()
	p.dials++
	p.mu.Unlock()
	time.Sleep(time.Millisecond)
	l := p.liar(netip.MustParseAddrPort(addr))
	client, server := smtptest.LongPipe(l.way)
	p.going.Go(func() { l.serve(server) })
	return client, nil
}

func (p *play) liar(addr netip.AddrPort) *liar { return p.liars[addr.Addr().As4()[3]] }

// ask is one run; stop is when it is stopped.
func (p *play) ask(t *testing.T, stop time.Duration) {
	o := probe.Options{
		Helo: "probe.example.net", Dial: p.dial, Routable: everywhere, Patience: 20 * time.Minute,
		Manners: p.w.manners, Budget: p.w.budget, Connections: p.w.connections,
	}
	if p.m != nil {
		o.Evidence, o.Known, o.Answered = p.m, p.m.Known, p.m.Answered
	}
	prober, err := probe.New(o)
	require.NoError(t, err)
	ends := 48 * time.Hour
	if stop > 0 {
		ends = stop
	}
	ctx, cancel := context.WithTimeout(t.Context(), ends)
	defer cancel()
	told := make([]int, len(p.targets))
	_, err = prober.Probe(ctx, func(yield func(probe.Target) bool) {
		for i, target := range p.targets {
			if p.w.slow && i%7 == 6 {
				time.Sleep(time.Duration(i*37%900) * time.Millisecond)
			}
			if !yield(target) {
				return
			}
		}
	}, func(e probe.Evidence) {
		told[e.ID]++
		p.judge(t, e, prober.Read(e))
	})
	if stop == 0 {
		require.NoError(t, err, "the run does not end")
	}
	for i, n := range told {
		require.LessOrEqual(t, n, 1, "how often %d was told", i)
		if err == nil {
			require.Equal(t, 1, n, "how often %d was told", i)
		}
	}
	require.Zero(t, prober.PutOff())
	require.Less(t, p.dials, 5000)
}

// judge holds what was told of an address against the truth. A machine that has taken nobody who is there is not told
// apart from one that nobody is at: neither of a lie about everybody, nor of a ban from the start.
func (p *play) judge(t *testing.T, e probe.Evidence, rd probe.Reading) {
	target := p.targets[e.ID].Addr
	grade, ok := p.grades[rd.Code]
	assert.True(t, ok, rd.Code) // FailNow would leave the run in its midst
	p.count[grade]++
	var c *customer
	for i := range p.w.domains {
		if p.w.domains[i].name == target.Domain {
			c = &p.w.domains[i]
		}
	}
	there := strings.HasPrefix(target.Local, "p")
	switch {
	case grade == "valid":
		assert.False(t, c.all || !there, "%v is called valid: %s", target, rd.Detail)
	case grade == "invalid" && (c.all || there):
		l := p.liar(e.Reply.Addr)
		l.mu.Lock()
		defer l.mu.Unlock()
		assert.False(t, l.taken, "%v is called dead: %s", target, rd.Detail)
	}
}

// show logs what a failure comes from.
func (p *play) show(t *testing.T) {
	t.Logf("%+v", *p.w)
	for _, l := range p.liars {
		l.mu.Lock()
		t.Log("\n" + strings.Join(l.log[:min(len(l.log), 200)], "\n"))
		l.mu.Unlock()
	}
}
