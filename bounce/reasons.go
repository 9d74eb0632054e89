package bounce

import (
	"fmt"
	"time"
)

// Reason is why mail was not taken. Its word is permanent.
type Reason uint8

const (
	Undetermined Reason = iota // the zero: nobody is to blame by it
	RecipientUnknown
	RecipientSyntax
	DomainInvalid
	NullMX
	Moved
	MailboxDisabled
	MailboxFull
	RecipientRate
	Greylisted
	Unverified
	DeferredSystem
	Network
	Expired
	SenderRate
	IPReputation
	DomainReputation
	AuthFailure
	RDNSHelo
	SenderRejected
	RelayDenied
	AuthRequired
	TLSRequired
	SpamContent
	Virus
	Content
	TooLarge
	Policy
	Restricted
	Protocol
	Complaint
	AutoReply
	Delivered
	numReasons
)

// Class says what a reason means for the address, as lists are cleaned by it.
type Class uint8

const (
	None Class = iota
	Hard
	Soft
	Block
	Complained
	Undecided
)

var classWords = [...]string{"none", "hard", "soft", "block", "complaint", "undetermined"}

// Target is whom a reason is about.
type Target uint8

const (
	Nobody Target = iota
	Recipient
	Domain
	Sender
	System
)

var targetWords = [...]string{"", "recipient", "domain", "sender", "system"}

// Action is what to do about it.
type Action uint8

const (
	Nothing        Action = iota
	Remove                // the address
	AskDNS                // only what DNS says now removes
	Suppress              // the address, until it is tested again
	SuppressSender        // the address, for this sender only
	SuppressAlways        // the address, for good
	Retry
	SlowDown
	Fix // what is wrong with the sender; the address is kept
)

var actionWords = [...]string{"none", "remove", "ask-dns", "suppress", "suppress-sender", "suppress-always", "retry", "slow-down", "fix"}

const day = 24 * time.Hour

