package validate

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/publicsuffix"

	"winnow/provider"
)

func entriesOf(sorted string) []string {
	return strings.Split(strings.TrimSuffix(sorted, "\n"), "\n")
}

// domainsOf are the entries without what stands behind them.
func domainsOf(sorted string) []string {
	domains := entriesOf(sorted)
	for i, entry := range domains {
		domains[i], _, _ = strings.Cut(entry, " ")
	}
	return domains
}

func TestLists(t *testing.T) {
	l := EmbeddedLists()
	for _, tt := range []struct {
		name, sorted string
		info         ListInfo
		least        int
	}{
		{"disposable", l.disposable.sorted, l.disposable.info(), 30_000},
		{"free", l.free.sorted, l.free.info(), 3_000},
		{"relay", l.relay.sorted, l.relay.info(), 17},
		{"role", roleEntries(), l.role.info(), 800},
		{"squats", l.typos.squats.sorted, l.typos.squats.info(), 50},
		{"real", l.typos.real[0].sorted, l.typos.real[0].info(), 200},
		{"near", l.typos.real[1].sorted, l.typos.real[1].info(), 200},
		{"tlds", l.typos.tlds.sorted, l.typos.tlds.info(), 1_400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			entries := entriesOf(tt.sorted)
			require.GreaterOrEqual(t, len(entries), tt.least)
			require.Equal(t, tt.name, tt.info.Name)
			require.Len(t, entries, tt.info.Count)
			require.NotEmpty(t, tt.info.Origin)
			require.NotEmpty(t, tt.info.Licence)
			require.Regexp(t, `^20\d\d-\d\d-\d\d$`, tt.info.Date)
			require.True(t, slices.IsSorted(entries))
			require.Len(t, slices.Compact(slices.Clone(entries)), len(entries))
			for _, entry := range entries {
				if entry == "" || entry != strings.ToLower(entry) || strings.ContainsAny(entry, "\r\t#@/") {
					require.Fail(t, "not an entry", "%q", entry)
				}
			}
		})
	}
}

func TestEmbeddedDataIsSmall(t *testing.T) {
	files, err := filepath.Glob("data/*")
	require.NoError(t, err)
	others, err := filepath.Glob("../provider/data/*")
	require.NoError(t, err)
	files = append(files, others...)
	total := int64(0)
	for _, f := range files {
		stat, err := os.Stat(f)
		require.NoError(t, err)
		total += stat.Size()
	}
	require.NotZero(t, total)
	require.LessOrEqual(t, total, int64(5<<20))
}

func TestEveryEntryIsFound(t *testing.T) {
	l := EmbeddedLists()
	for name, s := range map[string]domainSet{"disposable": l.disposable, "free": l.free, "relay": l.relay} {
		for _, entry := range domainsOf(s.sorted) {
			found, ok := s.hasParent(entry)
			// Not require.True a line: 48,000 of them.
			if !ok || found != entry || !s.has(entry) || s.has(entry+"x") || s.has(entry[:len(entry)-1]+"\x00") {
				require.Fail(t, "not found where it is", "%s: %s", name, entry)
			}
		}
	}
}

func TestGuards(t *testing.T) {
	l := EmbeddedLists()
	for _, s := range append(l.typos.real, l.disposable, l.typos.squats) {
		for _, entry := range domainsOf(s.sorted) {
			if suffix, _ := publicsuffix.PublicSuffix(entry); suffix == entry {
				require.Fail(t, "a list holds a public suffix", entry)
			}
		}
	}
	for _, entry := range domainsOf(l.disposable.sorted) {
		if provider.Institutional(entry) {
			require.Fail(t, "university among the disposable", entry)
		}
	}
	for domain := range provider.Domains() {
		_, ok := l.disposable.hasParent(domain)
		require.False(t, ok, "provider among the disposable: %s", domain)
		require.True(t, l.free.has(domain), "provider that is not free: %s", domain)
	}
	for _, domain := range domainsOf(l.typos.real[0].sorted) {
		_, ok := l.disposable.hasParent(domain)
		require.False(t, ok, "well-known domain among the disposable: %s", domain)
	}
	for _, domain := range domainsOf(l.free.sorted) {
		_, ok := l.disposable.hasParent(domain)
		require.False(t, ok, "both free and disposable: %s", domain)
	}
	for _, squat := range domainsOf(l.typos.squats.sorted) {
		require.False(t, l.free.has(squat), squat)
		require.False(t, l.disposable.has(squat), "a typo first: %s", squat)
	}
}

