package suppress_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/address"
	"winnow/bounce"
	"winnow/store"
	"winnow/suppress"
)

const day = 24 * time.Hour

// today is when all tests look back.
var today = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// daysAgo is a time of day on an earlier day.
func daysAgo(n float64) time.Time { return today.Add(-time.Duration(n * float64(day))) }

// book is a ledger in a store of its own, and a clock.
type book struct {
	*suppress.Ledger
	t     *testing.T
	store *store.Store
	path  string
	now   time.Time
}

func newBook(t *testing.T, o suppress.Options) *book {
	b := &book{t: t, path: filepath.Join(t.TempDir(), "store.db"), now: today}
	s, err := store.Open(b.path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	b.store = s
	o.Now = func() time.Time { return b.now }
	b.Ledger, err = suppress.New(t.Context(), s, o)
	require.NoError(t, err)
	return b
}

func (b *book) record(events ...bounce.Event) suppress.Recorded {
	b.t.Helper()
	r, err := b.Record(b.t.Context(), events)
	require.NoError(b.t, err)
	return r
}

// past asks the store and, as a list does, the index, which must agree.
func (b *book) past(text string) suppress.History {
	b.t.Helper()
	a, err := address.Parse(text)
	require.NoError(b.t, err)
	h, err := b.Of(a)
	require.NoError(b.t, err)
	x, err := b.Load(b.t.Context())
	require.NoError(b.t, err)
	c := suppress.Customs(a.Domain)
	loaded, err := x.Past(&c, a.Local)
	require.NoError(b.t, err)
	require.Equal(b.t, h, loaded, "the index and the store")
	return h
}

// refused is a reply to a mail to an address, so many days ago.
func refused(to, reply string, ago float64) bounce.Event {
	return bounce.Event{Recipient: to, Happened: bounce.WasFailed, Result: bounce.Classify(bounce.Reply{Text: reply}), At: daysAgo(ago)}
}

func happened(to string, h bounce.Happening, r bounce.Reason, ago float64) bounce.Event {
	return bounce.Event{Recipient: to, Happened: h, Result: bounce.Result{Reason: r, Class: r.Class()}, At: daysAgo(ago)}
}

func delivered(to string, ago float64) bounce.Event {
	return happened(to, bounce.WasDelivered, bounce.Delivered, ago)
}

const (
	unknownUser = "550 5.1.1 User unknown"
	overQuota   = "452 4.2.2 Mailbox full"
	tryLater    = "451 4.3.0 Local error, try again later"
	listed      = "550 5.7.1 Service unavailable, client host [192.0.2.1] blocked using zen.spamhaus.org"
	inactive    = "550 5.2.1 The email account that you tried to reach is disabled"
	says        = "550 no"
	membersOnly = "550 5.7.133 Sender not authenticated for group"
	noDomain    = "550 5.1.2 Bad destination host: domain not found"
)

// What follows from the past of jane@acme.com.
func TestPolicy(t *testing.T) {
	const jane = "jane@acme.com"
	soft := func(reply string, agos ...float64) (all []bounce.Event) {
		for _, ago := range agos {
			all = append(all, refused(jane, reply, ago))
		}
		return all
	}
	sameMessage := soft(tryLater, 20, 15, 10)
	for i := range sameMessage {
		sameMessage[i].MessageID = "1@acme.com"
		sameMessage[i].Code += i // told apart
	}
	from := func(domain string) []bounce.Event {
		e := refused(jane, membersOnly, 10)
		require.Equal(t, bounce.Restricted, e.Reason)
		e.From = domain
		return []bounce.Event{e}
	}
	tried := refused(jane, unknownUser, 1)
	tried.Happened = bounce.WasDelayed
	for _, tt := range []struct {
		name      string
		events    []bounce.Event
		standing  suppress.Standing
		reason    bounce.Reason
		until     time.Time // zero: for good, or nothing
		delivered bool
	}{
		{"nothing", nil, suppress.Clear, 0, time.Time{}, false},
		{"hard, at once", soft(unknownUser, 0), suppress.Hard, bounce.RecipientUnknown, time.Time{}, false},
		{"hard, years ago", soft(unknownUser, 900), suppress.Hard, bounce.RecipientUnknown, time.Time{}, false},
		{"hard, and delivered since", append(soft(unknownUser, 9), delivered(jane, 3)), suppress.Clear, 0, time.Time{}, true},
		{"delivered, and hard since", append(soft(unknownUser, 3), delivered(jane, 9)), suppress.Hard, bounce.RecipientUnknown, time.Time{}, false},
		{"delivered", []bounce.Event{delivered(jane, 89)}, suppress.Clear, 0, time.Time{}, true},
		{"delivered long ago", []bounce.Event{delivered(jane, 91)}, suppress.Clear, 0, time.Time{}, false},
		{"complaint", []bounce.Event{happened(jane, bounce.WasComplained, bounce.Complaint, 2000)}, suppress.Complained, bounce.Complaint, time.Time{}, false},
		{"complaint, and delivered since", []bounce.Event{happened(jane, bounce.WasComplained, bounce.Complaint, 9), delivered(jane, 3)}, suppress.Complained, bounce.Complaint, time.Time{}, false},
		{"disabled", soft(inactive, 10), suppress.Hard, bounce.MailboxDisabled, daysAgo(10).Add(90 * day), false},
		{"disabled, to be tested again", soft(inactive, 90), suppress.Clear, 0, time.Time{}, false},
		{"disabled, then unknown", append(soft(inactive, 200), soft(unknownUser, 3)...), suppress.Hard, bounce.RecipientUnknown, time.Time{}, false},
		{"unknown, then disabled", append(soft(unknownUser, 200), soft(inactive, 120)...), suppress.Hard, bounce.RecipientUnknown, time.Time{}, false},

		{"a 4xx unknown user", soft("450 4.1.1 User unknown", 10), suppress.Clear, 0, time.Time{}, false},
		{"three times", soft("450 4.1.1 User unknown", 20, 10, 5), suppress.Soft, bounce.RecipientUnknown, daysAgo(5).Add(180 * day), false},
		{"an unknown user that is tried on", []bounce.Event{tried}, suppress.Clear, 0, time.Time{}, false},
		{"soft, three", soft(tryLater, 20, 10, 1), suppress.Soft, bounce.DeferredSystem, daysAgo(1).Add(180 * day), false},
		{"soft, two", soft(tryLater, 20, 10), suppress.Clear, 0, time.Time{}, false},
		{"soft, the first too young", soft(tryLater, 6, 4, 2), suppress.Clear, 0, time.Time{}, false},
		{"soft, the first just old enough", soft(tryLater, 7, 4, 2), suppress.Soft, bounce.DeferredSystem, daysAgo(2).Add(180 * day), false},
		{"soft, over more than 30 days", soft(tryLater, 40, 20, 5), suppress.Clear, 0, time.Time{}, false},
		{"soft, the last three within 30 days", soft(tryLater, 60, 32, 20, 5), suppress.Soft, bounce.DeferredSystem, daysAgo(5).Add(180 * day), false},
		{"soft, on one day", soft(tryLater, 20, 19.9, 19.5, 19.1), suppress.Clear, 0, time.Time{}, false},
		{"soft, of one message", sameMessage, suppress.Clear, 0, time.Time{}, false},
		{"soft, delivered in between", append(soft(tryLater, 20, 10, 1), delivered(jane, 5)), suppress.Clear, 0, time.Time{}, true},
		{"soft, released", soft(tryLater, 220, 210, 180), suppress.Clear, 0, time.Time{}, false},
		{"soft, not yet released", soft(tryLater, 205, 200, 179), suppress.Soft, bounce.DeferredSystem, daysAgo(179).Add(180 * day), false},
		{"full, too young", soft(overQuota, 13, 8, 2), suppress.Clear, 0, time.Time{}, false},
		{"full", soft(overQuota, 14, 8, 2), suppress.Soft, bounce.MailboxFull, daysAgo(2).Add(180 * day), false},
		{"undetermined", soft(says, 14, 8, 2), suppress.Soft, bounce.Undetermined, daysAgo(2).Add(180 * day), false},

		{"blocks, never", soft(listed, 20, 15, 10, 5, 1), suppress.Clear, 0, time.Time{}, false},
		{"restricted, from elsewhere", from("other.com"), suppress.Clear, 0, time.Time{}, false},
		{"restricted, from nobody knows where", from(""), suppress.Clear, 0, time.Time{}, false},
		{"restricted, from there", from("news.acme.com"), suppress.Hard, bounce.Restricted, time.Time{}, false},
		{"no such domain, then", soft(noDomain, 20, 15, 10), suppress.Clear, 0, time.Time{}, false},
		{"null MX, then", soft("556 5.1.10 null MX", 20, 15, 10), suppress.Clear, 0, time.Time{}, false},
		{"out of office", []bounce.Event{happened(jane, bounce.WasAnswered, bounce.AutoReply, 1)}, suppress.Clear, 0, time.Time{}, false},
		{"sent", []bounce.Event{happened(jane, bounce.WasSent, bounce.Undetermined, 1)}, suppress.Clear, 0, time.Time{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBook(t, suppress.Options{Policy: suppress.Policy{From: "news.acme.com"}})
			b.record(tt.events...)
			h := b.past(jane)
			require.Equal(t, tt.standing.String(), h.Standing.String())
			require.Equal(t, tt.reason.String(), h.Reason.String())
			require.Equal(t, tt.delivered, h.Delivered())
			if !tt.until.IsZero() {
				require.WithinDuration(t, tt.until, h.Until(), day)
			} else {
				require.Zero(t, h.Until())
			}
			require.Equal(t, suppress.History{}, b.past("another@acme.com"))
		})
	}
}

// Other rules judge the same events otherwise.
func TestNewRulesJudgeOldEvents(t *testing.T) {
	b := newBook(t, suppress.Options{})
	b.record(refused("jane@acme.com", tryLater, 20), refused("jane@acme.com", tryLater, 10))
	require.Equal(t, suppress.Clear, b.past("jane@acme.com").Standing)
	strict, err := suppress.New(t.Context(), b.store, suppress.Options{Policy: suppress.Policy{SoftEvents: 2}, Now: func() time.Time { return today }})
	require.NoError(t, err)
	a, _ := address.Parse("jane@acme.com")
	h, err := strict.Of(a)
	require.NoError(t, err)
	require.Equal(t, suppress.Soft, h.Standing)
}

// One mailbox, written in several ways; and what looks like it and is another.
func TestMailboxes(t *testing.T) {
	for _, tt := range []struct {
		name, bounced, asked string
		same                 bool
	}{
		{"case", "Jane.Doe@ACME.com", "jane.doe@acme.com", true},
		{"quotes that need not be", `"jane"@acme.com`, "jane@acme.com", true},
		{"Gmail's dots and tags", "jane.doe+news@googlemail.com", "janedoe@gmail.com", true},
		{"a company's tag", "jane+news@acme.com", "jane@acme.com", false},
		{"a company's dots", "jane.doe@acme.com", "janedoe@acme.com", false},
		{"Yahoo's disposable forms", "jane-shop@yahoo.com", "jane-news@yahoo.com", false},
		{"the same one", "jane-shop@yahoo.com", "Jane-Shop@yahoo.com", true},
		{"another domain", "jane@acme.com", "jane@acme.org", false},
		{"a domain in letters", "jane@bücher-demo.de", "jane@xn--bcher-demo-9db.de", true},
		{"a literal", "jane@[192.0.2.1]", "JANE@[192.0.2.1]", true},
	} {
		for _, key := range [][]byte{nil, []byte("a key that is long enough")} {
			t.Run(fmt.Sprint(tt.name, len(key)), func(t *testing.T) {
				b := newBook(t, suppress.Options{Key: key})
				b.record(refused(tt.bounced, unknownUser, 1))
				require.Equal(t, tt.same, b.past(tt.asked).Standing == suppress.Hard)
			})
		}
	}
}

func TestTheSameBounceCountsOnce(t *testing.T) {
	b := newBook(t, suppress.Options{})
	withID := refused("jane@acme.com", unknownUser, 3)
	withID.MessageID, withID.Source = "1@news.acme.com", "bounces.mbox: mail 3"
	fromLog := withID
	fromLog.Source, fromLog.At, fromLog.Text = "mail.log: line 9", daysAgo(2.9), "550 5.1.1 <jane@acme.com>: no such user here"
	timed := refused("jane@acme.com", unknownUser, 5)
	again := timed
	again.Source = "another"
	later := refused("jane@acme.com", unknownUser, 4)
	timeless, timelessAgain := refused("jane@acme.com", unknownUser, 0), refused("jane@acme.com", unknownUser, 0)
	timeless.At, timelessAgain.At = time.Time{}, time.Time{}
	another := refused("ann@acme.com", unknownUser, 3)
	another.MessageID = withID.MessageID

	require.Equal(t, suppress.Recorded{New: 1}, b.record(withID))
	require.Equal(t, suppress.Recorded{Known: 1}, b.record(fromLog))
	require.Equal(t, suppress.Recorded{New: 2, Known: 1}, b.record(timed, again, later))
	require.Equal(t, suppress.Recorded{New: 1}, b.record(timeless))
	b.now = b.now.Add(time.Hour)
	require.Equal(t, suppress.Recorded{Known: 1}, b.record(timelessAgain))
	require.Equal(t, suppress.Recorded{New: 1}, b.record(another))
	require.Equal(t, suppress.Recorded{New: 2, NoAddress: 2}, b.record(refused("nobody", unknownUser, 1), refused("somebody", unknownUser, 1)))
}

// An index knows the recipients that events name.
func TestTold(t *testing.T) {
	for _, key := range [][]byte{nil, []byte("a key that is long enough")} {
		b := newBook(t, suppress.Options{Key: key})
		b.record(refused("Jane@acme.com", unknownUser, 2))
		x, err := b.Load(t.Context())
		require.NoError(t, err)
		for e, err := range b.Events(t.Context(), time.Time{}, time.Time{}) {
			require.NoError(t, err)
			require.Equal(t, suppress.Hard, x.Told(e.Recipient).Standing)
		}
		require.Zero(t, x.Told("ann@acme.com"))
		require.Zero(t, x.Told(""))
	}
}

// What was recorded comes out as it was.
func TestEvents(t *testing.T) {
	e := bounce.Event{
		Recipient: "Jane@acme.com", Happened: bounce.WasFailed,
		Result: bounce.Result{
			Reply:  bounce.Reply{Stage: bounce.StageRcpt, Code: 550, Enhanced: "5.1.1", Text: "550-5.1.1 No\n550 such user", Host: "mx.acme.com"},
			Reason: bounce.RecipientUnknown, Class: bounce.Hard, Target: bounce.Recipient, Action: bounce.Remove, Rule: "x", RetryIn: time.Minute,
		},
		At: daysAgo(3), Source: "a.eml", SourceLabel: "Permanent/General", MessageID: "1@x", Campaign: "autumn", From: "news.acme.com",
	}
	timeless := bounce.Event{Recipient: "", Happened: bounce.WasSent}
	for _, key := range [][]byte{nil, []byte("a key that is long enough")} {
		b := newBook(t, suppress.Options{Key: key})
		b.record(refused("ann@acme.com", unknownUser, 2), e, timeless)
		var all []bounce.Event
		for got, err := range b.Events(t.Context(), time.Time{}, time.Time{}) {
			require.NoError(t, err)
			got.At = got.At.UTC()
			if got.At.Equal(time.Unix(0, 0)) {
				got.At = time.Time{}
			}
			all = append(all, got)
		}
		require.Len(t, all, 3)
		slices.SortFunc(all, func(a, b bounce.Event) int { return len(b.Campaign) - len(a.Campaign) })
		slices.SortFunc(all[1:], func(a, b bounce.Event) int { return int(a.Happened) - int(b.Happened) })
		want := e
		if key != nil {
			want.Recipient, want.MessageID = all[0].Recipient, all[0].MessageID
			require.Regexp(t, "^[0-9a-f]{32}@acme.com$", want.Recipient, "mails to several are told apart")
			require.NotEmpty(t, want.MessageID)
			require.NotContains(t, want.MessageID, "@")
		}
		require.Equal(t, want, all[0])
		require.Equal(t, timeless, all[2])

		all = nil
		for got, err := range b.Events(t.Context(), daysAgo(2.5), daysAgo(1)) {
			require.NoError(t, err)
			all = append(all, got)
		}
		require.Len(t, all, 1)
		for range b.Events(t.Context(), time.Time{}, time.Time{}) {
			break // it can be left
		}
	}
}

// A day on which a host refuses far more than it does removes nobody at once.
func TestBadDays(t *testing.T) {
	const usual, bad = 20.0, 5.0
	gmail := func(i int, ago float64, reply string) bounce.Event {
		return refused(fmt.Sprintf("person.no%d.%v@gmail.com", i, ago), reply, ago)
	}
	many := func(n int, make func(i int) bounce.Event) (all []bounce.Event) {
		for i := range n {
			all = append(all, make(i))
		}
		return all
	}
	took := func(n int, ago float64) []bounce.Event {
		return many(n, func(i int) bounce.Event { return delivered(fmt.Sprintf("reader%d.%v@gmail.com", i, ago), ago) })
	}
	no := func(n int, ago float64, reply string) []bounce.Event {
		return many(n, func(i int) bounce.Event { return gmail(i, ago, reply) })
	}
	jane := refused("janedoe@gmail.com", unknownUser, bad)
	for _, tt := range []struct {
		name   string
		events [][]bounce.Event
		waits  bool
	}{
		{"as usual", [][]bounce.Event{took(980, usual), no(20, usual, unknownUser), took(98, bad), no(1, bad, unknownUser)}, false},
		{"five times as many as usual", [][]bounce.Event{took(980, usual), no(20, usual, unknownUser), took(90, bad), no(8, bad, unknownUser)}, false},
		{"above five times", [][]bounce.Event{took(980, usual), no(20, usual, unknownUser), took(85, bad), no(14, bad, unknownUser)}, true},
		{"too few to tell", [][]bounce.Event{took(980, usual), no(20, usual, unknownUser), took(1, bad), no(47, bad, unknownUser)}, false},
		{"just enough to tell", [][]bounce.Event{took(980, usual), no(20, usual, unknownUser), took(1, bad), no(48, bad, unknownUser)}, true},
		{"mostly blocks", [][]bounce.Event{no(60, bad, listed), no(10, bad, unknownUser)}, true},
		{"some blocks", [][]bounce.Event{no(30, bad, listed), took(60, bad)}, false},
		{"nothing is known of other days", [][]bounce.Event{took(50, bad), no(500, bad, unknownUser)}, false},
		{"only bounces are known, as many as ever", [][]bounce.Event{no(60, usual, unknownUser), no(70, bad, unknownUser)}, false},
		{"only bounces are known, far more than ever", [][]bounce.Event{no(10, usual, unknownUser), no(12, 19, unknownUser), no(70, bad, unknownUser)}, true},
		{"another host's day", [][]bounce.Event{took(980, usual), no(20, usual, unknownUser), many(300, func(i int) bounce.Event {
			return refused(fmt.Sprintf("p%d@web.de", i), unknownUser, bad)
		})}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBook(t, suppress.Options{})
			b.record(jane)
			for _, events := range tt.events {
				b.record(events...)
			}
			h := b.past("janedoe@gmail.com")
			require.Equal(t, tt.waits, h.Waits())
			if !tt.waits {
				require.Equal(t, suppress.Hard, h.Standing)
				return
			}
			require.Equal(t, suppress.Soft, h.Standing)
			require.WithinDuration(t, daysAgo(bad).Add(7*day), h.Until(), day)

			b.now = daysAgo(bad).Add(8 * day)
			require.Equal(t, suppress.Clear, b.past("janedoe@gmail.com").Standing, "let go, to be tried once more")
			second := jane
			second.At = b.now
			b.record(second)
			require.Equal(t, suppress.Hard, b.past("janedoe@gmail.com").Standing, "refused a second time")
		})
	}
}

