package bounce

import (
	"fmt"
	"strconv"
	"strings"
)

// Code is a line of the sheet of reply codes: what is usually said of one, and what
// it proves where nothing else is known.
type Code struct {
	Number  int
	Meaning string
	Usual   string // the bounce type in the usual cheat sheet
	Cause   string
	Advice  string
	Alone   Reason // what winnow says of it
	Note    string // with which reserve
}

// codes are the reply codes that users ask about (RFC 5321 section 4.2.3, RFC 4954
// section 6, RFC 7504).
var codes = [...]Code{
	{421, "service unavailable", "soft", "server temporarily offline, or rate", "retry later", DeferredSystem, ""},
	{450, "mailbox unavailable", "soft", "busy mailbox, greylisting", "retry automatically", DeferredSystem, ""},
	{451, "local server error", "soft", "temporary processing issue", "retry later", DeferredSystem, ""},
	{452, "insufficient storage", "soft", "mailbox full", "retry later", DeferredSystem, "mailbox_full where the reply says so"},
	{500, "command not recognised", "hard", "invalid SMTP command", "review server configuration", Protocol, ""},
	{501, "syntax error in parameters", "hard", "invalid address format", "verify the syntax", Protocol, "never remove on it alone"},
	{502, "command not implemented", "hard", "unsupported command", "review sending configuration", Protocol, ""},
	{503, "bad sequence", "hard", "wrong SMTP sequence", "review mail server set-up", Protocol, ""},
	{504, "parameter not implemented", "hard", "unsupported parameter", "check compatibility", Protocol, ""},
	{521, "domain does not accept mail", "hard", "host rejects all mail", "remove address or domain", Undetermined, "blocklists say 521 too; at CONNECT it indicts nobody"},
	{530, "authentication required", "hard", "missing authentication", "configure authentication", AuthRequired, ""},
	{535, "authentication failed", "hard", "wrong credentials", "verify credentials", AuthRequired, ""},
	{541, "message rejected", "hard", "policy or spam", "review sender reputation", Policy, ""},
	{550, "mailbox unavailable", "hard", "no such mailbox, or blocked sender", "remove invalid, review reputation", Undetermined, "the words behind it decide"},
	{551, "user not local", "hard", "routing or forwarding", "verify the address", Undetermined, "the words behind it decide"},
	{552, "storage exceeded", "hard", "quota", "retry carefully", MailboxFull, "too_large where the reply says so"},
	{553, "invalid recipient address", "hard", "malformed address", "remove", Undetermined, "the words behind it decide"},
	{554, "transaction failed", "hard", "spam filter or policy", "review authentication, reputation", Undetermined, "the words behind it decide"},
}

// Codes returns the sheet of reply codes, by number.
func Codes() []Code { return append([]Code(nil), codes[:]...) }

// otherCodes are said by servers, and asked about by nobody.
var otherCodes = []struct {
	number int
	reason Reason
}{
	{432, AuthRequired}, {454, DeferredSystem}, {455, DeferredSystem}, {458, DeferredSystem}, {459, DeferredSystem},
	{523, TooLarge}, {525, MailboxDisabled}, {534, AuthRequired}, {538, AuthRequired},
	{540, MailboxDisabled}, {555, Protocol}, {556, NullMX},
}

func codeName(code int) string {
	if code == 0 {
		return ""
	}
	return "code " + strconv.Itoa(code)
}

// codeReason says what the reply code alone proves.
func codeReason(r *Reply) (Reason, bool) {
	switch {
	case r.Code == 0:
		return 0, false
	case r.Code < 300:
		return Delivered, true
	case r.Code < 400:
		return Undetermined, false
	case r.Code >= 500 && r.Stage != StageUnknown && r.Stage < StageRcpt:
		// Whoever refuses before a recipient was named refuses the sender.
		return Policy, true
	}
	for _, c := range codes {
		if c.Number == r.Code {
			return c.Alone, true
		}
	}
	for _, c := range otherCodes {
		if c.number == r.Code {
			return c.reason, true
		}
	}
	if r.Code < 500 {
		return DeferredSystem, true
	}
	return Undetermined, true
}

// Status is a line of the registry of enhanced status codes.
type Status struct {
	Code    string // without the class: "1.1"
	Meaning string
	Alone   Reason // what 5.x.y says where no word of the reply does
	Weak    bool   // 4.x.y says no more than "later", whatever 5.x.y says
}

