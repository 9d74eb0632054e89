package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/report"
)

var update = flag.Bool("update", false, "rewrite the files that the tests compare with")

// happened makes an event. What a reply means is the classifier's business.
func happened(h bounce.Happening, campaign, recipient string, day int, reply string) bounce.Event {
	e := bounce.Event{Recipient: recipient, Happened: h, Campaign: campaign}
	if day > 0 {
		e.At = time.Date(2026, 5, day, 12, 0, 0, 0, time.UTC)
	}
	if reply != "" {
		host, said, _ := strings.Cut(reply, ": ")
		e.Result = bounce.Classify(bounce.Reply{Text: said, Host: host, Stage: bounce.StageRcpt})
	}
	return e
}

const (
	unknownUser = "mx.acme.test: 550 5.1.1 <jane@acme.test>: user unknown"
	full        = "mx.acme.test: 452 4.2.2 mailbox full"
	listed      = "mx.big.test: 550 5.7.1 blocked using dnsbl.example.net"
	spf         = "mx.big.test: 550 5.7.23 SPF validation failed"
	tooFast     = "gmail-smtp-in.l.google.com: 421 4.7.28 unusual rate of unsolicited mail"
	unclear     = "mx.acme.test: 550 no"
)

func events(all ...bounce.Event) iter.Seq2[bounce.Event, error] {
	return func(yield func(bounce.Event, error) bool) {
		for _, e := range all {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func reported(t testing.TB, opt report.BounceOptions, all ...bounce.Event) *report.BounceReport {
	r, err := report.Bounces(events(all...), opt)
	require.NoError(t, err)
	return r
}

// One event knows the campaign, another the Message-ID, a third the second alone.
func TestBouncesOneMail(t *testing.T) {
	type event = bounce.Event
	with := func(e event, campaign, id string) event {
		e.Campaign, e.MessageID = campaign, id
		return e
	}
	failed := happened(bounce.WasFailed, "", "jane@acme.test", 2, unknownUser)
	sent := happened(bounce.WasSent, "", "Jane@acme.test", 1, "")
	complained := happened(bounce.WasComplained, "", "jane@acme.test", 1, "")
	later := happened(bounce.WasFailed, "", "jane@acme.test", 9, unknownUser)
	for _, test := range []struct {
		name   string
		events []event
		want   map[string][2]int64 // hard, complaints of each campaign
		lost   int64
	}{
		{name: "log and bounce", events: []event{with(failed, "", "m"), with(failed, "spring", "m")}, want: map[string][2]int64{"spring": {1, 0}}, lost: 1},
		{name: "sent and bounce", events: []event{with(sent, "", "m"), with(failed, "spring", "m")}, want: map[string][2]int64{"spring": {1, 0}}, lost: 1},
		{name: "the campaign alone, both, the ID alone", events: []event{with(sent, "spring", ""), with(failed, "", "m"), with(complained, "spring", "m")}, want: map[string][2]int64{"spring": {1, 1}}, lost: 1},
		{name: "two campaigns of one ID", events: []event{with(failed, "spring", "m"), with(failed, "summer", "m"), with(sent, "", "m")}, want: map[string][2]int64{"spring": {1, 0}, "summer": {1, 0}}, lost: 1},
		{name: "another recipient", events: []event{with(failed, "spring", "m"), with(happened(bounce.WasFailed, "", "bob@acme.test", 2, unknownUser), "", "m")}, want: map[string][2]int64{"spring": {1, 0}, "": {1, 0}}, lost: 2},
		{name: "a webhook and a list", events: []event{with(failed, "", "m"), failed}, want: map[string][2]int64{"": {1, 0}}, lost: 1},
		{name: "with a campaign", events: []event{with(failed, "spring", "m"), failed}, want: map[string][2]int64{"spring": {1, 0}}, lost: 1},
		{name: "two of a list, one of them known", events: []event{failed, with(failed, "", "m"), later}, want: map[string][2]int64{"": {2, 0}}, lost: 1},
		{name: "a list alone", events: []event{failed, later}, want: map[string][2]int64{"": {1, 0}}, lost: 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, order := range orders(len(test.events)) {
				var all []event
				for _, i := range order {
					all = append(all, test.events[i])
				}
				r := reported(t, report.BounceOptions{}, all...)
				got := map[string][2]int64{}
				for _, g := range r.Campaigns {
					got[g.Name] = [2]int64{g.Hard, g.Complaints}
				}
				if strings.HasPrefix(test.name, "two campaigns") {
					require.Len(t, got, 2) // which of them the ID is linked with, the order decides
				} else {
					require.Equal(t, test.want, got, "%v", order)
				}
				require.Equal(t, test.lost, r.Todo[0].Count, "%v", order)
				var hard, days int64
				for _, g := range r.Domains {
					hard += g.Hard
				}
				for _, g := range r.Days {
					days += g.Hard
				}
				require.Equal(t, r.Total.Hard, hard)
				require.Equal(t, r.Total.Hard, days)
			}
		})
	}
}

// What to stop is named as what it is.
func TestBouncesStop(t *testing.T) {
	var named, nameless []bounce.Event
	for i := range 10 {
		who := fmt.Sprintf("user%d@acme.test", i)
		named = append(named, happened(bounce.WasSent, "may", who, 1, ""), happened(bounce.WasFailed, "may", who, 1, unknownUser))
		sent, failed := happened(bounce.WasSent, "", "x"+who, 1, ""), happened(bounce.WasFailed, "", "x"+who, 1, unknownUser)
		sent.MessageID, failed.MessageID = fmt.Sprint(i), fmt.Sprint(i)
		nameless = append(nameless, sent, failed)
	}
	for _, test := range []struct {
		name   string
		events []bounce.Event
		want   string
	}{
		{"a campaign", named, "Stop 1 campaign above the limits; find out where its addresses come from before the next mail."},
		{"none", nameless, "Stop what is sent without a campaign above the limits; find out where their addresses come from before the next mail."},
		{"both", append(slices.Clone(named), nameless...), "Stop 1 campaign and what is sent without a campaign above the limits; find out where their addresses come from before the next mail."},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, reported(t, report.BounceOptions{}, test.events...).Todo[0].Text)
		})
	}
	_, err := report.Bounces(events(), report.BounceOptions{Sent: strings.NewReader("x\n"), SentName: "sent.csv"})
	require.ErrorContains(t, err, "read what was sent: sent.csv: its header")
	var text bytes.Buffer
	auto := bounce.Event{Recipient: "jane@acme.test", Happened: bounce.WasAnswered}
	require.NoError(t, reported(t, report.BounceOptions{}, auto).WriteText(&text))
	require.Contains(t, text.String(), "1 of them is no bounce: ")
}

