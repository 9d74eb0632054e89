package read_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"hash/fnv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/bounce/read"
)

func corpora(t testing.TB) string {
	dir := os.Getenv("WINNOW_CORPORA")
	if dir == "" {
		dir = "../../../shared/corpora"
	}
	if _, err := os.Stat(filepath.Join(dir, "bounces", "eml")); err != nil {
		t.Skip("there are no corpora (WINNOW_CORPORA)")
	}
	return filepath.Join(dir, "bounces")
}

// ours are the reasons that are right where others say so in their words. Where they
// name what a server calls the fault and we whom it is about, there is more than one.
// The words are those of libsisimai.org/en/reason, which says of them among others:
// notaccept is a server that is overloaded or down (5.3.2), or takes no mail at all
// (556), or finds that the sender's domain does not (null MX); suspend is an account
// that is locked for good or for now.
var ours = map[string]string{
	"userunknown": "recipient_unknown recipient_syntax", "mailboxfull": "mailbox_full", "expired": "expired network deferred_system greylisted", "hostunknown": "domain_invalid",
	"rejected": "sender_rejected restricted policy domain_reputation auth_failure", "blocked": "ip_reputation policy rdns_helo sender_rejected sender_rate", "authfailure": "auth_failure",
	"networkerror": "network expired deferred_system domain_invalid", "suspend": "mailbox_disabled deferred_system", "requireptr": "rdns_helo", "policyviolation": "policy content sender_rejected restricted", "spamdetected": "spam_content ip_reputation domain_reputation",
	"systemerror": "deferred_system undetermined", "notaccept": "null_mx domain_invalid deferred_system sender_rejected", "securityerror": "policy tls_required auth_required auth_failure restricted sender_rejected", "mailererror": "deferred_system undetermined",
	"toomanyconn": "sender_rate deferred_system", "onhold": "undetermined deferred_system", "notcompliantrfc": "content protocol auth_failure", "norelaying": "relay_denied", "hasmoved": "moved recipient_unknown", "vacation": "auto_reply",
	"mesgtoobig": "too_large", "exceedlimit": "too_large", "delivered": "delivered", "badreputation": "ip_reputation domain_reputation sender_rate", "virusdetected": "virus", "syntaxerror": "protocol",
	"contenterror": "content", "speeding": "sender_rate recipient_rate", "systemfull": "deferred_system mailbox_full", "failedstarttls": "tls_required", "undefined": "undetermined",
}

var (
	isStatus    = regexp.MustCompile(`(?im)^content-type:\s*message/(global-)?delivery-status`)
	addressLike = regexp.MustCompile(`[^\s<>"'(),;:=\[\]|]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}`)
	entry       = regexp.MustCompile(`(?im)^.{0,60}?(` + addressLike.String() + `)`)
	inJSON      = regexp.MustCompile(`"(?:emailAddress|recipients?|destination)":\s*\[?"([^"]+@[^"]+)"`)
	whom        = regexp.MustCompile(`(?im)^\s*(final-recipient|original-recipient|x-failed-recipients|to|original-rcpt-to|removal-recipient|rcpt to|cc|envelope-to)\s*:.*(\r?\n[ \t]+\S.*)*`)
)