func TestDomainsThatMustNotBeDisposable(t *testing.T) {
	l := EmbeddedLists()
	for _, domain := range append([]string{
		"craigslist.org", "sale.craigslist.org", "nus.edu.sg", "google.com", "microsoft.com", "appleid.com",
		"com", "co.uk", "ddns.net", "dynu.net",
	}, untouchable...) {
		entry, ok := l.disposable.hasParent(domain)
		require.False(t, ok, "%s, by %s", domain, entry)
	}
}

// Old lists call mailbox and access services disposable, and companies that came
// by a domain of which somebody once made waste.
func TestServicesAndCompaniesAreNotDisposable(t *testing.T) {
	l := EmbeddedLists()
	for _, domain := range strings.Fields(`bigpond.com shaw.ca rogers.com charter.net cox.net nc.rr.com t-online.de biglobe.ne.jp
		nifty.com nospammail.net fastmessaging.com reallyfast.info discofan.com dutchmail.com birdlover.com vfemail.net safe-mail.net
		hushmail.com hush.ai keemail.me eclipso.eu firemail.de mail333.com pochtamt.ru krovatka.su mail.by gawab.com lavabit.com
		hongkong.com freemail.hu yeah.net sify.com x263.net sdf.org aver.com crazydomains.com ukmail.com lsmu.com
		stanford.edu ox.ac.uk ethz.ch bund.de admin.ch europa.eu canada.ca nhs.net who.int`) {
		entry, ok := l.disposable.hasParent(domain)
		require.False(t, ok, "%s, by %s", domain, entry)
	}
}

func TestDisposable(t *testing.T) {
	l := EmbeddedLists()
	for _, domain := range strings.Fields(`mailinator.com yopmail.com guerrillamail.com 10minutemail.com
		temp-mail.org sharklasers.com trashmail.com maildrop.cc inbox.mailinator.com a.b.yopmail.com`) {
		_, ok := l.disposable.hasParent(domain)
		require.True(t, ok, domain)
		require.False(t, l.free.has(domain), domain)
	}
}

func TestRelays(t *testing.T) {
	l := EmbeddedLists()
	for _, domain := range strings.Fields(`duck.com mozmail.com simplelogin.co simplelogin.com slmail.me aleeas.com
		8shield.net anonaddy.com anonaddy.me addy.io passmail.net passinbox.com passfwd.com silomails.com
		forwardemail.net improvmx.com privaterelay.appleid.com jane.anonaddy.com`) {
		_, ok := l.relay.hasParent(domain)
		require.True(t, ok, domain)
		_, ok = l.disposable.hasParent(domain)
		require.False(t, ok, domain)
		require.False(t, l.free.has(domain), domain)
	}
	_, ok := l.relay.hasParent("appleid.com")
	require.False(t, ok)
}

func TestDomainSet(t *testing.T) {
	s := newDomainSet("# x: y\n# origin: a, b\n# date: 2026-01-02\n# licence: MIT\n# count: 4\ncc.uk\nexample.com\nshop.example.com\nz.com\n")
	require.Equal(t, ListInfo{Name: "x", Title: "y", Origin: "a, b", Date: "2026-01-02", Licence: "MIT", Count: 4}, s.info())
	for _, tt := range []struct{ name, domain, entry string }{
		{"itself", "example.com", "example.com"},
		{"child", "a.b.example.com", "example.com"},
		{"the nearest", "a.shop.example.com", "shop.example.com"},
		{"last line", "z.com", "z.com"},
		{"below a public suffix", "company.co.uk", ""},
		{"parent", "com", ""},
		{"end of a name", "badexample.com", ""},
		{"start of a name", "example.co", ""},
		{"a header's word", "# x: y", ""},
		{"nothing", "", ""},
		{"dots", "...", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			entry, ok := s.hasParent(tt.domain)
			require.Equal(t, tt.entry, entry)
			require.Equal(t, tt.entry != "", ok)
		})
	}
	require.False(t, s.has("a.example.com"), "has is exact")
	_, ok := domainSet{}.hasParent("example.com")
	require.False(t, ok)
	require.Equal(t, ListInfo{}, domainSet{}.info())
	require.True(t, newDomainSet("a.com\nb.com").has("b.com"), "no header, no last newline")
	require.False(t, newDomainSet("# only a comment").has("only"))
}

