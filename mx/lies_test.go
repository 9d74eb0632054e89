package mx

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
)

// A weather is a resolver whose answers change in mid-run.
type weather struct {
	t      *testing.T
	server *dnstest.Server
	names  []string // all of them have mail hosts
	fair   string   // the zone text

	end      int // names before which turnBack is called, if there is one
	turnBack func()

	answered  atomic.Int64
	condemned map[Outcome]int // confirmed
	notices   []string
}

// newWeather makes domains of which three in four have MX, and the others an address;
// those of many share a mail host.
func newWeather(t *testing.T, domains int) *weather {
	t.Helper()
	w := &weather{t: t, condemned: map[Outcome]int{}}
	var zone strings.Builder
	zone.WriteString(dnstest.Canaries + "mx.hosts.net A 198.51.99.1\n")
	for i := range domains {
		name := fmt.Sprintf("d%d.com", i)
		w.names = append(w.names, name)
		switch i % 4 {
		case 0:
			fmt.Fprintf(&zone, "%s A 198.51.99.1\n", name)
		case 1:
			fmt.Fprintf(&zone, "%s MX 5 mx.%s\nmx.%s A 198.51.99.1\n", name, name, name)
		default:
			fmt.Fprintf(&zone, "%s MX 5 mx.hosts.net\n", name)
		}
	}
	w.fair = zone.String()
	var err error
	w.server, err = dnstest.NewServer(w.zone(w.fair))
	require.NoError(t, err)
	t.Cleanup(w.server.Close)
	return w
}

func (w *weather) zone(text string) *dnstest.Zone {
	w.t.Helper()
	z, err := dnstest.ParseZone(text)
	require.NoError(w.t, err)
	return z
}

func (w *weather) options() Options {
	return Options{Servers: []string{w.server.Addr()}, Notice: func(text string) { w.notices = append(w.notices, text) }}.Hurried()
}

// await waits for so many answers.
func (w *weather) await(answers int) {
	for w.answered.Load() < int64(answers) {
		time.Sleep(time.Millisecond)
	}
}

// quiet waits until the server is asked nothing any more.
func (w *weather) quiet() {
	for before := -1; ; time.Sleep(30 * time.Millisecond) {
		asked, _ := w.server.Traffic()
		if asked == before {
			return
		}
		before = asked
	}
}

// resolve asks for all names; turn is called, while no question is under way, behind the
// first so many.
func (w *weather) resolve(o Options, first int, turn func()) error {
	return New(o).Resolve(w.t.Context(), func(yield func(string) bool) {
		for i, name := range w.names {
			if i == first {
				w.await(first)
				turn()
			}
			if i == w.end && w.turnBack != nil {
				w.quiet()
				w.turnBack()
			}
			if !yield(name) {
				return
			}
		}
	}, func(a Answer) {
		if a.Confirmed && a.Outcome.negative() {
			w.condemned[a.Outcome]++
		}
		w.answered.Add(1)
	})
}