// TestCorpora prints how many of other people's bounces are read right: one event a
// recipient, addressed to somebody that the mail names as such and that is not who
// got the bounce, for the reason that the label has.
func TestCorpora(t *testing.T) {
	dir := corpora(t)
	table, err := os.ReadFile(filepath.Join(dir, "labels.tsv"))
	require.NoError(t, err)
	labels := map[string][][]string{}
	for line := range strings.Lines(string(table)) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		labels[f[0]] = append(labels[f[0]], f)
	}
	type score struct{ all, recipient, reason, both, kept, keptHard, dead, deadMissed int }
	scores := map[string]*score{}
	files, err := os.ReadDir(filepath.Join(dir, "eml"))
	require.NoError(t, err)
	for _, file := range files {
		rows := labels[file.Name()]
		if len(rows) == 0 {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, "eml", file.Name()))
		require.NoError(t, err)
		h := fnv.New32a()
		h.Write([]byte(file.Name()))
		kind, half := "no standard", "first half"
		if isStatus.Match(raw) {
			kind = "DSN"
		}
		if h.Sum32()%2 == 1 {
			half = "second half"
		}
		s := scores[kind+", "+half]
		if s == nil {
			s = &score{}
			scores[kind+", "+half] = s
		}
		var events []bounce.Event
		var problem error
		_, err = read.Files(context.Background(), []string{filepath.Join(dir, "eml", file.Name())}, read.Options{},
			func(e bounce.Event) error { events = append(events, e); return nil },
			func(_ string, err error) { problem = err })
		require.NoError(t, err)
		var named []string
		for _, field := range whom.FindAllString(string(raw), -1) {
			named = append(named, addressLike.FindAllString(field, -1)...)
		}
		to := ""
		if m := regexp.MustCompile(`(?im)^to:[^@\n]*<?([^\s<]+@[^\s>]+)`).FindSubmatch(raw); m != nil {
			to = string(m[1])
		}
		for _, line := range entry.FindAllStringSubmatch(string(raw), -1) {
			named = append(named, line[1])
		}
		for _, line := range inJSON.FindAllStringSubmatch(string(raw), -1) {
			named = append(named, line[1])
		}
		for i, row := range rows {
			if row[4] == "filtered" {
				continue
			}
			s.all++
			recipient, reason := false, false
			var got bounce.Event
			for j, e := range events {
				if j == i || len(rows) == 1 {
					got = e
					if local, _, _ := strings.Cut(e.Recipient, "@"); strings.Contains(string(raw), "?B?"+base64.StdEncoding.EncodeToString([]byte(local))) {
						named = append(named, e.Recipient)
					}
					recipient = len(events) == len(rows) && (slices.ContainsFunc(named, func(a string) bool { return strings.EqualFold(a, e.Recipient) }) && !strings.EqualFold(e.Recipient, to) || row[4] == "vacation")
				}
				want := ours[row[4]]
				if row[4] == "feedback" {
					if want = "complaint"; row[6] == "auth-failure" || row[6] == "dmarc" {
						want = "auth_failure"
					}
					recipient = true
				}
				reason = reason || slices.Contains(strings.Fields(want), e.Reason.String()) || want == ""
			}
			hard := got.Class == bounce.Hard
			switch {
			case row[5] == "true":
				s.dead++
				if !hard {
					s.deadMissed++
				}
			case row[4] != "suspend" && row[4] != "undefined":
				s.kept++
				if hard {
					s.keptHard++
				}
			}
			if recipient {
				s.recipient++
			}
			if reason {
				s.reason++
			}
			if recipient && reason {
				s.both++
			}
			if show := os.Getenv("WINNOW_SHOW"); show == "hard" && hard && row[5] == "false" || show != "" && !(recipient && reason) && strings.Contains(kind+", "+half, show) {
				t.Logf("%s %d of %d (recipient %t, reason %t): wanted %s, %s %s; got %d: %s %s %s by %q: %.200q %v", file.Name(), i+1, len(rows), recipient, reason, row[4], row[2], row[3], len(events), got.Recipient, got.Happened, got.Reason, got.Rule, got.Text, problem)
			}
		}
	}
	for _, name := range []string{"DSN, first half", "DSN, second half", "no standard, first half", "no standard, second half"} {
		s := scores[name]
		t.Logf("%-25s %3d labels: recipient right %5.1f %%, reason %5.1f %%, both %5.1f %%; %d of %d to keep called hard, %d of %d dead missed", name, s.all, percent(s.recipient, s.all), percent(s.reason, s.all), percent(s.both, s.all), s.keptHard, s.kept, s.deadMissed, s.dead)
		require.GreaterOrEqual(t, percent(s.recipient, s.all), 94.0, name)
		require.GreaterOrEqual(t, percent(s.reason, s.all), 80.0, name)
		require.LessOrEqual(t, percent(s.keptHard, s.kept), 2.0, name)
	}
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(max(1, of)) }

// BenchmarkCorpora reads all of other people's bounces: mails a second on one core,
// and milliseconds a megabyte.
func BenchmarkCorpora(b *testing.B) {
	dir := filepath.Join(corpora(b), "eml")
	files, err := os.ReadDir(dir)
	require.NoError(b, err)
	var box bytes.Buffer
	for _, file := range files {
		raw, err := os.ReadFile(filepath.Join(dir, file.Name()))
		require.NoError(b, err)
		if !bytes.HasPrefix(raw, []byte("From ")) {
			box.WriteString("From MAILER-DAEMON Tue Mar  3 09:01:00 2026\n")
		}
		box.Write(raw)
		box.WriteString("\n\n")
	}
	mails := 0
	for b.Loop() {
		tally, err := read.Files(b.Context(), []string{"-"}, read.Options{Stdin: bytes.NewReader(box.Bytes())}, func(bounce.Event) error { return nil }, func(string, error) {})
		require.NoError(b, err)
		mails += tally.Mails
	}
	b.ReportMetric(float64(mails)/b.Elapsed().Seconds(), "mails/s")
	b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(b.N)/(float64(box.Len())/(1<<20)), "ms/MB")
}