// The day is taken back, and given again.
func TestRevert(t *testing.T) {
	b := newBook(t, suppress.Options{})
	hosted := refused("ben@acme.com", unknownUser, 5)
	hosted.Host = "mx2.bigfilter.net"
	b.record(refused("janedoe@gmail.com", unknownUser, 5), refused("annedoe@gmail.com", unknownUser, 9), hosted,
		happened("carldoe@gmail.com", bounce.WasComplained, bounce.Complaint, 5), refused("dan@web.de", unknownUser, 5))
	standing := func(text string) suppress.Standing { return b.past(text).Standing }

	_, err := b.Revert(t.Context(), "gmail", daysAgo(5), daysAgo(5), "me")
	require.Error(t, err)
	_, err = b.Revert(t.Context(), "gmial", daysAgo(6), daysAgo(4), "jo@desk")
	require.ErrorIs(t, err, suppress.ErrNoHost)
	require.ErrorContains(t, err, "most events are of gmail, bigfilter.net, web.de")
	done, err := b.Revert(t.Context(), "Gmail", daysAgo(6), daysAgo(4), "jo@desk")
	require.NoError(t, err)
	require.Equal(t, suppress.Reverted{ID: 1, Events: 1}, done)
	done, err = b.Revert(t.Context(), "gmail", daysAgo(6), daysAgo(4), "jo@desk")
	require.NoError(t, err)
	require.Equal(t, suppress.Reverted{ID: 1, Events: 1, Before: 1, Same: true}, done)
	require.Equal(t, suppress.Clear, standing("janedoe@gmail.com"))
	require.Equal(t, suppress.Hard, standing("annedoe@gmail.com"), "of another day")
	require.Equal(t, suppress.Complained, standing("carldoe@gmail.com"))
	require.Equal(t, suppress.Hard, standing("dan@web.de"))

	for _, host := range []string{"bigfilter.net", "mx2.bigfilter.net", "acme.com"} {
		done, err := b.Revert(t.Context(), host, daysAgo(6), daysAgo(4), "jo@desk")
		require.NoError(t, err)
		require.Equal(t, 1, done.Events)
		require.Zero(t, done.Before)
		require.Equal(t, suppress.Clear, standing("ben@acme.com"))
		require.NoError(t, b.Undo(t.Context(), done.ID, "jo@desk"))
		require.Equal(t, suppress.Hard, standing("ben@acme.com"))
	}
	require.ErrorIs(t, b.Undo(t.Context(), 2, "jo@desk"), suppress.ErrNoRevert)
	reverts, err := b.Reverts(t.Context())
	require.NoError(t, err)
	require.Len(t, reverts, 1)
	require.NoError(t, b.Undo(t.Context(), 1, "jo@desk"))
	require.Equal(t, suppress.Hard, standing("janedoe@gmail.com"))

	changes, err := b.Changes(t.Context())
	require.NoError(t, err)
	require.Len(t, changes, 8)
	what := map[string]int{} // all of one moment: in no order
	for _, c := range changes {
		require.Equal(t, "jo@desk", c.Who)
		what[c.What]++
	}
	require.Equal(t, map[string]int{"revert": 4, "undo-revert": 4}, what)
}

