package mx_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
	"winnow/mx"
)

// A crowd is a zone of many domains, and what is to be said of each.
type crowd struct {
	zone  string
	names []string // shuffled
	want  map[string]mx.Answer
}

// loadSize is how many domains the tests under load ask for: WINNOW_LOAD says how many.
func loadSize(t *testing.T) int {
	size := 50_000
	if testing.Short() {
		size = 20_000
	}
	if text := os.Getenv("WINNOW_LOAD"); text != "" {
		var err error
		size, err = strconv.Atoi(text)
		require.NoError(t, err, "WINNOW_LOAD")
	}
	return size
}

// newCrowd makes n domains as lists have them: most with shared mail hosts, few without any.
func newCrowd(n int) *crowd {
	const hosts = 300
	c := &crowd{want: map[string]mx.Answer{}}
	var zone strings.Builder
	zone.WriteString(dnstest.Canaries)
	for i := range hosts {
		fmt.Fprintf(&zone, "mx%d.hosts.net A 198.51.99.%d\n", i, i%250+1)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range n {
		name := fmt.Sprintf("d%d.com", i)
		c.names = append(c.names, name)
		w := mx.Answer{Name: name, Confirmed: true}
		switch share := i % 100; {
		case share < 76:
			w.Outcome = mx.Hosts
			for j := range rng.IntN(3) + 1 {
				w.Hosts = append(w.Hosts, mx.Host{Name: fmt.Sprintf("mx%d.hosts.net", (i/7+j)%hosts), Preference: uint16(10 * (j + 1))})
			}
			for _, h := range w.Hosts {
				fmt.Fprintf(&zone, "%s MX %d %s\n", name, h.Preference, h.Name)
			}
		case share < 86:
			w.Outcome, w.Hosts = mx.Implicit, []mx.Host{{Name: name}}
			fmt.Fprintf(&zone, "%s A 198.51.99.9\n", name)
		case share < 91:
			w.Outcome = mx.Missing
		case share < 95:
			w.Outcome = mx.Null
			fmt.Fprintf(&zone, "%s MX 0 .\n", name)
		case share < 97:
			w.Outcome = mx.None
			fmt.Fprintf(&zone, "%s TXT parked\n", name)
		case share < 98:
			w.Outcome, w.Hosts = mx.Unresolvable, []mx.Host{{Name: "nowhere." + name, Preference: 10}}
			fmt.Fprintf(&zone, "%s MX 10 nowhere.%s\n", name, name)
		case share < 99:
			w.Outcome, w.Hosts = mx.Private, []mx.Host{{Name: name}}
			addr := "10.1.2.3"
			if i%200 < 100 {
				w.Outcome, addr = mx.Unroutable, "127.0.0.1"
			}
			fmt.Fprintf(&zone, "%s A %s\n", name, addr)
		default:
			w.Outcome, w.Confirmed = mx.ServFail, false
			fmt.Fprintf(&zone, "%s !servfail\n", name)
		}
		c.want[name] = w
	}
	rng.Shuffle(n, func(i, j int) { c.names[i], c.names[j] = c.names[j], c.names[i] })
	c.zone = zone.String()
	return c
}

// Whatever the resolvers suffer from, every domain gets the answer that the zone
// says, and none a false timeout.
func TestRightUnderLoad(t *testing.T) {
	n := loadSize(t)
	c := newCrowd(n)
	for _, tt := range []struct {
		name    string
		servers []string // what each does
		turn    string   // what the first does once a third of the answers are in; "" for no change
		limit   float64  // answers a second
		broken  bool     // the first, at the end
	}{
		{name: "loss of 1 % and 30 ms", servers: []string{"@ !loss 1%\n@ !delay 30ms"}},
		{name: "limit of 10,000 a second", servers: []string{"@ !limit 10000"}, limit: 10_000},
		{name: "limit of 10,000 a second, else REFUSED", servers: []string{"@ !limit 10000 refuse"}, limit: 10_000},
		{name: "one of two dies half way", servers: []string{fmt.Sprintf("@ !die %d", n/3), ""}, broken: true},
		{name: "one of two answers garbage", servers: []string{"@ !garbage", ""}},
		{name: "one of two answers another's question", servers: []string{"@ !otherquestion", ""}},
		{name: "one of two begins to answer garbage", servers: []string{"", ""}, turn: "@ !garbage"},
		{name: "one of two begins to answer another's question", servers: []string{"", ""}, turn: "@ !otherquestion"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var o mx.Options
			var servers []*dnstest.Server
			for _, conduct := range tt.servers {
				s := serve(t, c.zone+conduct)
				servers = append(servers, s)
				o.Servers = append(o.Servers, s.Addr())
			}
			var notices []string
			o.Notice = func(text string) { notices = append(notices, text) }

			var turned *dnstest.Zone
			if tt.turn != "" {
				turned = parse(t, c.zone+tt.turn)
			}

			wrong, examples := map[string]int{}, map[string]mx.Answer{}
			answered := map[string]bool{}
			started := time.Now()
			most, mostly := 0, 0.0 // answers until nine domains in ten were done, and how long that took
			res := mx.New(o)
			defer func() { t.Logf("%+v", res.Loads()) }()
			err := res.Resolve(t.Context(), slices.Values(c.names), func(a mx.Answer) {
				require.False(t, answered[a.Name], a.Name)
				answered[a.Name] = true
				if len(answered) == n*9/10 {
					_, most = servers[0].Traffic()
					mostly = time.Since(started).Seconds()
				}
				if turned != nil && len(answered) == n/3 {
					servers[0].SetZone(turned)
				}
				if said := differs(a, c.want[a.Name]); said != "" {
					wrong[said]++
					examples[said] = a
				}
			})
			elapsed := time.Since(started).Seconds()

			total := 0
			for i, s := range servers {
				asked, replied := s.Traffic()
				total += replied
				t.Logf("server %d: %d queries, %d answered", i, asked, replied)
			}
			t.Logf("%d domains in %.1f s: %.0f domains/s, %.0f answers/s", n, elapsed, float64(n)/elapsed, float64(total)/elapsed)
			t.Log(strings.Join(notices, "; "))
			if tt.limit > 0 {
				// A slow machine may never ask for too much.
				slower := res.Loads()[0].BackedOff > 0
				require.Equal(t, slower, strings.Contains(strings.Join(notices, "\n"), "asked more slowly"))
				t.Logf("%.1f %% of the limit, until all but the last are done", 100*float64(most)/mostly/tt.limit)
			}
			if tt.broken {
				asked, replied := servers[0].Traffic()
				require.Greater(t, asked, replied, "it did not die")
			}
			require.NoError(t, err)
			require.Len(t, answered, n)
			for _, said := range slices.Sorted(maps.Keys(wrong)) {
				t.Errorf("%d × %s, like %+v", wrong[said], said, examples[said])
			}
		})
	}
}

// differs says in what a is not what it should be.
func differs(a, want mx.Answer) string {
	switch {
	case a.Outcome != want.Outcome:
		return fmt.Sprintf("%s instead of %s", a.Outcome, want.Outcome)
	case a.Confirmed != want.Confirmed:
		return fmt.Sprintf("%s with confirmed %t", a.Outcome, a.Confirmed)
	case !slices.EqualFunc(a.Hosts, want.Hosts, func(a, b mx.Host) bool { return a.Name == b.Name && a.Preference == b.Preference }):
		return fmt.Sprintf("%s with other hosts", a.Outcome)
	case a.Outcome == mx.Hosts && !slices.ContainsFunc(a.Hosts, func(h mx.Host) bool { return len(h.Addrs) > 0 }):
		return fmt.Sprintf("%s without addresses", a.Outcome)
	}
	return ""
}