// statuses is the registry of RFC 3463 and the RFCs that added to it, to X.7.30,
// with what is known to be meant by each. 5.1.0, 5.2.0, 5.5.0 and the like are what
// servers say that have no better one.
var statuses = [...]Status{
	{"0.0", "other undefined status", Undetermined, true},
	{"1.0", "other address status", Undetermined, true},
	{"1.1", "bad destination mailbox address", RecipientUnknown, false},
	{"1.2", "bad destination system address", DomainInvalid, false},
	{"1.3", "bad destination mailbox address syntax", RecipientSyntax, false},
	{"1.4", "destination mailbox address ambiguous", Undetermined, true},
	{"1.5", "destination address valid", Undetermined, true},
	{"1.6", "destination mailbox has moved, no forwarding address", Moved, false},
	{"1.7", "bad sender's mailbox address syntax", SenderRejected, false},
	{"1.8", "bad sender's system address", SenderRejected, false},
	{"1.9", "message relayed to a non-compliant mailer", Undetermined, true},
	{"1.10", "recipient address has a null MX", NullMX, false},
	{"2.0", "other or undefined mailbox status", Undetermined, true},
	{"2.1", "mailbox disabled, not accepting messages", MailboxDisabled, true},
	{"2.2", "mailbox full", MailboxFull, false},
	{"2.3", "message length exceeds administrative limit", TooLarge, false},
	{"2.4", "mailing list expansion problem", Undetermined, true},
	{"3.0", "other or undefined mail system status", Undetermined, true},
	{"3.1", "mail system full", DeferredSystem, true},
	{"3.2", "system not accepting network messages", DeferredSystem, true},
	{"3.3", "system not capable of selected features", Protocol, true},
	{"3.4", "message too big for system", TooLarge, false},
	{"3.5", "system incorrectly configured", DeferredSystem, true},
	{"3.6", "requested priority was changed", Undetermined, true},
	{"4.0", "other or undefined network or routing status", Network, false},
	{"4.1", "no answer from host", Network, false},
	{"4.2", "bad connection", Network, false},
	{"4.3", "directory server failure", DeferredSystem, false},
	{"4.4", "unable to route", DomainInvalid, true},
	{"4.5", "mail system congestion", DeferredSystem, false},
	{"4.6", "routing loop detected", DeferredSystem, false},
	{"4.7", "delivery time expired", Expired, false},
	{"5.0", "other or undefined protocol status", Undetermined, true},
	{"5.1", "invalid command", Protocol, false},
	{"5.2", "syntax error", Protocol, false},
	{"5.3", "too many recipients", SenderRate, false},
	{"5.4", "invalid command arguments", Protocol, false},
	{"5.5", "wrong protocol version", Protocol, false},
	{"5.6", "authentication exchange line is too long", Protocol, false},
	{"6.0", "other or undefined media error", Content, false},
	{"6.1", "media not supported", Content, false},
	{"6.2", "conversion required and prohibited", Content, false},
	{"6.3", "conversion required but not supported", Content, false},
	{"6.4", "conversion with loss performed", Content, false},
	{"6.5", "conversion failed", Content, false},
	{"6.6", "message content not available", Content, false},
	{"6.7", "non-ASCII addresses not permitted", Content, false},
	{"6.8", "UTF-8 string reply is required, but not permitted", Content, false},
	{"6.9", "UTF-8 header message cannot be transferred", Content, false},
	{"6.10", "UTF-8 string reply is required (deprecated)", Content, false},
	{"7.0", "other or undefined security status", Policy, true},
	{"7.1", "delivery not authorised, message refused", Policy, true},
	{"7.2", "mailing list expansion prohibited", Restricted, true},
	{"7.3", "security conversion required but not possible", Protocol, true},
	{"7.4", "security features not supported", Protocol, true},
	{"7.5", "cryptographic failure", AuthFailure, true},
	{"7.6", "cryptographic algorithm not supported", AuthFailure, true},
	{"7.7", "message integrity failure", AuthFailure, true},
	{"7.8", "authentication credentials invalid", AuthRequired, false},
	{"7.9", "authentication mechanism is too weak", AuthFailure, true},
	{"7.10", "encryption needed", TLSRequired, false},
	{"7.11", "encryption required for the requested authentication", TLSRequired, false},
	{"7.12", "a password transition is needed", AuthRequired, false},
	{"7.13", "user account disabled", MailboxDisabled, false},
	{"7.14", "trust relationship required", AuthRequired, false},
	{"7.15", "priority level is too low", SenderRate, false},
	{"7.16", "message is too big for the specified priority", TooLarge, false},
	{"7.17", "mailbox owner has changed", Moved, false},
	{"7.18", "domain owner has changed", Moved, false},
	{"7.19", "RRVS test cannot be completed", Undetermined, true},
	{"7.20", "no passing DKIM signature found", AuthFailure, false},
	{"7.21", "no acceptable DKIM signature found", AuthFailure, false},
	{"7.22", "no valid author-matched DKIM signature found", AuthFailure, false},
	{"7.23", "SPF validation failed", AuthFailure, false},
	{"7.24", "SPF validation error", AuthFailure, false},
	{"7.25", "reverse DNS validation failed", RDNSHelo, false},
	{"7.26", "multiple authentication checks failed", AuthFailure, false},
	{"7.27", "sender address has a null MX", SenderRejected, false},
	{"7.28", "mail flood detected", SenderRate, false},
	{"7.29", "ARC validation failure", AuthFailure, false},
	{"7.30", "REQUIRETLS support required", TLSRequired, false},
}

// Statuses returns the registry of enhanced status codes.
func Statuses() []Status { return append([]Status(nil), statuses[:]...) }

// StatusOf returns the registry's line for an enhanced status code such as
// "5.1.1".
func StatusOf(enhanced string) (Status, error) {
	if _, _, ok := enhancedAt(enhanced); !ok {
		return Status{}, fmt.Errorf("%q is no enhanced status code such as 5.1.1", enhanced)
	}
	if s, ok := statusOf(enhanced); ok {
		return s, nil
	}
	return Status{}, fmt.Errorf("the enhanced status code %s is not in the registry", enhanced)
}

func statusOf(enhanced string) (Status, bool) {
	if len(enhanced) < 5 {
		return Status{}, false
	}
	for i := range statuses {
		if statuses[i].Code == enhanced[2:] {
			return statuses[i], true
		}
	}
	return Status{}, false
}

// enhancedReason says what the enhanced code alone proves; nothing for the codes
// that say "something else".
func enhancedReason(enhanced string) (Reason, bool) {
	s, ok := statusOf(enhanced)
	if !ok || s.Alone == Undetermined {
		// Those of no registry below 7 are servers' own, and about policy
		// (5.7.606, 5.7.515).
		if strings.HasPrefix(enhanced, "5.7.") && !ok {
			return Policy, true
		}
		return 0, false
	}
	switch {
	case enhanced[0] == '2':
		return 0, false
	case enhanced[0] == '4' && s.Weak:
		return DeferredSystem, true
	}
	return s.Alone, true
}
