package message

import "strings"

// writer is who wrote a mail, by what its header says. Only what a machine wrote can
// be believed to be a bounce: people write of bounces too, under the same subjects
// and with the same words in them.
type writer uint8

const (
	unsure  writer = iota // nothing tells: it may be a bounce, and removes nobody
	person                // a letter, a newsletter, a mailing list: no bounce
	machine               // what returns mail
)

// writer reads who wrote the mail. speaks says that the subject is a bounce's.
func (m *mail) writer(speaks bool) writer {
	from := strings.ToLower(unword(m.header.first("from")))
	daemon := hasAny(from, daemons[:]) || strings.TrimSpace(from) == "<>"
	role := daemon && !hasAny(from, surely[:]) && strings.TrimSpace(from) != "<>"
	subject := strings.ToLower(unword(m.header.first("subject")))
	reply := isReplySubject(subject)
	auto := strings.ToLower(strings.TrimSpace(m.header.first("auto-submitted")))
	automatic := auto != "" && !strings.HasPrefix(auto, "no")
	switch {
	case len(failedRecipients(m.header)) > 0, daemon && m.nullPath(), m.isReport() && (daemon || m.nullPath() || !m.isList()):
		return machine
	case daemon && !role:
		return machine
	case reply, m.isList(): // also of a postmaster, which at many places is a person
		return person
	case role && (automatic || m.returns() || hasAny(strings.ToLower(m.report), forms[:]) || isReplies(strings.ToLower(m.report))):
		return machine
	case m.nullPath() && hasPrefix(subject, answers[:]): // out of office
		return person
	case m.nullPath() && (speaks && m.returns() || !strings.HasPrefix(auto, "auto-replied")), automatic && m.returns():
		return machine // an answer in somebody's name may have any subject
	case !daemon && m.threaded() && !hasAny(from, robots[:]):
		return person
	}
	return unsure
}

// nullPath reports whether the mail came from the null path, as bounces do (RFC 5321
// section 4.5.5), or from a daemon's.
func (m *mail) nullPath() bool {
	for _, path := range m.header.all("return-path") {
		path = strings.ToLower(path)
		return strings.Trim(path, "<> \t") == "" || strings.Contains(path, "mailer-daemon")
	}
	return false
}

// isReport reports whether the mail calls itself a delivery status notification (RFC
// 3464), if only by a type that is mistyped.
func (m *mail) isReport() bool {
	return strings.Contains(strings.ToLower(m.header.first("content-type")), "delivery-status")
}

// returns reports whether the mail gives back another.
func (m *mail) returns() bool {
	for i := range m.leaves {
		if isOriginal(m.leaves[i].kind) {
			return true
		}
	}
	return m.below != ""
}

// isList reports whether the mail went to many: a newsletter or a mailing list (RFC
// 2369, RFC 2919).
func (m *mail) isList() bool {
	for _, name := range [...]string{"list-unsubscribe", "list-id", "list-post", "list-help"} {
		if m.header.first(name) != "" {
			return true
		}
	}
	return strings.EqualFold(m.header.first("precedence"), "list")
}

// threaded reports whether the mail answers another (RFC 5322 section 3.6.4). Some
// bounces do so too.
func (m *mail) threaded() bool {
	return m.header.first("in-reply-to") != "" || m.header.first("references") != ""
}

// isReplySubject reports whether a subject, in lower case, begins as those of replies
// and of what is handed on: "Re:", "[EXT] AW:", "Fw(2):", "回复：".
func isReplySubject(subject string) bool {
	for range 5 {
		subject = strings.TrimLeft(subject, " \t*")
		if rest, ok := untagged(subject); ok {
			subject = rest
			continue
		}
		at := strings.IndexAny(subject, ":：")
		if at < 0 || at > 40 {
			return false
		}
		word := strings.TrimRight(subject[:at], " \t0123456789[]()^")
		for _, known := range replies {
			if word == known {
				return true
			}
		}
		if !hasPrefix(word, tags[:]) {
			return false
		}
		subject = strings.TrimPrefix(strings.TrimPrefix(subject[at:], ":"), "：")
	}
	return false
}

// untagged takes the mark in brackets off that gateways and lists put before a
// subject.
func untagged(subject string) (rest string, ok bool) {
	for _, pair := range [...][2]string{{"[", "]"}, {"(", ")"}, {"{", "}"}, {"【", "】"}, {"<", ">"}} {
		if inside, ok := strings.CutPrefix(subject, pair[0]); ok {
			if _, rest, ok := strings.Cut(inside, pair[1]); ok {
				return rest, true
			}
		}
	}
	return subject, false
}

// hasPrefix reports whether s begins with one of words, and no letter behind it.
func hasPrefix(s string, words []string) bool {
	for _, w := range words {
		if rest, ok := strings.CutPrefix(s, w); ok && (rest == "" || strings.IndexByte(" :;,-([{\xef", rest[0]) >= 0) {
			return true
		}
	}
	return false
}