// facts is the one table of what follows from a reason.
var facts = [numReasons]struct {
	word   string
	class  Class
	target Target
	action Action
	retry  time.Duration
	text   string
	todo   string
}{
	Undetermined:     {"undetermined", Undecided, Nobody, Retry, 6 * time.Hour, "the reply does not say why", "keep the address; it counts as a soft bounce, so that only repeated ones suppress it"},
	RecipientUnknown: {"recipient_unknown", Hard, Recipient, Remove, 0, "there is no such mailbox", "remove the address"},
	RecipientSyntax:  {"recipient_syntax", Hard, Recipient, Remove, 0, "the address has a form that its server does not take", "remove or correct the address"},
	DomainInvalid:    {"domain_invalid", Hard, Domain, AskDNS, 0, "the domain does not exist or has no mail host", "ask DNS again: remove the address only if the domain is still missing"},
	NullMX:           {"null_mx", Hard, Domain, AskDNS, 0, "the domain takes no mail", "ask DNS again: remove the address only if the domain still refuses all mail"},
	Moved:            {"moved", Hard, Recipient, Remove, 0, "the mailbox has moved, or belongs to somebody else now", "remove the address"},
	MailboxDisabled:  {"mailbox_disabled", Hard, Recipient, Suppress, 0, "the mailbox is disabled", "send nothing for now, and test it again in 90 days"},
	MailboxFull:      {"mailbox_full", Soft, Recipient, Retry, day, "the mailbox is full", "try again for 7 days; suppress it after 3 such bounces over 14 days or more"},
	RecipientRate:    {"recipient_rate", Soft, Recipient, Retry, 4 * time.Hour, "the mailbox gets mail faster than its server allows", "try again in some hours"},
	Greylisted:       {"greylisted", Soft, System, Retry, 15 * time.Minute, "the server wants the mail to be tried again (greylisting)", "try again in 5 to 30 minutes from the same IP address"},
	Unverified:       {"unverified", Soft, System, Retry, 15 * time.Minute, "the server has not verified the address yet", "try again"},
	DeferredSystem:   {"deferred_system", Soft, System, Retry, time.Hour, "the server cannot take mail at the moment", "try again later"},
	Network:          {"network", Soft, System, Retry, time.Hour, "the server could not be reached, or the connection broke", "try again; suppress it if that stays so"},
	Expired:          {"expired", Soft, System, Retry, day, "the mail was tried until its time was up", "try again; suppress it if that stays so"},
	SenderRate:       {"sender_rate", Block, Sender, SlowDown, time.Hour, "the sender sends too much at a time", "keep the address; send more slowly, with fewer connections"},
	IPReputation:     {"ip_reputation", Block, Sender, Fix, 0, "the sender's IP address is on a blocklist or has a bad reputation", "keep the address; find out why the IP address is listed, mend that, and ask for its removal"},
	DomainReputation: {"domain_reputation", Block, Sender, Fix, 0, "the sender's domain is on a blocklist or has a bad reputation", "keep the address; mend the sending domain's reputation"},
	AuthFailure:      {"auth_failure", Block, Sender, Fix, 0, "the mail fails SPF, DKIM or DMARC", "keep the address; correct the SPF, DKIM and DMARC records of the sending domain"},
	RDNSHelo:         {"rdns_helo", Block, Sender, Fix, 0, "the sender's reverse DNS or HELO name is wrong", "keep the address; give the sending IP address a PTR record and say that name in HELO"},
	SenderRejected:   {"sender_rejected", Block, Sender, Fix, 0, "the sender's address is refused", "keep the address; correct the MAIL FROM address and its domain's DNS"},
	RelayDenied:      {"relay_denied", Block, Sender, Fix, 0, "the server does not take mail for that domain from this sender", "keep the address; check the domain's MX, or the settings of the smarthost"},
	AuthRequired:     {"auth_required", Block, Sender, Fix, 0, "the server wants the sender to log in", "keep the address; check the login of the sending server"},
	TLSRequired:      {"tls_required", Block, Sender, Fix, 0, "the server wants an encrypted connection", "keep the address; enable STARTTLS"},
	SpamContent:      {"spam_content", Block, Sender, Fix, 0, "the message is taken for spam", "keep the address; change the message"},
	Virus:            {"virus", Block, Sender, Fix, 0, "the message is taken for malware", "keep the address; change the message"},
	Content:          {"content", Block, Sender, Fix, 0, "the message has a form or an attachment that is not taken", "keep the address; change the message"},
	TooLarge:         {"too_large", Block, Sender, Fix, 0, "the message is too large", "keep the address; send a smaller message"},
	Policy:           {"policy", Block, Sender, Fix, 0, "the server refuses the mail by a policy of its own", "keep the address; review how and what is sent"},
	Restricted:       {"restricted", Block, Sender, SuppressSender, 0, "the mailbox takes mail of certain senders only", "send it nothing from this sender; it is good for others"},
	Protocol:         {"protocol", Block, Sender, Fix, 0, "the server did not like a command", "keep the address; review the sending software"},
	Complaint:        {"complaint", Complained, Recipient, SuppressAlways, 0, "the recipient complained", "never send to it again"},
	AutoReply:        {"auto_reply", None, Recipient, Nothing, 0, "an automatic answer, no bounce", "nothing"},
	Delivered:        {"delivered", None, Recipient, Nothing, 0, "the mail was taken", "nothing"},
}

// String returns the reason's permanent word.
func (r Reason) String() string {
	if r >= numReasons {
		return ""
	}
	return facts[r].word
}

// Text says in a sentence what the reason means.
func (r Reason) Text() string {
	if r >= numReasons {
		return ""
	}
	return facts[r].text
}

// Todo says in a sentence what to do about it if it is final.
func (r Reason) Todo() string {
	if r >= numReasons {
		return ""
	}
	return facts[r].todo
}

// Class is what the reason means if it is final.
func (r Reason) Class() Class {
	if r >= numReasons {
		return None
	}
	return facts[r].class
}

// ParseReason reads a reason's word.
func ParseReason(word string) (Reason, error) {
	for r := range numReasons {
		if facts[r].word == word {
			return r, nil
		}
	}
	return 0, fmt.Errorf("there is no reason %q", word)
}

// Reasons returns all reasons, in the order of the table.
func Reasons() []Reason {
	all := make([]Reason, numReasons)
	for i := range all {
		all[i] = Reason(i)
	}
	return all
}

func (c Class) String() string  { return word(classWords[:], int(c)) }
func (t Target) String() string { return word(targetWords[:], int(t)) }
func (a Action) String() string { return word(actionWords[:], int(a)) }

func word(words []string, i int) string {
	if i >= len(words) {
		return ""
	}
	return words[i]
}