// orders are all orders of n things.
func orders(n int) (all [][]int) {
	if n == 0 {
		return [][]int{nil}
	}
	for _, o := range orders(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(o), at, n-1))
		}
	}
	return all
}

// Who was let go is not to be removed, and the headline says how many mails it counts.
func TestBouncesLetGo(t *testing.T) {
	free := map[string]bool{"jane@acme.test": true, "ann@acme.test": true}
	opt := report.BounceOptions{Suppressed: func(r string) bool { return !free[r] }}
	all := []bounce.Event{
		happened(bounce.WasFailed, "may", "jane@acme.test", 1, unknownUser),
		happened(bounce.WasComplained, "may", "ann@acme.test", 1, ""),
		happened(bounce.WasFailed, "may", "bob@acme.test", 1, unknownUser),
		happened(bounce.WasFailed, "june", "bob@acme.test", 2, unknownUser),
	}
	r := reported(t, opt, all...)
	require.Equal(t, int64(3), r.Total.Hard, "they bounced all the same")
	require.Equal(t, "remove", r.Todo[0].What)
	require.Equal(t, int64(1), r.Todo[0].Count)
	require.Equal(t, "Send no more to 1 address that bounced for good or complained (2 mails).", r.Todo[0].Text)
	require.Len(t, r.Todo[0].Evidence, 1)
	require.Equal(t, int64(2), r.Todo[0].Evidence[0].Count)
	require.Contains(t, strings.Join(r.Warnings, "\n"), "2 addresses that bounced for good or complained may stay on your lists: ")

	free["bob@acme.test"] = true
	for _, d := range reported(t, opt, all...).Todo {
		require.NotEqual(t, "remove", d.What)
	}
	r = reported(t, report.BounceOptions{}, all...)
	require.Equal(t, int64(3), r.Todo[0].Count, "nobody was let go")
	require.Empty(t, strings.Join(r.Warnings[1:], ""))
}

