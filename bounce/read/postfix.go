package read

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"winnow/bounce"
)

// postfix is the log of Postfix, as syslog, journald or Postfix itself writes it,
// whatever the instances are called: "postfix/smtp", "postfix-out/smtp".
//
// A line says what became of one recipient; the message's id and sender stand in
// earlier ones (cleanup, qmgr) under the same queue id. The recipient is the one that
// the server was asked for (to), not the alias before it (orig_to), which may hold
// others that live. When a mail is given up, qmgr says so of the message alone: it is
// told of all recipients that were still put off.
//
// https://www.postfix.org/smtp.8.html, https://www.postfix.org/DSN_README.html
var postfix = format{
	name:  "postfix",
	about: "the log of Postfix",
	looks: func(head []byte) bool {
		return anyLine(head, func(line string) bool {
			if program := programOf(line); strings.HasPrefix(program, "postfix") && strings.Contains(program, "/") {
				_, _, ok := stamp(line, time.Unix(0, 0))
				return ok
			}
			_, ok := postfixLineOf(line, time.Unix(0, 0))
			return ok
		})
	},
	read: readPostfix,
}

// postfixDaemons are the programs whose lines are of use. Instances and services are
// named in front of it: "postfix/submission/cleanup".
var postfixDaemons = map[string]bool{
	"smtp": true, "lmtp": true, "local": true, "virtual": true, "pipe": true, "error": true, "retry": true, "relay": true,
	"discard": true, "cleanup": true, "qmgr": true, "nqmgr": true, "oqmgr": true,
}

// postfixLine is a line about a mail.
type postfixLine struct {
	at     time.Time
	daemon string
	id     string // of the queue
	text   string
}

// programOf is the program that wrote a line of syslog: "Nov  4 10:00:01 host
// postfix/smtp[123]: …".
func programOf(line string) string {
	before, _, found := strings.Cut(line, "]: ")
	if !found {
		return ""
	}
	program, _, _ := strings.Cut(before[strings.LastIndexByte(before, ' ')+1:], "[")
	return program
}

func postfixLineOf(line string, now time.Time) (l postfixLine, ok bool) {
	program := programOf(line)
	slash := strings.LastIndexByte(program, '/')
	if slash < 0 || !postfixDaemons[program[slash+1:]] {
		return l, false // as most lines are
	}
	l.daemon = program[slash+1:]
	_, text, _ := strings.Cut(line, "]: ")
	if l.id, l.text, ok = strings.Cut(text, ": "); !ok || !isQueueID(l.id) {
		return l, false
	}
	l.at, _, ok = stamp(line, now)
	return l, ok
}

// isQueueID: hexadecimal, or of letters and digits (enable_long_queue_ids).
func isQueueID(s string) bool {
	for i := range len(s) {
		if c := s[i]; !('0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z') {
			return false
		}
	}
	return len(s) >= 5 && len(s) <= 32
}

func readPostfix(in *input) error {
	now := time.Now()
	var known mails
	return eachLine(in.Reader, func(n int, line string) error {
		l, ok := postfixLineOf(line, now)
		if !ok {
			return nil
		}
		place := fmt.Sprintf("line %d", n)
		switch {
		case strings.HasPrefix(l.text, "to=<"):
			r, news, err := l.delivery()
			if err != nil {
				in.damaged(place, err)
			}
			if err != nil || !news {
				return nil
			}
			mail := known.of(l.id)
			r.messageID, r.from = mail.name(l.id), mail.from
			if r.happened == bounce.WasDelayed {
				known.waits(l.id, r)
			} else {
				delete(mail.waiting, r.recipient)
			}
			return in.tell(place, r)
		case strings.HasPrefix(l.text, "message-id="):
			known.of(l.id).messageID = strings.Clone(strings.TrimPrefix(l.text, "message-id="))
		case strings.HasPrefix(l.text, "from=<"):
			mail := known.of(l.id)
			from, rest, _ := strings.Cut(l.text[len("from="):], ">, ")
			mail.from = strings.Clone(from + ">")
			if strings.HasPrefix(rest, "status=expired") || strings.HasPrefix(rest, "status=force-expired") {
				for _, recipient := range slices.Sorted(maps.Keys(mail.waiting)) {
					if err := in.tell(place, expired(mail.waiting[recipient], l.at)); err != nil {
						return err
					}
				}
				mail.waiting = nil
			}
		case l.text == "removed":
			known.forget(l.id)
		}
		return nil
	})
}

var errNoStatus = errors.New("it names no status")

// delivery reads what became of a recipient. news is false where a later line says it.
func (l *postfixLine) delivery() (r report, news bool, err error) {
	to, rest, ok := strings.Cut(l.text[len("to="):], ">, ")
	before, status, found := strings.Cut(rest, ", status=")
	if !ok || !found {
		return r, false, errNoStatus
	}
	word, text, _ := strings.Cut(status, " ")
	r = report{recipient: to + ">", at: l.at}
	r.reply = bounce.Reply{Text: unwrap(text), Enhanced: fieldOf(before, "dsn="), Host: relayHost(before)}
	if strings.HasSuffix(r.reply.Enhanced, ".0.0") {
		r.reply.Enhanced = "" // made up by Postfix where the server said none
	}
	if !strings.Contains(text, " said: ") && word != "sent" {
		r = local(r)
	}
	switch word {
	case "bounced":
		r.happened = bounce.WasFailed
	case "deferred", "SOFTBOUNCE": // soft_bounce=yes: whatever was answered
		r.happened = bounce.WasDelayed
	case "expired":
		r = expired(r, l.at)
	case "sent":
		r.happened = bounce.WasDelivered
		// Handed on within the machine (a filter, an alias): what became of it stands in
		// lines of its own. Thrown away by rule: nobody took it.
		handedOn := strings.HasPrefix(text, "(forwarded as ") || strings.HasPrefix(r.reply.Host, "127.") || r.reply.Host == "localhost"
		if l.daemon == "discard" || handedOn {
			return r, false, nil
		}
	case "deliverable", "undeliverable": // a question of Postfix's own, no mail
		return r, false, nil
	default:
		return r, false, fmt.Errorf("there is no status %q", cut(word, 32))
	}
	return r, true, nil
}

// fieldOf returns the value of "name=value," in s.
func fieldOf(s, name string) string {
	_, value, ok := strings.Cut(s, name)
	if !ok {
		return ""
	}
	value, _, _ = strings.Cut(value, ",")
	return value
}

// relayHost is the name in "relay=mx.example.com[192.0.2.1]:25".
func relayHost(s string) string {
	host := fieldOf(s, "relay=")
	host, _, remote := strings.Cut(host, "[")
	if !remote {
		return ""
	}
	return host
}

// unwrap takes the brackets off a text.
func unwrap(s string) string {
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		return s[1 : len(s)-1]
	}
	return strings.TrimPrefix(s, "(")
}

func cut(s string, limit int) string {
	if len(s) > limit {
		return s[:limit] + "…"
	}
	return s
}
