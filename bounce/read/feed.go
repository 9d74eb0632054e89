package read

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"winnow/bounce"
)

// service is a company that sends mail for others, and tells what became of it: by
// webhooks, which somebody keeps in files, and in answers of its API, both JSON, or
// in exports as CSV. Each object and each row is the same to it.
type service struct {
	name    string
	about   string
	page    string   // the key under which an answer of its API has the array of events
	columns []string // of its exports: the fields' names in JSON, a nested one as "message.id"
	owns    func(object) bool
	reports func(object) ([]report, error) // none for what is no news of a mail; an error if it is damaged
	word    func(object) string            // what it calls such a record; "" if it has no word for it
}

// report is what a service or a log says of one mail to one recipient, before it is
// judged.
type report struct {
	recipient string
	happened  bounce.Happening
	reply     bounce.Reply  // as far as it is told; Enhanced only where somebody said it
	label     string        // the service's own word
	prior     bounce.Reason // what the label says, for where there is no reply
	soft      bool          // the label says that it was not refused for good
	at        time.Time
	messageID string
	campaign  string
	from      string // an address or a From header
}

// format is s as a form of file.
func (s service) format() format {
	return format{name: s.name, about: s.about, looks: s.looks, read: s.read, by: &s}
}

// read tells all events of a file of JSON values, however they are lined up, or of CSV.
// What several services post may stand in one file of JSON: each record is read as its
// owner's, unless the user says whose the file is. What is left out is counted.
func (s service) read(in *input) error {
	head, err := in.Peek(headSize)
	if len(head) == 0 {
		return ignoreEOF(err)
	}
	json := isJSON(head)
	records, fit := 0, 0
	left := Left{}
	each := func(place string, o object) error {
		records++
		by, own := &s, s.owns(o)
		if !own && json && in.owner != nil {
			if other := in.owner(o); other != nil && in.named {
				left.add("of " + other.name)
				return nil
			} else if other != nil {
				by, own = other, true
			}
		}
		reports, err := by.reports(o)
		if own || len(reports) > 0 || err != nil {
			fit++
		}
		switch {
		case err != nil:
			in.damaged(place, err)
		case len(reports) == 0:
			left.add(by.word(o))
		}
		for _, r := range reports {
			if err := in.tell(place, r); err != nil {
				return err
			}
		}
		return nil
	}
	if json {
		err = eachObject(in.Reader, s.page, each, in.damaged)
	} else {
		err = eachRow(in.Reader, s.columns, each, in.damaged)
	}
	if err == nil && fit == 0 && records > 0 && in.named {
		return fmt.Errorf("no record in it is one of %s: %s", s.name, left)
	}
	in.tally.leave(left)
	return err
}

// samples is how many objects are looked at to tell whose they are: the first may be
// a greeting of the webhook.
const samples = 16

var errEnough = errors.New("enough was seen")

// looks reports whether a file that begins so is one of s.
func (s service) looks(head []byte) bool {
	r := bufio.NewReaderSize(bytes.NewReader(head), len(head)+1)
	ignore := func(string, error) {}
	found, n := false, 0
	each := func(_ string, o object) error {
		if found, n = s.owns(o), n+1; found || n == samples {
			return errEnough
		}
		return nil
	}
	if isJSON(head) {
		_ = eachObject(r, s.page, each, ignore)
	} else if columns, _, ok := header(r, s.columns); ok {
		// The header is enough, and there may be nothing else.
		o := object{}
		for _, column := range columns {
			o[column] = "x"
		}
		found = s.owns(o)
	}
	return found
}

// tell judges a report and hands it on.
func (in *input) tell(place string, r report) error {
	recipient := addressIn(r.recipient)
	if recipient == "" {
		in.damaged(place, errors.New("it names no recipient"))
		return nil
	}
	return in.event(bounce.Event{
		Recipient: recipient, Happened: r.happened, Result: r.judge(in.rules), At: r.at, Source: place,
		SourceLabel: r.label, MessageID: strings.Trim(r.messageID, "<> "), Campaign: r.campaign, From: domainIn(r.from),
	})
}

