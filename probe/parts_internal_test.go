package probe

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/address"
	"winnow/bounce"
	"winnow/provider"
)

func TestQueue(t *testing.T) {
	var q queue
	var want []string
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 20_000 {
		if rng.IntN(3) > 0 || i < 1000 {
			local := fmt.Sprintf("p%d", rng.IntN(1<<rng.IntN(30)+1))
			q.push(i-500, local)
			want = append(want, fmt.Sprint(i-500, local))
			continue
		}
		id, local, ok := q.pop()
		require.Equal(t, len(want) > 0, ok)
		if ok {
			require.Equal(t, want[0], fmt.Sprint(id, local))
			want = want[1:]
		}
		require.Equal(t, len(want), q.n)
	}
	for len(want) > 0 {
		id, local, ok := q.pop()
		require.True(t, ok)
		require.Equal(t, want[0], fmt.Sprint(id, local))
		want = want[1:]
	}
	_, _, ok := q.pop()
	require.False(t, ok)
	require.Nil(t, q.packed, "an empty queue holds nothing")
}

func TestQueueTakesLittle(t *testing.T) {
	var q queue
	n := 0
	for i := range 100_000 {
		local := fmt.Sprintf("person.%d", i)
		n += len(local)
		q.push(i, local)
	}
	require.Less(t, len(q.packed), n+5*100_000)
}

func TestMadeUp(t *testing.T) {
	seen := map[string]bool{}
	form := regexp.MustCompile(`^[a-z]{4,7}\.?[a-z]{6,9}$`)
	for range 10_000 {
		m := madeUp()
		require.Regexp(t, form, m)
		_, err := address.Parse(m + "@acme.com")
		require.NoError(t, err)
		require.False(t, seen[m], m)
		seen[m] = true
	}
}

func TestTable(t *testing.T) {
	table, err := customs()
	require.NoError(t, err)
	require.Equal(t, Limits{Connections: 2, Recipients: 10, Refusals: 9, PerMinute: 30, Pause: 60e9}, table.Default)
	known := map[string]bool{}
	for _, id := range []provider.ID{provider.Gmail, provider.Microsoft365, provider.Outlook, provider.Yahoo, provider.AOL, provider.MailRu, provider.ICloud, provider.Yandex} {
		known[id.String()] = true
	}
	for name, c := range table.Groups {
		require.NotEmpty(t, c.Source, name)
		require.NotEmpty(t, c.Date, name)
		delete(known, name)
	}
	require.Empty(t, known, "they have no line")

	for _, bad := range []string{"nonsense", "[[group]]\nconnections = 1", "[[group]]\nname = \"a\"\nyes = \"maybe\"", "[[group]]\nname = \"a\"\n[[group]]\nname = \"a\"", "[default]\nconection = 1"} {
		_, err := readTable(bad)
		require.Error(t, err, bad)
	}
}

// Every group of the table is one that a host can have.
func TestTableNamesGroups(t *testing.T) {
	table, err := customs()
	require.NoError(t, err)
	hosts := map[string]string{
		"gmail": "aspmx.l.google.com", "microsoft365": "acme-com.mail.protection.outlook.com", "outlook": "outlook-com.olc.protection.outlook.com",
		"yahoo": "mta5.am0.yahoodns.net", "aol": "mx-aol.mail.gm0.yahoodns.net", "mail.ru": "mxs.mail.ru", "icloud": "mx01.mail.icloud.com",
		"yandex": "mx.yandex.ru", "gmx": "mx00.gmx.net", "comcast.net": "mx1a1.comcast.net", "orange": "smtp-in.orange.fr",
		"mimecast": "eu-smtp-inbound-1.mimecast.com", "proofpoint": "mxa-0012.gslb.pphosted.com", "barracuda": "d1.ess.barracudanetworks.com",
	}
	for name := range table.Groups {
		require.Equal(t, name, Group(hosts[name]), name)
	}
	for host, want := range map[string]string{
		"gmail-smtp-in.l.google.com": "gmail", "mx1.acme.co.uk": "acme.co.uk", "MX.Acme.com.": "acme.com", "localhost": "localhost", "127.0.0.1": "127.0.0.1",
	} {
		require.Equal(t, want, Group(host))
	}
	require.True(t, alone("outlook-com.olc.protection.outlook.com"))
	require.False(t, alone("acme-com.mail.protection.outlook.com"))
	require.True(t, nothingByYes("acme.com", "mta5.am0.yahoodns.net"))
	require.True(t, nothingByYes("acme.com", "mx1.simplelogin.co"))
	require.False(t, nothingByYes("acme.com", "mx.acme.com"))
	require.False(t, nothingByYes("gmail.com", "gmail-smtp-in.l.google.com"))
}