// What the end of a mail is, whatever the order in which it is told.
func TestBouncesCountsTheEnd(t *testing.T) {
	type event = bounce.Event
	failed := func(day int, reply string) event {
		return happened(bounce.WasFailed, "may", "jane@acme.test", day, reply)
	}
	delayed := func(day int, reply string) event {
		return happened(bounce.WasDelayed, "may", "jane@acme.test", day, reply)
	}
	delivered := func(day int) event { return happened(bounce.WasDelivered, "may", "jane@acme.test", day, "") }
	sent := happened(bounce.WasSent, "may", "jane@acme.test", 1, "")
	complained := happened(bounce.WasComplained, "may", "jane@acme.test", 3, "")
	type counts = [7]int64 // hard, soft, block, undetermined, delayed, complaints, sent (-1: not known)
	for _, test := range []struct {
		name   string
		events []event
		want   counts
	}{
		{"hard", []event{failed(1, unknownUser)}, counts{1, 0, 0, 0, 0, 0, -1}},
		{"sent, then hard", []event{sent, failed(2, unknownUser)}, counts{1, 0, 0, 0, 0, 0, 1}},
		{"hard, told twice", []event{failed(1, unknownUser), failed(1, unknownUser), failed(2, unknownUser)}, counts{1, 0, 0, 0, 0, 0, -1}},
		{"hard, and by somebody who does not know why", []event{failed(1, unknownUser), failed(2, unclear)}, counts{1, 0, 0, 0, 0, 0, -1}},
		{"soft, then delivered", []event{failed(1, full), delivered(2)}, counts{0, 0, 0, 0, 0, 0, 1}},
		{"soft, and delivered at no known time", []event{failed(1, full), delivered(0)}, counts{0, 0, 0, 0, 0, 0, 1}},
		{"delivered, then sent back", []event{delivered(1), failed(2, unknownUser)}, counts{1, 0, 0, 0, 0, 0, 1}},
		{"hard, then delivered", []event{failed(1, unknownUser), delivered(2)}, counts{0, 0, 0, 0, 0, 0, 1}},
		{"tried on", []event{delayed(1, full)}, counts{0, 0, 0, 0, 1, 0, -1}},
		{"tried, then delivered", []event{delayed(1, full), delivered(2)}, counts{0, 0, 0, 0, 0, 0, 1}},
		{"tried, then given up", []event{delayed(1, full), failed(3, full)}, counts{0, 1, 0, 0, 0, 0, -1}},
		{"blocked", []event{failed(1, listed)}, counts{0, 0, 1, 0, 0, 0, -1}},
		{"not told why", []event{failed(1, unclear)}, counts{0, 0, 0, 1, 0, 0, -1}},
		{"a complaint alone", []event{complained, complained}, counts{0, 0, 0, 0, 0, 1, -1}},
		{"delivered, then a complaint", []event{delivered(1), complained}, counts{0, 0, 0, 0, 0, 1, 1}},
		{"out of office", []event{happened(bounce.WasAnswered, "may", "jane@acme.test", 1, "")}, counts{0, 0, 0, 0, 0, 0, -1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for range 10 {
				r := reported(t, report.BounceOptions{}, test.events...)
				got := counts{r.Total.Hard, r.Total.Soft, r.Total.Block, r.Total.Undetermined, r.Total.Delayed, r.Total.Complaints, -1}
				if r.Total.Sent != nil && len(r.Campaigns) > 0 {
					got[6] = *r.Total.Sent
				}
				require.Equal(t, test.want, got)
				rand.Shuffle(len(test.events), func(i, j int) { test.events[i], test.events[j] = test.events[j], test.events[i] })
			}
		})
	}
}

// What makes a mail one.
func TestBouncesTellsMailsApart(t *testing.T) {
	hard := func(campaign, id, recipient string) bounce.Event {
		e := happened(bounce.WasFailed, campaign, recipient, 1, unknownUser)
		e.MessageID = id
		return e
	}
	for _, test := range []struct {
		name   string
		events []bounce.Event
		want   int64 // mails
		remove int64 // addresses
	}{
		{"two campaigns", []bounce.Event{hard("a", "", "j@x.test"), hard("b", "", "j@x.test")}, 2, 1},
		{"a campaign, two messages", []bounce.Event{hard("a", "1", "j@x.test"), hard("a", "2", "j@x.test")}, 1, 1},
		{"no campaign, two messages", []bounce.Event{hard("", "1", "j@x.test"), hard("", "2", "j@x.test")}, 2, 1},
		{"no campaign, no message", []bounce.Event{hard("", "", "j@x.test"), hard("", "", "J@X.test")}, 1, 1},
		{"a campaign called as a message", []bounce.Event{hard("1", "", "j@x.test"), hard("", "1", "j@x.test")}, 2, 1},
		{"two recipients", []bounce.Event{hard("a", "", "j@x.test"), hard("a", "", "k@x.test")}, 2, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := reported(t, report.BounceOptions{}, test.events...)
			require.Equal(t, test.want, r.Total.Hard)
			require.Equal(t, "remove", r.Todo[0].What)
			require.Equal(t, test.remove, r.Todo[0].Count)
		})
	}
}

