package smtptest

import (
	"bufio"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Dialogue is what a server answers: a table of replies. The zero Dialogue
// greets, takes any MAIL and refuses every recipient. It is not changed by its
// servers, so that several may share one.
type Dialogue struct {
	replies []rule // the first that fits is given
	delays  []rule
	drips   []rule
	closes  []rule // once it was answered
	breaks  []rule // instead of an answer
}

// rule is a line of a Dialogue.
type rule struct {
	verb    string // "greeting", or a command in lower case
	pattern string // of the address of MAIL or RCPT, at most one * in it; "" is any
	first   int    // how often it applies on one server; 0 is always
	after   int    // how many commands of the verb must have come before in the session
	reply   string // as it goes over the wire
	delay   time.Duration
}

// The verbs that a line may speak of. DATA is not among them: nobody's test
// shall depend on a mail being taken.
var verbs = []string{"greeting", "ehlo", "helo", "mail", "rcpt", "rset", "noop", "vrfy", "quit", "starttls"}

// byDefault is the reply where no rule of a Dialogue fits.
func byDefault(verb string) string {
	switch verb {
	case "greeting":
		return "220 smtptest ESMTP\r\n"
	case "ehlo":
		return "250-smtptest\r\n250-PIPELINING\r\n250 ENHANCEDSTATUSCODES\r\n"
	case "helo":
		return "250 smtptest\r\n"
	case "mail":
		return "250 2.1.0 ok\r\n"
	case "rcpt":
		return "550 5.1.1 no such user\r\n"
	case "rset":
		return "250 2.0.0 ok\r\n"
	case "noop":
		return "250 2.0.0 ok\r\n"
	case "vrfy":
		return "252 2.5.0 try it\r\n"
	case "quit":
		return "221 2.0.0 bye\r\n"
	case "data":
		return "554 5.5.1 no mail is taken here\r\n"
	}
	return "500 5.5.1 command not known\r\n"
}

// ParseDialogue reads a Dialogue, one rule a line. Blank lines and those that
// begin with # are skipped. Of several replies to a command the first that fits
// is given:
//
//	greeting 220 mx.test ESMTP
//	ehlo 250-mx.test\n250 PIPELINING        (\n parts the lines of a reply)
//	mail *@blocked.test 550 5.7.1 not you   (the address is optional, and may hold one *)
//	rcpt known@acme.com 250 2.1.5 ok
//	first 1 rcpt *@grey.com 451 4.7.1 come back later    (how often, on this server)
//	after 10 rcpt * 421 4.7.0 too many recipients        (from the 11th RCPT of a session on)
//	rcpt * 550 5.1.1 no such user
//	delay rcpt slow@x.com 2s                (before the reply)
//	close after rcpt 3                      (once the third of a session was answered)
//	close before rcpt 3                     (instead of an answer)
//	drip greeting 1s                        (each byte takes so long)
//	raw rcpt odd@x.com "250 ok\n"           (sent as it stands, in Go's spelling, be it a reply or not)
//
// A reply 421 closes the session, as in SMTP. What no rule answers has a usual
// reply; RCPT has 550 5.1.1. An error names the line.
func ParseDialogue(text string) (Dialogue, error) {
	var d Dialogue
	lines := bufio.NewScanner(strings.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		if err := d.add(line); err != nil {
			return Dialogue{}, fmt.Errorf("dialogue: line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return Dialogue{}, fmt.Errorf("dialogue: %w", err)
	}
	return d, nil
}

// add reads one line.
func (d *Dialogue) add(line string) (err error) {
	word, rest := next(line)
	var r rule
	switch word {
	case "close":
		word, rest = next(rest)
		if word != "after" && word != "before" {
			return errors.New(`want "close after COMMAND COUNT" or "close before …"`)
		}
		r.verb, rest = next(rest)
		if r.after, err = strconv.Atoi(rest); err != nil || r.after < 1 {
			return fmt.Errorf("%q is no count", rest)
		}
		if word == "before" {
			d.breaks = append(d.breaks, r)
		} else {
			d.closes = append(d.closes, r)
		}
		return r.check()
	case "delay", "drip":
		r.verb, rest = next(rest)
		if i := strings.LastIndexAny(rest, " \t"); i >= 0 {
			r.pattern, rest = strings.TrimSpace(rest[:i]), rest[i+1:]
		}
		if r.delay, err = time.ParseDuration(rest); err != nil || r.delay < 0 {
			return fmt.Errorf("%q is no duration", rest)
		}
		if word == "drip" {
			d.drips = append(d.drips, r)
		} else {
			d.delays = append(d.delays, r)
		}
		return r.check()
	case "first", "after":
		count, tail := next(rest)
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is no count", count)
		}
		if word == "first" {
			r.first = n
		} else {
			r.after = n
		}
		word, rest = next(tail)
	}
	raw := word == "raw"
	if raw {
		word, rest = next(rest)
	}
	r.verb = word
	if raw {
		quote := strings.IndexByte(rest, '"')
		if quote < 0 {
			return errors.New("raw wants a text in quotes")
		}
		r.pattern = strings.TrimSpace(rest[:quote])
		if r.reply, err = strconv.Unquote(rest[quote:]); err != nil || r.reply == "" {
			return errors.New("raw wants a text in quotes")
		}
		d.replies = append(d.replies, r)
		return r.check()
	}
	if code, _ := next(rest); !isCode(code) {
		r.pattern, rest = next(rest)
	}
	if r.reply, err = wire(rest); err != nil {
		return err
	}
	d.replies = append(d.replies, r)
	return r.check()
}

// next cuts the first word off s.
func next(s string) (word, rest string) {
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimSpace(s[i:])
}

func (r rule) check() error {
	switch {
	case !slices.Contains(verbs, r.verb):
		return fmt.Errorf("%q is none of %s", r.verb, strings.Join(verbs, ", "))
	case r.pattern != "" && r.verb != "mail" && r.verb != "rcpt":
		return fmt.Errorf("%s has no address", r.verb)
	case strings.Count(r.pattern, "*") > 1:
		return fmt.Errorf("%q has more than one *", r.pattern)
	}
	return nil
}

// isCode tells whether s begins like a reply (RFC 5321 section 4.2).
func isCode(s string) bool {
	return len(s) >= 3 && '2' <= s[0] && s[0] <= '5' && '0' <= s[1] && s[1] <= '5' && '0' <= s[2] && s[2] <= '9' &&
		(len(s) == 3 || s[3] == '-')
}

// wire returns a reply as it is sent, and looks whether it is one.
func wire(text string) (string, error) {
	lines := strings.Split(text, `\n`)
	for i, l := range lines {
		last := i == len(lines)-1
		switch {
		case !isCode(l[:min(3, len(l))]):
			return "", fmt.Errorf("%q does not begin with a reply code", l)
		case l[:3] != lines[0][:3]:
			return "", fmt.Errorf("%q has another code than the line before", l)
		case last && len(l) > 3 && l[3] != ' ', !last && (len(l) < 4 || l[3] != '-'):
			return "", fmt.Errorf("%q: all lines but the last have a hyphen behind the code", l)
		}
	}
	return strings.Join(lines, "\r\n") + "\r\n", nil
}

// fits tells whether the rule is for the n-th command of its verb in a session,
// with that address.
func (r rule) fits(verb, address string, n int) bool {
	if r.verb != verb || n <= r.after {
		return false
	}
	before, after, wild := strings.Cut(strings.ToLower(r.pattern), "*")
	address = strings.ToLower(address)
	if !wild {
		return before == "" || before == address
	}
	rest, ok := strings.CutPrefix(address, before)
	return ok && strings.HasSuffix(rest, after)
}