// without returns the lines of a zone that have no such word.
func without(zone, word string) string {
	var kept strings.Builder
	for line := range strings.Lines(zone) {
		if !strings.Contains(line, word) {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// Whatever a resolver begins to deny in mid-run, no domain that has mail hosts is
// condemned.
func TestNoGoodDomainIsCondemned(t *testing.T) {
	const many = 400
	canariesOnly := func(w *weather) string { return dnstest.Canaries }
	for _, tt := range []struct {
		name   string
		first  int // answers before the lie
		lie    func(w *weather) string
		blink  bool // it ends before the canaries are asked
		twice  bool // a second resolver does as the first
		notice string
	}{
		{name: "no addresses, from the start", lie: func(w *weather) string { return without(w.fair, " A ") }, notice: "has no address to reach"},
		{name: "no addresses, later", first: 100, lie: func(w *weather) string { return without(w.fair, " A ") }, notice: "has no address to reach"},
		{name: "no addresses but those of the canaries", first: 100, lie: func(w *weather) string {
			return dnstest.Canaries + without(w.fair, " A ")
		}},
		{name: "nothing but the canaries", first: 100, lie: canariesOnly, notice: "domains that had mail hosts a moment ago are denied"},
		{name: "nothing but the canaries, of two", first: 100, lie: canariesOnly, twice: true, notice: "domains that had mail hosts a moment ago are denied"},
		{name: "nothing at all", first: 100, lie: func(*weather) string { return "* !nxdomain\n" }, notice: "is denied"},
		{name: "nothing at all for a blink", first: 100, lie: func(*weather) string { return "* !nxdomain\n" }, blink: true},
		{name: "nothing but the canaries for a blink", first: 100, lie: canariesOnly, blink: true},
		{name: "and the witnesses fail", first: 100, lie: func(w *weather) string {
			text := dnstest.Canaries
			for i, name := range w.names[:100] {
				text += name + []string{" !servfail\n", " !drop\n"}[i%2]
			}
			return text
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWeather(t, many)
			o := w.options()
			servers := []*dnstest.Server{w.server}
			if tt.twice {
				second := newWeather(t, many).server
				o.Servers, servers = append(o.Servers, second.Addr()), append(servers, second)
			}
			turn := func() {
				for _, s := range servers {
					s.SetZone(w.zone(tt.lie(w)))
				}
			}
			if tt.first == 0 {
				turn()
			}
			if tt.blink {
				o = o.Unhurried(many)
				w.end, w.turnBack = many/2, func() { w.server.SetZone(w.zone(w.fair)) }
			}
			err := w.resolve(o, tt.first, turn)
			require.Empty(t, w.condemned)
			require.Equal(t, int64(many), w.answered.Load())
			if tt.notice != "" {
				require.ErrorIs(t, err, ErrLying)
				require.Contains(t, strings.Join(w.notices, "\n"), tt.notice)
			}
		})
	}
}

// Once it was seen to lie, a resolver is believed no more in that run, whatever a check
// says of it later.
func TestALiarIsNotBelievedAgain(t *testing.T) {
	t.Parallel()
	w := newWeather(t, 200)
	o := w.options()
	o.pace.every = 400 * time.Millisecond
	seen := make(chan string, 10)
	o.Notice = func(text string) { seen <- text }
	err := New(o).Resolve(t.Context(), func(yield func(string) bool) {
		for i, name := range w.names {
			switch i {
			case 50:
				w.await(50)
				w.server.SetZone(w.zone(dnstest.Canaries))
			case 100:
				<-seen // and it lies on
			}
			if !yield(name) {
				return
			}
		}
		w.quiet()
		w.server.SetZone(w.zone(w.fair))
	}, func(a Answer) {
		w.answered.Add(1)
		if a.Outcome.negative() && a.Confirmed {
			w.condemned[a.Outcome]++
		}
	})
	require.ErrorIs(t, err, ErrLying)
	require.Empty(t, w.condemned)
}

// One wrong reply about a mail host condemns one domain at most, not all that name it.
func TestOneReplyCondemnsOne(t *testing.T) {
	t.Parallel()
	w := newWeather(t, 400)
	w.server.SetZone(w.zone(without(w.fair, "mx.hosts.net A")))
	w.names = append([]string{"d2.com"}, w.names...)
	err := w.resolve(w.options(), 1, func() { w.server.SetZone(w.zone(w.fair)) })
	require.NoError(t, err)
	require.Equal(t, map[Outcome]int{Unresolvable: 1}, w.condemned)
}

// A denial is settled by a check that began after the second opinion too.
func TestCheckAfterTheSecondOpinion(t *testing.T) {
	t.Parallel()
	slow := newWeather(t, 0)
	slow.server.SetZone(slow.zone(dnstest.Canaries + "x.com !drop\n"))
	first := newWeather(t, 0)
	o := first.options()
	o.Servers = append(o.Servers, slow.server.Addr())
	r := New(o)
	require.NoError(t, r.Check(t.Context()))
	r.gate.windows[1].silent = 99 // the first one is asked first
	checked := make(chan error)
	time.AfterFunc(100*time.Millisecond, func() {
		err := r.Check(t.Context()) // both pass, after the first opinion
		slow.server.SetZone(slow.zone("* !nxdomain\n"))
		checked <- err
	})
	a, err := r.Lookup(t.Context(), "x.com")
	require.NoError(t, <-checked)
	require.NoError(t, err)
	require.Equal(t, Missing, a.Outcome)
	require.False(t, a.Confirmed, a.Detail)
}

func TestAResolverNamedTwiceIsOne(t *testing.T) {
	require.Equal(t, []string{"192.0.2.1", "tls://dns.example"},
		Options{Servers: []string{"192.0.2.1", "tls://dns.example", "192.0.2.1:53", "TLS://dns.example"}}.withDefaults().Servers)
	require.Len(t, New(Options{Servers: []string{"192.0.2.1", "192.0.2.1:53", "192.0.2.1"}}).Servers(), 1)
}

// A callback that panics leaves no workers behind.
func TestResolveCallbackPanics(t *testing.T) {
	w := newWeather(t, 3000)
	w.server.SetZone(w.zone(w.fair + "@ !delay 20ms\n"))
	before := runtime.NumGoroutine()
	require.PanicsWithValue(t, "enough", func() {
		_ = New(w.options()).Resolve(t.Context(), func(yield func(string) bool) {
			for _, name := range w.names {
				if !yield(name) {
					return
				}
			}
		}, func(Answer) { panic("enough") })
	})
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+2 }, 10*time.Second, 10*time.Millisecond)
}

// However many hosts domains name, only so many are looked up at once.
func TestHostsSideBySide(t *testing.T) {
	const domains, atOnce = 60, 30
	w := newWeather(t, 0)
	var zone strings.Builder
	for i := range domains {
		w.names = append(w.names, fmt.Sprintf("d%d.com", i))
		for j := range maxExchangers {
			fmt.Fprintf(&zone, "d%d.com MX %d h%d.d%d.com\n", i, j, j, i)
		}
	}
	w.server.SetZone(w.zone(w.fair + zone.String() + "@ !delay 5ms\n"))
	o := w.options()
	o.InFlight = atOnce
	before, peak := runtime.NumGoroutine(), 0
	r := New(o)
	ended := make(chan struct{})
	sampled := make(chan int)
	go func() {
		for {
			select {
			case <-ended:
				sampled <- peak
				return
			case <-time.After(time.Millisecond):
				peak = max(peak, runtime.NumGoroutine())
			}
		}
	}()
	n := 0
	err := r.Resolve(t.Context(), slices.Values(w.names), func(a Answer) {
		n++
		require.Equal(t, Unresolvable, a.Outcome)
	})
	close(ended)
	require.NoError(t, err)
	require.Equal(t, domains, n)
	// Of each worker: itself, who awaits, helpers and the flights that they start.
	require.Less(t, <-sampled, before+10*atOnce)
}

func TestLocatedAges(t *testing.T) {
	for _, tt := range []struct {
		name           string
		ttl, age, want time.Duration
	}{
		{"of an hour, a minute ago", time.Hour, time.Minute, 59 * time.Minute},
		{"long ago", time.Minute, time.Hour, time.Second},
		{"not to be kept", 0, time.Minute, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := located{basis: basis{ttl: tt.ttl}, at: time.Now().Add(-tt.age)}
			l.age()
			require.InDelta(t, tt.want.Seconds(), l.ttl.Seconds(), 5)
		})
	}
}