// shuffled is the report of the same events in another order; who said what first is
// no matter of it.
func TestBouncesDoesNotMindTheOrder(t *testing.T) {
	all := month()
	want := reported(t, report.BounceOptions{}, all...)
	for range 5 {
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		got := reported(t, report.BounceOptions{}, all...)
		for i := range want.Todo {
			for j := range want.Todo[i].Evidence {
				got.Todo[i].Evidence[j].Reply = want.Todo[i].Evidence[j].Reply
			}
		}
		require.Equal(t, marshal(t, want), marshal(t, got))
	}
}

func marshal(t testing.TB, r *report.BounceReport) string {
	var b bytes.Buffer
	require.NoError(t, r.WriteJSON(&b))
	return b.String()
}

// month is a month's mail of one sender.
func month() (all []bounce.Event) {
	say := func(n int, h bounce.Happening, campaign, domain string, day int, reply string) {
		for range n {
			all = append(all, happened(h, campaign, fmt.Sprintf("r%d@%s", len(all), domain), day, reply))
		}
	}
	say(900, bounce.WasDelivered, "newsletter-may", "acme.test", 4, "")
	say(600, bounce.WasDelivered, "newsletter-may", "gmail.com", 4, "")
	say(3, bounce.WasFailed, "newsletter-may", "acme.test", 4, unknownUser)
	say(2, bounce.WasFailed, "newsletter-may", "gmail.com", 4, "gmail-smtp-in.l.google.com: 452 4.2.2 The recipient's inbox is out of storage space.")
	say(12, bounce.WasFailed, "newsletter-may", "big.test", 5, listed)
	say(300, bounce.WasDelivered, "fair-visitors", "big.test", 11, "")
	say(40, bounce.WasFailed, "fair-visitors", "acme.test", 11, unknownUser)
	say(7, bounce.WasFailed, "fair-visitors", "big.test", 11, unclear)
	say(4, bounce.WasFailed, "fair-visitors", "big.test", 11, spf)
	say(30, bounce.WasDelayed, "fair-visitors", "gmail.com", 11, tooFast)
	say(6, bounce.WasComplained, "fair-visitors", "yahoo.com", 14, "")
	for i := range 12 {
		say(1, bounce.WasDelivered, "newsletter-may", fmt.Sprintf("d%02d.test", i), 4, "")
	}
	say(2, bounce.WasAnswered, "newsletter-may", "acme.test", 4, "")
	return all
}

func TestBouncesGolden(t *testing.T) {
	counts := "campaign,count\nfair-visitors,30\nnewsletter-may,2000\n"
	for _, test := range []struct {
		name string
		opt  report.BounceOptions
		all  []bounce.Event
	}{
		{"known", report.BounceOptions{Top: 5}, month()},
		{"unknown", report.BounceOptions{}, []bounce.Event{
			happened(bounce.WasFailed, "", "jane@acme.test", 1, unknownUser),
			happened(bounce.WasFailed, "", "jane@outlook.com", 2, full),
		}},
		{"too-few", report.BounceOptions{Top: 3, Sent: strings.NewReader(counts)}, month()},
		{"nothing", report.BounceOptions{}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := reported(t, test.opt, test.all...)
			var text strings.Builder
			require.NoError(t, r.WriteText(&text))
			golden(t, "testdata/bounces/"+test.name+".txt", text.String())
			golden(t, "testdata/bounces/"+test.name+".json", marshal(t, r))
			for line := range strings.Lines(text.String()) {
				require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 80, line)
				require.Equal(t, strings.TrimRight(line, " \n")+"\n", line)
			}
			require.NotContains(t, text.String(), "jane@", "reports are passed around")
		})
	}
}