// What is new is told from what was so already.
func TestOrdered(t *testing.T) {
	b := newBook(t, suppress.Options{})
	b.record(refused("gus@acme.com", unknownUser, 5))
	_, err := b.Suppress(t.Context(), suppress.Order{Address: "ann@acme.com", Standing: suppress.Complained, Note: "by phone", Who: "jo@desk"})
	require.NoError(t, err)
	n, err := b.Suppress(t.Context(),
		suppress.Order{Address: "Ann@acme.com", Standing: suppress.Complained, Note: "by letter", Who: "jo@desk"},
		suppress.Order{Address: "gus@acme.com", Standing: suppress.Hard, Who: "jo@desk"},
		suppress.Order{Address: "dora@acme.com", Standing: suppress.Hard, Who: "jo@desk", Since: daysAgo(40)},
		suppress.Order{Address: "Dora@acme.com", Standing: suppress.Hard, Who: "jo@desk"})
	require.NoError(t, err)
	require.Equal(t, suppress.Ordered{New: 1, Changed: 2, Known: 1}, n, "another note; refused before; twice")
	require.Equal(t, daysAgo(40).Truncate(day), b.past("dora@acme.com").Since())
}

// The order of sources does not decide the campaign.
func TestTakeOver(t *testing.T) {
	log := refused("jane@acme.com", unknownUser, 5)
	log.MessageID = "<m@shop.example>"
	mail := log
	mail.Campaign, mail.From, mail.At = "spring", "shop.example", log.At.Add(time.Minute)
	for _, test := range []struct {
		name    string
		batches [][]bounce.Event
		key     []byte
	}{
		{name: "the log first", batches: [][]bounce.Event{{log}, {mail}}},
		{name: "the mail first", batches: [][]bounce.Event{{mail}, {log}}},
		{name: "at once", batches: [][]bounce.Event{{log, mail}}},
		{name: "hashed", batches: [][]bounce.Event{{log}, {mail}}, key: []byte(strings.Repeat("k", 32))},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBook(t, suppress.Options{Key: test.key})
			var sum suppress.Recorded
			for _, events := range test.batches {
				sum.Add(b.record(events...))
			}
			require.Equal(t, suppress.Recorded{New: 1, Known: 1}, sum)
			for e, err := range b.Events(t.Context(), time.Time{}, time.Time{}) {
				require.NoError(t, err)
				require.Equal(t, "spring", e.Campaign)
				require.Equal(t, "shop.example", e.From)
				require.Equal(t, log.Text == "", e.Text == "")
			}
			other := mail
			other.Campaign = "summer"
			require.Equal(t, 1, b.record(other).Known)
			for e, err := range b.Events(t.Context(), time.Time{}, time.Time{}) {
				require.NoError(t, err)
				require.Equal(t, "spring", e.Campaign, "it has one")
			}
			require.Equal(t, suppress.Hard, b.past("jane@acme.com").Standing)
		})
	}
}