func TestLimits(t *testing.T) {
	m := DefaultManners()
	require.Equal(t, Limits{Connections: 2, Recipients: 10, Refusals: 9, PerMinute: 30, Pause: 60e9}, m.limitsOf("acme.com"))
	require.Equal(t, 10, m.limitsOf("microsoft365").Connections)
	require.Equal(t, 10, m.limitsOf("microsoft365").Recipients, "the default's")
	u := Unmannered()
	require.Equal(t, unlimited, u.limitsOf("acme.com").PerMinute)
}

func TestRecipient(t *testing.T) {
	path, ok := recipient(`"a b"`, "acme.com")
	require.True(t, ok)
	require.Equal(t, `<"a b"@acme.com>`, path)
	_, ok = recipient("a>\r\nDATA", "acme.com")
	require.False(t, ok)
}

// What each code may do to an address is what its reply can prove.
func TestCodes(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Codes() {
		require.Regexp(t, `^[a-z0-9-]+$`, c.Code)
		require.False(t, seen[c.Code], c.Code)
		seen[c.Code] = true
		require.NotEmpty(t, c.Text, c.Code)
		require.NotEmpty(t, c.Todo, c.Code)
		switch c.Code {
		case "recipient-unknown", "recipient-syntax", "domain-invalid", "null-mx", "moved", "mailbox-disabled":
			require.Equal(t, "invalid", c.Grade.String(), c.Code)
		case CatchAll, Full, NotUTF8, Unreliable:
			require.Equal(t, "risky", c.Grade.String(), c.Code)
		default:
			require.Equal(t, "unknown", c.Grade.String(), c.Code)
		}
		if c.Grade.String() == "invalid" {
			require.Contains(t, []bounce.Target{bounce.Recipient, bounce.Domain}, c.About, c.Code)
		}
	}
	for _, r := range bounce.Reasons() {
		if code := codeOf(r); code != "" {
			require.True(t, seen[code], code)
		}
	}
	require.LessOrEqual(t, len(Codes()), 45, "there is room for as many kinds")
}

// No evidence whatever is read as invalid unless a host finally said so of the recipient;
// none as valid unless it refused a made-up one.
func TestReadNeverSaysTooMuch(t *testing.T) {
	grades := map[string]string{"": "valid"}
	for _, c := range Codes() {
		grades[c.Code] = c.Grade.String()
	}
	texts := []string{"", "ok", "5.1.1 no such user", "4.7.1 Greylisted for 5 minutes", "5.7.1 blocked using zen.spamhaus.org", "5.2.2 mailbox full", "unknown user", "5.1.10 null MX"}
	reply := func(stage bounce.Stage, code int, text, host string) Reply {
		return Reply{Reply: bounce.Reply{Stage: stage, Code: code, Text: text, Host: host}}
	}
	n := 0
	for stage := bounce.StageConnect; stage <= bounce.StageRcpt; stage++ {
		for _, code := range []int{0, 220, 250, 251, 252, 354, 421, 450, 451, 452, 500, 501, 503, 521, 550, 551, 552, 553, 554} {
			for _, text := range texts {
				for _, failure := range []Failure{NotFailed, Breaker, Patience, Timeout} {
					for _, madeUp := range []Reply{{}, reply(bounce.StageRcpt, 250, "ok", "mx"), reply(bounce.StageRcpt, 550, "no such user", "mx"), reply(bounce.StageRcpt, 550, "no such user", "other"), reply(bounce.StageRcpt, 450, "greylisted", "mx"), reply(bounce.StageRcpt, 550, "", "mx")} {
						for _, refused := range []int{4, 5} {
							e := Evidence{Domain: "acme.com", Reply: reply(stage, code, text, "mx"), Failure: failure, MadeUp: madeUp, Refused: refused}
							rd := Read(e)
							grade, ok := grades[rd.Code]
							require.True(t, ok, rd.Code)
							n++
							switch grade {
							case "valid":
								require.True(t, stage == bounce.StageRcpt && (code == 250 || code == 251) && madeUp.Code == 550 && madeUp.Text != "" && madeUp.Host == "mx" && failure != Breaker, "%+v", e)
								require.True(t, rd.Answered)
							case "invalid":
								require.True(t, stage == bounce.StageRcpt && code >= 500 && refused < 5 && failure != Breaker, "%+v", e)
								require.True(t, rd.Answered)
							}
						}
					}
				}
			}
		}
	}
	require.Greater(t, n, 10_000)
}