// judge says what a report means. What the reply says goes before what the service
// makes of it.
func (r *report) judge(rules *bounce.Rules) bounce.Result {
	switch r.happened {
	case bounce.WasSent:
		return bounce.Result{}
	case bounce.WasComplained:
		return bounce.Conclude(bounce.Complaint, r.reply, "")
	case bounce.WasAnswered, bounce.WasChallenged:
		return bounce.Conclude(bounce.AutoReply, r.reply, "")
	case bounce.WasDelivered:
		if r.reply.Code/100 != 2 {
			r.reply.Code = 250 // RFC 5321 section 4.3.2: what a mail host says that takes a mail
		}
		return rules.Classify(r.reply)
	}
	reply := r.reply
	status, _, _ := strings.Cut(reply.Enhanced, " ")
	if code := replyCode(status); code != 0 {
		reply.Code, status = code, "" // some say 550 there
	}
	if status == "" {
		status = "5.0.0" // it failed for good, and that is all that is known (RFC 3463)
		if r.soft || r.happened == bounce.WasDelayed {
			status = "4.0.0"
		}
	}
	// The code that stands in the reply is the server's own; one beside it is often made up.
	if reply.Enhanced = ""; !mayHaveStatus(reply.Text) {
		reply.Enhanced = status
	}
	res := rules.Classify(reply)
	if res.Enhanced == "" {
		reply.Enhanced = status
		res = rules.Classify(reply)
	}
	res = res.Between(addressIn(r.recipient), addressIn(r.from))
	if r.labelDecides(&res) {
		codes := res.Overrode
		if res.Reason != bounce.Undetermined {
			codes = append([]string{res.Rule}, codes...)
		}
		res = bounce.Conclude(r.prior, res.Reply, "label "+r.label)
		res.Overrode = codes
	}
	notFinal := r.happened == bounce.WasDelayed || r.soft && res.CodeOnly() && res.Target == bounce.Recipient
	if notFinal && res.Class == bounce.Hard {
		// A server may be set to try on after a final answer (soft_bounce of Postfix), and a
		// service may know better than the code.
		soft := bounce.Conclude(res.Reason, bounce.Reply{}, res.Rule) // of a reply that is not final
		soft.Reply, soft.Overrode = res.Reply, res.Overrode
		res = soft
	}
	return res
}

// labelDecides reports whether the service's label goes before what was made of the
// reply. One that keeps the address, for it is about the sender or not for good, does
// so wherever no word of the reply decides: a code is given for many causes, and some
// services make it up. One about the recipient only does where there is no reply.
func (r *report) labelDecides(res *bounce.Result) bool {
	switch r.prior.Class() {
	case bounce.Block:
		return res.Reason == bounce.Undetermined || res.Class == bounce.Hard && res.CodeOnly()
	case bounce.Soft:
		if res.Class == bounce.Hard && res.CodeOnly() {
			return true
		}
	}
	return res.Reason == bounce.Undetermined && r.prior != bounce.Undetermined && strings.TrimSpace(r.reply.Text) == ""
}

// mayHaveStatus reports whether anything in a reply looks like an enhanced status code.
// It spares most replies without one a second look.
func mayHaveStatus(text string) bool {
	for i := 1; i+1 < len(text); i++ {
		if c := text[i-1]; text[i] == '.' && (c == '2' || c == '4' || c == '5') && '0' <= text[i+1] && text[i+1] <= '9' {
			return true
		}
	}
	return false
}

// addressIn is the address in a mailbox as headers write it, "Jane <jane@acme.com>",
// or "" where there is none.
func addressIn(s string) string {
	if open := strings.LastIndexByte(s, '<'); open >= 0 {
		s, _, _ = strings.Cut(s[open+1:], ">")
	}
	s = strings.TrimSpace(s)
	at := strings.LastIndexByte(s, '@')
	if at <= 0 || at == len(s)-1 || len(s) > maxAddress || strings.ContainsFunc(s, isControl) || s[0] != '"' && strings.ContainsAny(s, " ,;") {
		return ""
	}
	return s
}

// maxAddress is far more than the 320 octets of RFC 3696 section 3 and its errata.
const maxAddress = 1000

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// domainIn is the domain of a sender's address, lower case.
func domainIn(s string) string {
	s = addressIn(s)
	return strings.ToLower(s[strings.LastIndexByte(s, '@')+1:])
}

func isJSON(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	return len(head) > 0 && (head[0] == '{' || head[0] == '[')
}

// feeds are the forms of logs, webhooks and exports.
var feeds = []format{
	postfix, exim,
	ses.format(), sendgrid.format(), mailgun.format(), postmark.format(), sparkpost.format(), brevo.format(), mailjet.format(),
}