// What somebody says stands beside the events, with who and when.
func TestByHand(t *testing.T) {
	b := newBook(t, suppress.Options{})
	b.record(refused("jane@acme.com", unknownUser, 5))
	n, err := b.Suppress(t.Context(),
		suppress.Order{Address: "ann@acme.com", Standing: suppress.Complained, Note: "by phone", Who: "jo@desk"},
		suppress.Order{Address: "ben@acme.com", Standing: suppress.Hard, Until: today.Add(10 * day), Who: "jo@desk"})
	require.NoError(t, err)
	require.Equal(t, suppress.Ordered{New: 2}, n)
	require.Equal(t, suppress.Complained, b.past("ann@acme.com").Standing)
	require.True(t, b.past("ann@acme.com").ByHand())
	require.Equal(t, suppress.Hard, b.past("ben@acme.com").Standing)
	n, err = b.Suppress(t.Context(), suppress.Order{Address: "Ann@acme.com", Standing: suppress.Complained, Note: "by phone", Who: "jo@desk"})
	require.NoError(t, err)
	require.Equal(t, suppress.Ordered{Known: 1}, n, "said before")
	_, err = b.Suppress(t.Context(), suppress.Order{Address: "carl@acme.com", Standing: suppress.Hard}, suppress.Order{Address: "nobody", Standing: suppress.Hard})
	require.ErrorIs(t, err, suppress.ErrNoAddress)
	require.Equal(t, suppress.Clear, b.past("carl@acme.com").Standing, "all or nothing")

	was, err := b.Release(t.Context(), "jane@acme.com", "jo@desk", "she wrote to us")
	require.NoError(t, err)
	require.Equal(t, suppress.Hard, was)
	require.Equal(t, suppress.Clear, b.past("jane@acme.com").Standing)
	was, err = b.Release(t.Context(), "nobody@acme.com", "jo@desk", "")
	require.NoError(t, err)
	require.Equal(t, suppress.Clear, was)

	b.now = today.Add(11 * day)
	require.Equal(t, suppress.Clear, b.past("ben@acme.com").Standing, "its time is over")
	later := refused("jane@acme.com", unknownUser, -10)
	b.record(later)
	require.Equal(t, suppress.Hard, b.past("jane@acme.com").Standing, "refused again since")

	account, err := b.Why(t.Context(), "JANE@acme.com")
	require.NoError(t, err)
	require.Len(t, account.Events, 2)
	require.Len(t, account.Changes, 1)
	require.Equal(t, suppress.Change{At: account.Changes[0].At, Who: "jo@desk", What: "remove", Address: "jane@acme.com", Detail: "was hard: she wrote to us"}, account.Changes[0])

	var entries []string
	require.NoError(t, b.Entries(t.Context(), func(e suppress.Entry) error {
		entries = append(entries, fmt.Sprint(e.Address, " ", e.Standing, " ", e.Who, " ", e.Note, " ", e.Events))
		return nil
	}))
	require.ElementsMatch(t, []string{"jane@acme.com hard   2", "ann@acme.com complaint jo@desk by phone 0"}, entries)
}

