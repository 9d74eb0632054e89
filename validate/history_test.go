package validate_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/mx"
	"winnow/provider"
	"winnow/store"
	"winnow/suppress"
	"winnow/validate"
	"winnow/verdict"
)

// What happened beats what is thought beforehand, and is beaten by what DNS says now.
func TestHistory(t *testing.T) {
	s, err := store.Open(filepath.Join(t.TempDir(), "store.db"))
	require.NoError(t, err)
	defer s.Close()
	l, err := suppress.New(t.Context(), s, suppress.Options{})
	require.NoError(t, err)
	event := func(to string, h bounce.Happening, reply string, ago int) bounce.Event {
		return bounce.Event{Recipient: to, Happened: h, Result: bounce.Classify(bounce.Reply{Text: reply}), At: time.Now().AddDate(0, 0, -ago)}
	}
	const unknown, full = "550 5.1.1 User unknown", "452 4.2.2 Mailbox full"
	var events []bounce.Event
	for to, h := range map[string]bounce.Happening{
		"hard@acme-corp.com": bounce.WasFailed, "angry@acme-corp.com": bounce.WasComplained,
		"reader@acme-corp.com": bounce.WasDelivered, "noreply@acme-corp.com": bounce.WasDelivered, "jane@mailinator.com": bounce.WasDelivered,
		"jane@gmial.com": bounce.WasDelivered, "reader@gone-corp.com": bounce.WasDelivered,
	} {
		events = append(events, event(to, h, unknown, 3))
	}
	for _, ago := range []int{25, 20, 15} {
		events = append(events, event("full@acme-corp.com", bounce.WasFailed, full, ago))
	}
	_, err = l.Record(t.Context(), events)
	require.NoError(t, err)
	index, err := l.Load(t.Context())
	require.NoError(t, err)

	allow := &validate.Own{}
	require.NoError(t, allow.Read(strings.NewReader("hard@acme-corp.com\nangry@acme-corp.com\n")))
	hosts := mx.Answer{Outcome: mx.Hosts, Confirmed: true}
	for _, tt := range []struct {
		name, address string
		allow         *validate.Own
		mx            mx.Answer
		status        verdict.Grade
		reason        string
		action        verdict.Action
		bounce        verdict.Bounce
	}{
		{"nothing is known", "ann@acme-corp.com", nil, hosts, verdict.Valid, "", verdict.Send, verdict.BounceUnknown},
		{"hard", "Hard@acme-corp.com", nil, hosts, verdict.Invalid, "history.hard", verdict.Remove, verdict.BounceHard},
		{"hard, though allowed", "hard@acme-corp.com", allow, hosts, verdict.Invalid, "history.hard", verdict.Remove, verdict.BounceHard},
		{"hard, and DNS is silent", "hard@acme-corp.com", nil, mx.Answer{Outcome: mx.Timeout}, verdict.Invalid, "history.hard", verdict.Remove, verdict.BounceHard},
		{"complaint", "angry@acme-corp.com", nil, hosts, verdict.Invalid, "history.complaint", verdict.Remove, verdict.BounceUnknown},
		{"complaint, though allowed", "angry@acme-corp.com", allow, hosts, verdict.Invalid, "history.complaint", verdict.Remove, verdict.BounceUnknown},
		{"soft", "full@acme-corp.com", nil, hosts, verdict.Risky, "history.soft", verdict.Review, verdict.BounceSoft},
		{"delivered", "reader@acme-corp.com", nil, hosts, verdict.Valid, "history.recent-delivery", verdict.Send, verdict.BounceNone},
		{"delivered to a role", "noreply@acme-corp.com", nil, hosts, verdict.Risky, "role.system", verdict.Review, verdict.BounceNone},
		{"delivered to a disposable", "jane@mailinator.com", nil, hosts, verdict.Valid, "history.recent-delivery", verdict.Send, verdict.BounceNone},
		{"delivered to what looks like a typo", "jane@gmial.com", nil, hosts, verdict.Valid, "history.recent-delivery", verdict.Send, verdict.BounceNone},
		{"delivered, and gone since", "reader@gone-corp.com", nil, mx.Answer{Outcome: mx.Missing, Confirmed: true}, verdict.Invalid, "domain.missing", verdict.Remove, verdict.BounceHard},
		{"no address", "hard@acme-corp", nil, hosts, verdict.Invalid, "syntax.domain-no-dot", verdict.Remove, verdict.BounceHard},
	} {
		for name, h := range map[string]validate.History{"the ledger": l, "the index": index} {
			t.Run(tt.name+", "+name, func(t *testing.T) {
				v := validate.New(validate.Options{History: h, Allow: tt.allow})
				m := validate.Parse(tt.address)
				var d *validate.Domain
				if m.Fault == nil {
					d = v.Domain(m.Addr.Domain)
					v.SetMX(d, tt.mx)
				}
				require.NoError(t, v.Recall(d, &m))
				vd := v.Judge(d, &m)
				require.Equal(t, tt.status, vd.Grade)
				require.Equal(t, tt.reason, validate.Info(vd.Reason).Code)
				require.Equal(t, tt.action, vd.Action)
				require.Equal(t, tt.bounce, validate.Bounce(vd))
			})
		}
	}
}

// A history that can not be read is an error, never a verdict.
func TestHistoryFails(t *testing.T) {
	v := validate.New(validate.Options{Offline: true, History: broken{}})
	_, err := v.Check(t.Context(), "jane@acme-corp.com")
	require.ErrorIs(t, err, errBroken)
	_, err = v.Check(t.Context(), "jane@[192.0.2.1]")
	require.ErrorIs(t, err, errBroken)
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Past(*provider.Customs, string) (suppress.History, error) {
	return suppress.History{}, errBroken
}

// held is a history in which one local part complained.
type held struct{ local string }

func (h held) Past(_ *provider.Customs, local string) (suppress.History, error) {
	if local != h.local {
		return suppress.History{}, nil
	}
	return suppress.History{Standing: suppress.Complained, Reason: bounce.Complaint}, nil
}

// Who corrects a row is told that it leads to somebody who is suppressed.
func TestHistoryOfTheSuggestion(t *testing.T) {
	const says = "the address that is suggested is suppressed: history.complaint, "
	v := validate.New(validate.Options{Offline: true, History: held{"jane"}})
	for _, tt := range []struct {
		name, address, suggestion string
		told                      bool
	}{
		{"in angle brackets", "<jane@acme-corp.com>", "jane@acme-corp.com", true},
		{"a typo of the domain", "jane@gmial.com", "jane@gmail.com", true},
		{"a stray mark", "'jane@acme-corp.com", "jane@acme-corp.com", true},
		{"nothing is known of it", "<ann@acme-corp.com>", "ann@acme-corp.com", false},
		{"nothing is suggested", "ann@acme-corp.com", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := v.Check(t.Context(), tt.address)
			require.NoError(t, err)
			require.Equal(t, tt.suggestion, r.Suggestion)
			told := 0
			for _, f := range r.Findings {
				if strings.Contains(f.Detail, says) {
					told++
				}
			}
			require.Equal(t, tt.told, told == 1, "%+v", r.Findings)
		})
	}
	_, err := validate.New(validate.Options{Offline: true, History: broken{}}).Check(t.Context(), "<jane@acme-corp.com>")
	require.ErrorIs(t, err, errBroken)
}
