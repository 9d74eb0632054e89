package address

import "fmt"

// Rule is a rule that every address keeps. 0 is no rule.
type Rule uint8

// The rules, from the whole to its parts.
const (
	_                  Rule = iota
	Empty                   // there is no text at all
	NotUTF8                 // bytes that are not UTF-8
	ControlCharacter        // line end, tab, NUL and the like
	InvisibleCharacter      // zero width, bidirectional, byte order mark: RFC 8264 section 9.13
	FullWidth               // the @ or a part of the domain in East Asian full-width forms
	DisplayName             // a name before <address>, or only the angle brackets: RFC 5322 section 3.4
	SeveralAddresses        // more than one address
	Comment                 // parentheses: RFC 5322 section 3.2.2
	NoAt                    // no @
	SeveralAt               // a second @
	LocalEmpty              // nothing before the @
	LocalDotStart           // RFC 5321 section 4.1.2, Dot-string
	LocalDotDouble          // the same
	LocalDotEnd             // the same
	LocalSpace              // white space outside quotes, or not ASCII
	LocalQuote              // a quote inside, one that is not closed, or text after it
	LocalChar               // no atext, qtext or quoted pair: RFC 5321 section 4.1.2, RFC 6531 section 3.3
	LocalTooLong            // over 64 octets: RFC 5321 section 4.5.3.1.1
	DomainEmpty             // nothing after the @
	DomainSpace             // white space
	DomainChar              // no letter, digit or hyphen: RFC 5321 section 4.1.2, RFC 1123 section 2.1
	DomainLabelEmpty        // a dot first, or two in a row
	DomainDotEnd            // the final dot of DNS, which RFC 5321 does not have
	DomainHyphen            // a hyphen first or last in a label
	DomainLabelTooLong      // over 63 octets as an A-label: RFC 1035 section 2.3.4
	DomainTooLong           // over 253 octets in A-labels: RFC 1035 section 2.3.4
	DomainIDNA              // no label of IDNA2008, or a reserved "??--": RFC 5890 section 2.3.1, RFC 5891 section 5.4
	DomainSymbol            // a symbol or an emoji: DISALLOWED by RFC 5892 section 3, yet some registries have sold such names
	LiteralBad              // no IP address in the brackets: RFC 5321 section 4.1.3
	LiteralTag              // a tag other than IPv6: none was ever registered
	TooLong                 // over 254 octets: RFC 3696 erratum 1690
	DomainNoDot             // one label, and not of a top-level domain known to take mail: RFC 7085
	DomainTLD               // no top-level domain is of other than letters, save A-labels: RFC 3696 section 2

	// NumRules is one more than the last Rule, for arrays that are indexed by Rule.
	NumRules
)

var rules = [NumRules]struct{ name, text string }{
	Empty:              {"empty", "the text is empty"},
	NotUTF8:            {"not-utf8", "there is a letter in another encoding than UTF-8"},
	ControlCharacter:   {"control-character", "there is a control character, such as a line end or a tab"},
	InvisibleCharacter: {"invisible-character", "there is a character that can not be seen"},
	FullWidth:          {"full-width", "the @ or the domain is written in full-width characters"},
	DisplayName:        {"display-name", "there is a name or angle brackets around the address"},
	SeveralAddresses:   {"several-addresses", "there is more than one address"},
	Comment:            {"comment", "there is a comment in parentheses"},
	NoAt:               {"no-at", "there is no @"},
	SeveralAt:          {"several-at", "there is a second @"},
	LocalEmpty:         {"local-empty", "there is nothing before the @"},
	LocalDotStart:      {"local-dot-start", "the part before the @ starts with a dot"},
	LocalDotDouble:     {"local-dot-double", "the part before the @ has two dots in a row"},
	LocalDotEnd:        {"local-dot-end", "the part before the @ ends with a dot"},
	LocalSpace:         {"local-space", "there is a space before the @"},
	LocalQuote:         {"local-quote", "there is a stray quote before the @"},
	LocalChar:          {"local-char", "there is a character before the @ that can not stand there"},
	LocalTooLong:       {"local-too-long", "the part before the @ is longer than 64 bytes"},
	DomainEmpty:        {"domain-empty", "there is no domain after the @"},
	DomainSpace:        {"domain-space", "there is a space in the domain"},
	DomainChar:         {"domain-char", "there is a character that no domain can have"},
	DomainLabelEmpty:   {"domain-label-empty", "there is a dot too many in the domain"},
	DomainDotEnd:       {"domain-dot-end", "the domain ends with a dot"},
	DomainHyphen:       {"domain-hyphen", "a part of the domain starts or ends with a hyphen"},
	DomainLabelTooLong: {"domain-label-too-long", "a part of the domain is longer than 63 bytes"},
	DomainTooLong:      {"domain-too-long", "the domain is longer than 253 bytes"},
	DomainIDNA:         {"domain-idna", "a part of the domain has letters or hyphens that no name may have"},
	DomainSymbol:       {"domain-symbol", "there is a symbol or an emoji in the domain, which the rules for names no longer allow"},
	LiteralBad:         {"literal-bad", "there is no IP address in the brackets"},
	LiteralTag:         {"literal-tag", "the brackets hold something other than an IP address"},
	TooLong:            {"too-long", "the address is longer than 254 bytes"},
	DomainNoDot:        {"domain-no-dot", "the domain has no dot"},
	DomainTLD:          {"domain-tld", "the domain ends in nothing that could be a top-level domain, such as com or de"},
}

// String returns the rule's permanent name, lower case and hyphenated, such as
// "local-dot-end"; and "" for no rule.
func (r Rule) String() string {
	if r >= NumRules {
		return ""
	}
	return rules[r].name
}

// Text says in words, for people, what a text that breaks the rule looks like; ""
// for no rule. Lower case, no final stop.
func (r Rule) Text() string {
	if r >= NumRules {
		return ""
	}
	return rules[r].text
}

// Error says which rule a text breaks, and where.
type Error struct {
	Rule   Rule
	Offset int // in bytes of the input: where the character, label or part begins; its length if what is missing is missing at the end
}

// Error says so in words. It does not quote the text: addresses are personal
// data, and errors go into logs.
func (e *Error) Error() string {
	return fmt.Sprintf("address: %s (%s, byte %d)", rules[e.Rule].text, e.Rule, e.Offset)
}

// Grammatical tells whether the address is right by RFC 5321 all the same, but
// can not be delivered on the public internet: the domain is a single label
// (bob@company), or ends in no possible top-level domain (bob@host.123). It may
// be right on a private network.
func (e *Error) Grammatical() bool { return e.Rule == DomainNoDot || e.Rule == DomainTLD }