// In a store of hashes nobody's address is to be found, whatever the replies say.
func TestHashes(t *testing.T) {
	key := []byte("a key that is long enough")
	b := newBook(t, suppress.Options{Key: key})
	e := refused("jane.smith@acme.com", "550 5.1.1 <jane.smith@acme.com>: Jane.Smith is unknown; SRS0=x=acme.com=jane.smith@relay.net", 3)
	e.MessageID, e.Source, e.Campaign = "jane.smith=acme.com@news.x", "for jane.smith@acme.com.eml", "jane.smith"
	b.record(e)
	_, err := b.Suppress(t.Context(), suppress.Order{Address: "ann.miller@acme.com", Standing: suppress.Hard, Note: "ann.miller@acme.com said so", Who: "jo@desk"})
	require.NoError(t, err)
	_, err = b.Release(t.Context(), "jane.smith@acme.com", "jo@desk", "jane.smith@acme.com wrote")
	require.NoError(t, err)
	require.NoError(t, b.store.Scrub(t.Context()))
	files, err := filepath.Glob(b.path + "*")
	require.NoError(t, err)
	for _, f := range files {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		for _, name := range []string{"jane.smith", "ann.miller"} {
			require.NotContains(t, strings.ToLower(string(data)), name, f)
		}
	}

	for _, tt := range []struct {
		name string
		key  []byte
		want error
	}{
		{"the key", key, nil},
		{"none", nil, suppress.ErrHashed},
		{"another", []byte("a key that is another one"), suppress.ErrKey},
		{"a weak one", []byte("short"), suppress.ErrWeak},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := suppress.New(t.Context(), b.store, suppress.Options{Key: tt.key})
			require.ErrorIs(t, err, tt.want)
		})
	}
	clear := newBook(t, suppress.Options{})
	clear.record(e)
	_, err = suppress.New(t.Context(), clear.store, suppress.Options{Key: key})
	require.ErrorIs(t, err, suppress.ErrClear)
}