func golden(t *testing.T, path, got string) {
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestBouncesSent(t *testing.T) {
	failed := []bounce.Event{
		happened(bounce.WasFailed, "a", "x@acme.test", 4, unknownUser),
		happened(bounce.WasFailed, "b", "y@gmail.com", 5, unknownUser),
	}
	is := func(n int64) *int64 { return &n }
	for _, test := range []struct {
		name, file       string
		total, a, b      *int64
		acme, gmail, may *int64
		err              string
	}{
		{name: "none"},
		{name: "campaigns", file: "campaign,count\na,100\nb,50\n", total: is(150), a: is(100), b: is(50)},
		{name: "one campaign is missing", file: "campaign,count\na,100\n", a: is(100)},
		{name: "days and domains", file: "\ufeffDay;Domain;Sent;x\n2026-05-04;acme.test;100\n2026-05-05;GMAIL.com;50;y\n", total: is(150), acme: is(100), gmail: is(50), may: is(100)},
		{name: "all of it", file: "campaign\tdate\tdomain\tcount\na\t2026-05-04\tacme.test\t10\na\t2026-05-04\tgmail.com\t20\nb\t2026-05-05\tgmail.com\t30\n",
			total: is(60), a: is(30), b: is(30), acme: is(10), gmail: is(50), may: is(30)},
		{name: "recipients", file: "email,campaign\nx@acme.test,a\nX@acme.test,a\nz@acme.test,a\ny@gmail.com,b\n", total: is(3), a: is(2), b: is(1), acme: is(2), gmail: is(1)},
		{name: "recipients, with days", file: "email,campaign,day\nz@acme.test,a,2026-05-04\ny@gmail.com,b,2026-05-04\n", total: is(3), a: is(2), b: is(1), acme: is(2), gmail: is(1), may: is(3)},
		{name: "empty", file: " ", err: "count"},
		{name: "no number", file: "campaign,count\na,100\nb,many\n", err: `read what was sent: line 3: "many" is no number of mails`},
		{name: "less than none", file: "count\n-1\n", err: "no number of mails"},
		{name: "no day", file: "day,count\n4.5.2026,1\n", err: "2026-05-31"},
		{name: "no columns of ours", file: "a,b\n1,2\n", err: "neither a column count nor a column email"},
		{name: "broken quotes", file: "count\n\"1\n", err: "line 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			opt := report.BounceOptions{}
			if test.file != "" {
				opt.Sent = strings.NewReader(test.file)
			}
			r, err := report.Bounces(events(failed...), opt)
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				return
			}
			require.NoError(t, err)
			sent := func(groups []report.BounceGroup, name string) *int64 {
				for _, g := range groups {
					if g.Name == name {
						if g.Sent != nil && g.Verdict == "" {
							require.NotNil(t, g.BounceRate)
						}
						return g.Sent
					}
				}
				t.Fatalf("%s is missing", name)
				return nil
			}
			require.Equal(t, test.total, r.Total.Sent)
			require.Equal(t, test.a, sent(r.Campaigns, "a"))
			require.Equal(t, test.b, sent(r.Campaigns, "b"))
			require.Equal(t, test.acme, sent(r.Domains, "acme.test"))
			require.Equal(t, test.gmail, sent(r.Domains, "gmail.com"))
			require.Equal(t, test.gmail, sent(r.Providers, "gmail"))
			require.Equal(t, test.may, sent(r.Days, "2026-05-04"))
			require.Equal(t, test.total == nil, len(r.Warnings) > 0)
		})
	}
}

// Rates are of what was sent, and a few bounces of a few mails are no bad source.
func TestBouncesLimits(t *testing.T) {
	for _, test := range []struct {
		name             string
		sent, hard, soft int
		complaints       int
		want             string
	}{
		{"fine", 1000, 10, 10, 0, ""},
		{"above 2 %", 1000, 11, 10, 0, "above-limit"},
		{"four of a hundred", 100, 4, 0, 0, ""},
		{"five of a hundred", 100, 5, 0, 0, "above-limit"},
		{"complaints below 0.3 %", 2000, 0, 0, 5, ""},
		{"complaints at 0.3 %", 2000, 0, 0, 6, "above-limit"},
		{"all of them", 10, 10, 0, 0, "above-limit"},
		{"more than all", 10, 11, 0, 0, "too-few-sent"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var all []bounce.Event
			for i := range test.hard {
				all = append(all, happened(bounce.WasFailed, "a", fmt.Sprintf("h%d@x.test", i), 1, unknownUser))
			}
			for i := range test.soft {
				all = append(all, happened(bounce.WasFailed, "a", fmt.Sprintf("s%d@x.test", i), 1, full))
			}
			for i := range test.complaints {
				all = append(all, happened(bounce.WasComplained, "a", fmt.Sprintf("c%d@x.test", i), 1, ""))
			}
			r := reported(t, report.BounceOptions{Sent: strings.NewReader(fmt.Sprintf("campaign,count\na,%d\n", test.sent))}, all...)
			require.Equal(t, test.want, r.Campaigns[0].Verdict)
			require.Equal(t, test.want == "above-limit", len(r.Todo) > 0 && r.Todo[0].What == "stop")
			require.Equal(t, test.want == "too-few-sent", r.Campaigns[0].BounceRate == nil)
		})
	}
}