func FuzzSearch(f *testing.F) {
	f.Add("a\nb\nc d\n", "c")
	f.Add("\n\n", "")
	f.Add(strings.Repeat("mailbox1.com\nmailbox2.com\nmail.com\n", guideStep/8), "mailbox2.com")
	f.Add(strings.Repeat("mailbox1.com\nz.com\n", guideStep/8), "mailbox2.com")
	f.Add(strings.Repeat("mail.com a\nmail.com.br a\nmail-x.com b\n", guideStep/8), "mail.com")
	f.Fuzz(func(t *testing.T, text, key string) {
		entries := strings.Split(text, "\n")
		slices.Sort(entries)
		entries = slices.DeleteFunc(entries, func(e string) bool { return e == "" })
		if strings.ContainsAny(key, " \n") || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' }) {
			t.Skip("no key has blanks, no list control characters")
		}
		want := slices.ContainsFunc(entries, func(e string) bool {
			first, _, _ := strings.Cut(e, " ")
			return first == key && key != ""
		})
		_, ok := search(strings.Join(entries, "\n"), key)
		require.Equal(t, want, ok)
		if !strings.Contains(text, "#") {
			s := newDomainSet(strings.Join(entries, "\n"))
			require.Equal(t, want, s.has(key), "without a guide")
			s.guide.asked.Store(many)
			require.Equal(t, want, s.has(key), "with one")
			require.NotNil(t, s.guide.made.Load())
		}
	})
}

func TestRoleTier(t *testing.T) {
	role := EmbeddedLists().role
	for _, tt := range []struct {
		name, local string
		want        roleTier
	}{
		{"system", "postmaster", roleSystem},
		{"case", "PostMaster", roleSystem},
		{"subaddress", "abuse+case-17", roleSystem},
		{"hyphen", "no-reply", roleSystem},
		{"underscore", "no_reply", roleSystem},
		{"dot", "no.reply", roleSystem},
		{"none", "noreply", roleSystem},
		{"several", "do-not_reply", roleSystem},
		{"noreply and more", "noreply-payroll", roleSystem},
		{"more and noreply", "shop.no-reply", roleSystem},
		{"a mailing list's administrator", "winnow-users-request", roleSystem},
		{"function", "info", roleFunction},
		{"German", "Buchhaltung", roleFunction},
		{"Spanish", "ventas", roleFunction},
		{"French", "comptabilite", roleFunction},
		{"with a hyphen", "customer-service", roleFunction},
		{"two letters", "hr", roleFunction},
		{"weak", "classroom", roleWeak},
		{"initials", "h.r", roleNone},
		{"person", "jane.doe", roleNone},
		{"first name that a list calls a role", "alexa", roleNone},
		{"year", "2024", roleNone},
		{"digits", "123", roleNone},
		{"test word", "asdf", roleNone},
		{"only a tag", "+info", roleNone},
		{"nothing", "", roleNone},
		{"separators", "---", roleNone},
		{"a blank is no separator", "abuse system", roleNone},
		{"longer than any", strings.Repeat("info", 20), roleNone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, role.tier(tt.local))
		})
	}
}

func TestRolesOfRFC2142(t *testing.T) {
	role := EmbeddedLists().role
	for _, local := range strings.Fields("INFO MARKETING SALES SUPPORT") {
		require.Equal(t, roleFunction, role.tier(local), local)
	}
	for _, local := range strings.Fields("ABUSE NOC SECURITY POSTMASTER HOSTMASTER USENET NEWS WEBMASTER WWW UUCP FTP LIST-REQUEST") {
		require.Equal(t, roleSystem, role.tier(local), local)
	}
}

func TestEveryRoleIsFound(t *testing.T) {
	role := EmbeddedLists().role
	for _, entry := range entriesOf(roleEntries()) {
		name, tier, ok := strings.Cut(entry, " ")
		require.True(t, ok, entry)
		require.LessOrEqual(t, len(name), maxRole)
		require.NotEqual(t, roleNone, tierNamed(tier), entry)
		for _, local := range []string{name, strings.ToUpper(name), name + "+tag", "_" + name + "."} {
			if len(name) > initials || local[0] != '_' {
				require.Equal(t, tierNamed(tier), role.tier(local), local)
			}
		}
	}
}

func TestListsAllocateNothing(t *testing.T) {
	l := EmbeddedLists()
	require.Zero(t, testing.AllocsPerRun(100, func() {
		l.disposable.hasParent("a.b.mailinator.com")
		l.disposable.hasParent("mail.example.co.uk")
		l.free.has("gmail.com")
		l.role.tier("Customer-Service+x")
		l.role.tier("bartholomew.featherstonehaugh-smythe")
	}))
}

func BenchmarkHas(b *testing.B) {
	l := EmbeddedLists()
	for _, domain := range []string{"example.com", "mailinator.com", "zzz.example.co.uk"} {
		b.Run(domain, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l.disposable.hasParent(domain)
			}
		})
	}
}

func BenchmarkRoleTier(b *testing.B) {
	l := EmbeddedLists()
	b.ReportAllocs()
	for b.Loop() {
		l.role.tier("jane.doe")
	}
}

func BenchmarkEmbeddedLists(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		EmbeddedLists()
	}
}

func roleEntries() string {
	_, sorted := cutHeader(roleText)
	return sorted
}