func TestForget(t *testing.T) {
	b := newBook(t, suppress.Options{})
	b.record(refused("jane@acme.com", unknownUser, 3), refused("ann@acme.com", unknownUser, 3))
	_, err := b.Suppress(t.Context(), suppress.Order{Address: "jane@acme.com", Standing: suppress.Complained, Who: "jo@desk"})
	require.NoError(t, err)
	f, err := b.Forget(t.Context(), "Jane@acme.com", "jo@desk", false)
	require.NoError(t, err)
	require.Equal(t, suppress.Forgotten{Events: 1, Entry: true, Changes: 1}, f)
	require.Equal(t, suppress.History{}, b.past("jane@acme.com"))
	require.Equal(t, suppress.Hard, b.past("ann@acme.com").Standing)
	files, err := filepath.Glob(b.path + "*")
	require.NoError(t, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NotContains(t, strings.ToLower(string(data)), "jane", file)
	}
	f, err = b.Forget(t.Context(), "jane@acme.com", "jo@desk", false)
	require.NoError(t, err)
	require.Zero(t, f)
	_, err = b.Forget(t.Context(), "jane@acme.com", "jo@desk", true)
	require.ErrorIs(t, err, suppress.ErrStays)

	hashed := newBook(t, suppress.Options{Key: []byte("a key that is long enough")})
	hashed.record(refused("jane@acme.com", unknownUser, 3))
	f, err = hashed.Forget(t.Context(), "jane@acme.com", "jo@desk", true)
	require.NoError(t, err)
	require.Equal(t, suppress.Forgotten{Events: 1, Stays: true}, f)
	require.Equal(t, suppress.Hard, hashed.past("jane@acme.com").Standing)
}

