package read

import (
	"bufio"
	"bytes"
	"strings"
	"time"

	"winnow/bounce"
)

// maxLine is how much of a log's line is read. Mail servers cut theirs far earlier.
const maxLine = 64 << 10

// eachLine reads lines, and names them.
func eachLine(r *bufio.Reader, each func(n int, line string) error) error {
	var buf []byte
	for n := 1; ; n++ {
		var err error
		if buf, err = readLine(r, buf[:0], maxLine); err != nil {
			return ignoreEOF(err)
		}
		if err := each(n, string(buf)); err != nil {
			return err
		}
	}
}

// anyLine reports whether a line of a head is such a one. The last may be cut off.
func anyLine(head []byte, such func(line string) bool) bool {
	for line := range bytes.Lines(head) {
		if such(string(bytes.TrimRight(line, "\r\n"))) {
			return true
		}
	}
	return false
}

// sent is what a log said of a mail in earlier lines.
type sent struct {
	messageID, from string
	waiting         map[string]report // by recipient: whose last try was put off
}

// name is what tells the mail from others. Where the line that has its Message-ID is in
// another file, of another day, that is the server's own id, lest every day that it
// waits counts as another mail.
func (s *sent) name(id string) string {
	if s.messageID == "" {
		return "queue:" + id
	}
	return s.messageID
}

// mails remembers mails by the server's own id for them. It holds at most two
// generations of maxMails mails and waiting recipients: what was not heard of for so
// long is forgotten. It costs an event its message id, and Postfix's word that a mail
// expired its recipients; each of their tries was told before.
type mails struct {
	young, old map[string]*sent
	weight     int // of the young
}

const (
	maxMails = 1 << 15
	maxReply = 512 // octets of a reply that are remembered
)

func (m *mails) of(id string) *sent {
	if s := m.young[id]; s != nil {
		return s
	}
	s := m.old[id]
	if s == nil {
		s = &sent{}
	}
	if m.weight >= maxMails || m.young == nil {
		m.young, m.old, m.weight = make(map[string]*sent), m.young, 0
	}
	m.young[id] = s
	m.weight += 1 + len(s.waiting)
	delete(m.old, id)
	return s
}

// waits remembers what became of a recipient until it is decided.
func (m *mails) waits(id string, r report) {
	if len(r.reply.Text) > maxReply {
		r.reply.Text = r.reply.Text[:maxReply]
	}
	// Clones, for else each would hold a whole line.
	r.reply.Text, r.reply.Enhanced, r.reply.Host = strings.Clone(r.reply.Text), strings.Clone(r.reply.Enhanced), strings.Clone(r.reply.Host)
	r.recipient = strings.Clone(r.recipient)
	s := m.of(id)
	if s.waiting == nil {
		s.waiting = make(map[string]report)
	}
	if _, known := s.waiting[r.recipient]; !known {
		m.weight++
	}
	s.waiting[r.recipient] = r
}

func (m *mails) forget(id string) {
	delete(m.young, id)
	delete(m.old, id)
}

// stamp reads the time at the beginning of a line, as syslog writes it: "Nov  4
// 10:00:01", which names neither year nor zone, or RFC 3339.
//
// A line without a zone is taken for one of this machine's; without a year, for one of
// the latest year in which it does not lie in the future. That is right for logs that
// are less than a year old.
func stamp(line string, now time.Time) (at time.Time, rest string, ok bool) {
	if len(line) > 4 && line[0] == '<' { // the priority of RFC 3164 section 4.1.1
		if n := strings.IndexByte(line[:5], '>'); n > 0 {
			line = line[n+1:]
		}
	}
	if len(line) > 20 && line[4] == '-' && line[10] == 'T' {
		word, rest, _ := strings.Cut(line, " ")
		for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999"} {
			if at, err := time.ParseInLocation(layout, word, time.Local); err == nil {
				return at.UTC(), rest, true
			}
		}
		return time.Time{}, "", false
	}
	const form = "Jan _2 15:04:05"
	if len(line) <= len(form) || line[len(form)] != ' ' {
		return time.Time{}, "", false
	}
	at, err := time.Parse(form, line[:len(form)])
	if err != nil {
		return time.Time{}, "", false
	}
	return latestYear(at, now), line[len(form)+1:], true
}

// latestYear puts a time without a year into the latest one in which it does not lie
// in the future. A clock that is a day ahead is forgiven.
func latestYear(at, now time.Time) time.Time {
	for year := now.In(time.Local).Year() + 1; ; year-- {
		t := time.Date(year, at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.Local)
		if t.Day() == at.Day() && !t.After(now.Add(24*time.Hour)) { // 29 February is not in each
			return t.UTC()
		}
	}
}

// local is what to make of a report in which no other server speaks: where its words
// do not say better, our own one refused the mail, and a fault of ours (a limit, a
// missing transport) must not count against everybody on the list.
func local(r report) report {
	r.label, r.prior = "local", bounce.Policy
	return r
}

// expired is what to make of a recipient that was put off until the time was up: the
// last reply says why.
func expired(r report, at time.Time) report {
	r.happened, r.at, r.prior, r.soft, r.label = bounce.WasFailed, at, bounce.Expired, true, "expired"
	return r
}
