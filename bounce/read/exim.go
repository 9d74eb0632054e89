package read

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"winnow/bounce"
)

// exim is the main log of Exim. A line has a flag that says what became of one
// recipient; the message's id and sender stand in the line of its arrival. The
// recipient is the one that was delivered to, not the address before it in angle
// brackets, of which it may be one of many.
//
// https://www.exim.org/exim-html-current/doc/html/spec_html/ch-log_files.html
var exim = format{
	name:  "exim",
	about: "the main log of Exim",
	looks: func(head []byte) bool {
		return anyLine(head, func(line string) bool {
			if l, ok := eximLineOf(line); ok {
				return l.flag != "" || l.text == "Completed"
			}
			return len(line) > 20 && line[4] == '-' && line[10] == ' ' && (strings.Contains(line, "Start queue run: pid=") || strings.Contains(line, " daemon started: pid="))
		})
	},
	read: readExim,
}

// eximLine is a line about a mail.
type eximLine struct {
	at   time.Time
	id   string
	flag string // "" where it has none
	text string // what stands behind
}

// eximLineOf reads "2026-11-04 10:00:01 1tABCD-000000001Ab-2cde ** jane@…", which syslog
// may have put its own stamp before.
func eximLineOf(line string) (l eximLine, ok bool) {
	if before, text, found := strings.Cut(line, "]: "); found && strings.Contains(before, " exim") {
		line = text
	}
	const form = "2006-01-02 15:04:05"
	if len(line) <= len(form) || line[4] != '-' || line[10] != ' ' {
		return l, false
	}
	clock, rest, _ := strings.Cut(line[11:], " ")
	zone := ""
	if word, behind, _ := strings.Cut(rest, " "); len(word) == 5 && (word[0] == '+' || word[0] == '-') { // log_timezone
		zone, rest = word, behind
	}
	if strings.HasPrefix(rest, "[") { // the process, log_selector +pid
		_, rest, _ = strings.Cut(rest, " ")
	}
	l.id, rest, _ = strings.Cut(rest, " ")
	if !isEximID(l.id) {
		return l, false
	}
	var err error
	if zone != "" {
		l.at, err = time.Parse("2006-01-02 15:04:05.999 -0700", line[:11]+clock+" "+zone)
	} else {
		l.at, err = time.ParseInLocation("2006-01-02 15:04:05.999", line[:11]+clock, time.Local)
	}
	if err != nil {
		return l, false
	}
	l.at = l.at.UTC()
	l.text = rest
	if len(rest) > 3 && rest[2] == ' ' {
		switch rest[:2] {
		case "<=", "=>", "->", ">>", "*>", "**", "==", "(=":
			l.flag, l.text = rest[:2], rest[3:]
		}
	}
	return l, true
}

// isEximID: 6-6-2 letters and digits, since 4.97 6-11-4.
func isEximID(s string) bool {
	if len(s) != 16 && len(s) != 23 || s[6] != '-' {
		return false
	}
	second := len(s) - 3
	if len(s) == 23 {
		second = len(s) - 5
	}
	for i := range len(s) {
		if i == 6 || i == second {
			if s[i] != '-' {
				return false
			}
		} else if c := s[i]; !('0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z') {
			return false
		}
	}
	return true
}

func readExim(in *input) error {
	var known mails
	return eachLine(in.Reader, func(n int, line string) error {
		l, ok := eximLineOf(line)
		if !ok {
			return nil
		}
		switch l.flag {
		case "<=":
			mail := known.of(l.id)
			from, fields, _ := strings.Cut(l.text, " ")
			fields, _, _ = strings.Cut(fields, ` T="`) // the subject is anybody's
			_, id, _ := strings.Cut(" "+fields, " id=")
			id, _, _ = strings.Cut(id, " ")
			mail.from, mail.messageID = strings.Clone(from), strings.Clone(id)
		case "":
			if l.text == "Completed" {
				known.forget(l.id)
			}
		case "=>", "->", ">>", "**", "==":
			place := fmt.Sprintf("line %d", n)
			r, news, err := l.delivery()
			if err != nil {
				in.damaged(place, err)
			}
			if err != nil || !news {
				return nil
			}
			mail := known.of(l.id)
			r.messageID, r.from = mail.name(l.id), mail.from
			return in.tell(place, r)
		}
		return nil
	})
}

// delivery reads what became of a recipient. news is false where nothing did, or
// where nobody can tell whose mail it was.
func (l *eximLine) delivery() (r report, news bool, err error) {
	final, rest, _ := strings.Cut(l.text, " ")
	final = strings.TrimSuffix(final, ":") // "** jane@acme.com: Unrouteable address"
	original := ""
	if strings.HasPrefix(rest, "<") {
		original, rest, _ = strings.Cut(rest[1:], ">")
	}
	r = report{recipient: final, at: l.at}
	if !strings.Contains(final, "@") {
		if final == "" || strings.ContainsAny(final[:1], "|/:") {
			return r, false, nil // a pipe, a file, :blackhole:
		}
		r.recipient = original // a mailbox of this machine goes by its name
	}
	if l.flag == "=>" || l.flag == "->" || l.flag == ">>" {
		r.happened = bounce.WasDelivered
		_, confirmed, _ := strings.Cut(rest, ` C="`)
		r.reply.Text, _, _ = strings.Cut(confirmed, `"`)
		r.reply.Host = eximHost(rest)
		return r, true, nil
	}
	fields, text, found := strings.Cut(l.text[len(final):], ": ")
	if !found {
		return r, false, errors.New("it says no reason")
	}
	r.reply = bounce.Reply{Text: strings.ReplaceAll(text, `\n`, "\n"), Host: eximHost(fields)}
	if r.reply.Host == "" && !strings.Contains(text, "remote mail server") {
		r = local(r)
	}
	if l.flag == "**" {
		r.happened = bounce.WasFailed
		if strings.Contains(text, "retry timeout exceeded") {
			r = expired(r, l.at)
		}
		return r, true, nil
	}
	r.happened = bounce.WasDelayed
	// Errors -51 to -53: its time for another try has not come.
	for _, waiting := range [...]string{"defer (-51)", "defer (-52)", "defer (-53)"} {
		if strings.Contains(fields, waiting) {
			return r, false, nil
		}
	}
	return r, true, nil
}

// eximHost is the name in "H=mx.example.com [192.0.2.1]".
func eximHost(fields string) string {
	_, host, _ := strings.Cut(fields, " H=")
	host, _, _ = strings.Cut(host, " ")
	return strings.Trim(host, "()")
}