func TestPurge(t *testing.T) {
	b := newBook(t, suppress.Options{})
	b.now = daysAgo(800)
	_, err := b.Suppress(t.Context(), suppress.Order{Address: "hand@acme.com", Standing: suppress.Hard, Who: "jo@desk"})
	require.NoError(t, err)
	b.now = today
	b.record(refused("old@acme.com", unknownUser, 800), refused("new@acme.com", unknownUser, 3), happened("angry@acme.com", bounce.WasComplained, bounce.Complaint, 800))
	p, err := b.Purge(t.Context(), daysAgo(730), false, "jo@desk")
	require.NoError(t, err)
	require.Equal(t, suppress.Purged{Events: 1}, p)
	require.Equal(t, suppress.Clear, b.past("old@acme.com").Standing)
	for text, want := range map[string]suppress.Standing{"new@acme.com": suppress.Hard, "angry@acme.com": suppress.Complained, "hand@acme.com": suppress.Hard} {
		require.Equal(t, want, b.past(text).Standing, text)
	}
	p, err = b.Purge(t.Context(), daysAgo(730), true, "jo@desk")
	require.NoError(t, err)
	require.Equal(t, suppress.Purged{Events: 1, Entries: 1}, p)
	require.Equal(t, suppress.Clear, b.past("angry@acme.com").Standing)
	require.Equal(t, suppress.Clear, b.past("hand@acme.com").Standing)
}