func TestBouncesOrderOfThingsToDo(t *testing.T) {
	var what []string
	for _, d := range reported(t, report.BounceOptions{}, month()...).Todo {
		what = append(what, d.What)
	}
	require.Equal(t, []string{"stop", "remove", "fix", "slow-down", "wait"}, what)
}

func TestBouncesEndsWithAnError(t *testing.T) {
	broken := errors.New("broken")
	_, err := report.Bounces(func(yield func(bounce.Event, error) bool) { yield(bounce.Event{}, broken) }, report.BounceOptions{})
	require.ErrorIs(t, err, broken)
}

func FuzzBouncesSent(f *testing.F) {
	f.Add("campaign,count\na,1\n")
	f.Add("email;day\nx@y,2026-05-31\n")
	f.Fuzz(func(t *testing.T, file string) {
		r, err := report.Bounces(events(happened(bounce.WasFailed, "a", "x@y", 1, "")), report.BounceOptions{Sent: strings.NewReader(file)})
		if err != nil {
			return
		}
		for _, g := range append(r.Campaigns, r.Total) {
			if g.BounceRate != nil {
				require.LessOrEqual(t, *g.BounceRate, 1.0)
			}
		}
		var b bytes.Buffer
		require.NoError(t, r.WriteText(&b))
		require.True(t, json.Valid([]byte(marshal(t, r))))
	})
}

// many yields n events of nearly as many mails, 1 in 20 of them a bounce.
func many(n int) iter.Seq2[bounce.Event, error] {
	hard, soft := bounce.Classify(bounce.Reply{Text: "550 5.1.1 user unknown", Host: "mx.acme.test"}), bounce.Classify(bounce.Reply{Text: "452 4.2.2 mailbox full"})
	return func(yield func(bounce.Event, error) bool) {
		e := bounce.Event{At: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}
		for i := range n {
			e.Recipient = fmt.Sprintf("r%d@d%d.test", i, i%200_000)
			e.Campaign = fmt.Sprintf("c%d", i%300)
			e.At = e.At.Add(100 * time.Millisecond)
			switch i % 20 {
			case 0:
				e.Happened, e.Result = bounce.WasFailed, hard
			case 1:
				e.Happened, e.Result = bounce.WasFailed, soft
			default:
				e.Happened, e.Result = bounce.WasDelivered, bounce.Result{}
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// BenchmarkBounces reports what a mail costs in time and, at its end, in memory.
func BenchmarkBounces(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000, 10_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			if n > 1_000_000 && testing.Short() {
				b.Skip()
			}
			for b.Loop() {
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				at := 0
				_, err := report.Bounces(func(yield func(bounce.Event, error) bool) {
					for e, err := range many(n) {
						if at++; at == n {
							runtime.GC()
							runtime.ReadMemStats(&after)
						}
						if !yield(e, err) {
							return
						}
					}
				}, report.BounceOptions{})
				require.NoError(b, err)
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/mail")
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// A mailbox of bounces has reports of deliveries too; they are not all that was sent.
func TestBouncesFewDeliveriesAreNoSends(t *testing.T) {
	var all []bounce.Event
	for i := range 5 {
		all = append(all, happened(bounce.WasFailed, "may", fmt.Sprintf("%d@acme.test", i), 1, unknownUser))
	}
	for i := range 5 {
		all = append(all, happened(bounce.WasDelivered, "may", fmt.Sprintf("ok%d@acme.test", i), 1, ""))
		sends := reported(t, report.BounceOptions{}, all...).Total.Sent
		if i < 4 {
			require.Nil(t, sends)
		} else {
			require.Equal(t, int64(10), *sends)
		}
	}
}