func TestImport(t *testing.T) {
	b := newBook(t, suppress.Options{})
	at, _, err := b.LastImport(t.Context())
	require.NoError(t, err)
	require.Zero(t, at)
	const events = suppress.Batch + 5
	run := func(ctx context.Context, stopAt int) (suppress.Recorded, error) {
		i := b.Import()
		for n := range events {
			if n == stopAt {
				return suppress.Recorded{}, context.Canceled
			}
			if err := i.Add(ctx, refused(fmt.Sprintf("p%d@acme.com", n), unknownUser, 1)); err != nil {
				return suppress.Recorded{}, err
			}
		}
		return i.End(ctx)
	}
	_, err = run(t.Context(), suppress.Batch+2) // it ends as by kill -9: one batch stays
	require.Error(t, err)
	done, err := run(t.Context(), -1)
	require.NoError(t, err)
	require.Equal(t, suppress.Recorded{New: 5, Known: suppress.Batch}, done)
	x, err := b.Load(t.Context())
	require.NoError(t, err)
	require.Equal(t, events, x.Len())
	require.True(t, today.Equal(x.Imported()))
	at, brought, err := b.LastImport(t.Context())
	require.NoError(t, err)
	require.True(t, today.Equal(at))
	require.Equal(t, done, brought)
}

// Events of the future happened when they were recorded.
func TestAClockThatIsWrong(t *testing.T) {
	b := newBook(t, suppress.Options{})
	b.record(refused("jane@acme.com", inactive, -9000))
	require.WithinDuration(t, today.Add(90*day), b.past("jane@acme.com").Until(), day)
}
