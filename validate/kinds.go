package validate

import (
	"fmt"
	"iter"

	"winnow/address"
	"winnow/verdict"
)

// The kinds, in the order of the checks: of two that are equally grave, the
// first is the reason.
const (
	_ verdict.Kind = iota

	RowNoAddress
	RowShifted

	beforeSyntax = iota - 1 // then one for each address.Rule, in their order: see Syntax
)

// DomainSymbol is the one rule of package address whose breach is no syntax.*: real
// people have mail at the names that it forbids.
const DomainSymbol = beforeSyntax + verdict.Kind(address.DomainSymbol)

// The kinds behind those of syntax.
const (
	LocalLegacyDots verdict.Kind = beforeSyntax + verdict.Kind(address.NumRules) + iota
	LocalStray
	AddressLiteral
	ListDenied
	DomainReserved

	DomainMissing
	MXNone
	MXNull
	MXUnresolvable
	MXUnroutable
	MXPrivate
	MXImplicit
	DNSTimeout
	DNSServFail
	DNSRefused
	DNSLame
	DNSLoop
	DNSMalformed
	DNSFiltered

	beforeSMTP = LocalLegacyDots + iota - 1 // then one for each code of package probe, in their order: see SMTP
)

// The kinds behind those of probes.
const (
	HistoryComplaint verdict.Kind = beforeSMTP + numSMTP + 1 + iota
	HistoryHard
	HistorySoft

	TypoDomain
	TypoTLD
	ListDisposable
	RoleSystem
	LocalUnlikely

	ListDuplicate
	ListLikelyDuplicate
	RowRagged
	ListAllowed
	HistoryDelivered
	RoleFunction
	RoleWeak
	ListRelay
	ListFree
	MXGateway
	MXHosted
	AddressAlias
	AddressIDN

	numKinds
)

// Party is who a kind is about: who is at fault, and who can mend it.
type Party uint8

const (
	Recipient Party = iota // the address, as somebody gave it
	Host                   // the domain or its mail hosts
	Us                     // our own network, resolver or standing
	List                   // the list that the address stands in
	You                    // lists of the user's own
)

var parties = [...]string{Recipient: "the address", Host: "its domain", Us: "us (our network or resolver)", List: "the list", You: "your own lists"}

// String names the party for people.
func (p Party) String() string { return parties[p] }

// KindInfo describes a kind.
type KindInfo struct {
	Code  string        // permanent and public: dotted, hyphenated
	Grade verdict.Grade // by default; the policy may say otherwise
	About Party
	Text  string // what is said of the address, in words that need no RFC
	Todo  string // what to do
}

// All yields every kind and its description, in order.
func All() iter.Seq2[verdict.Kind, KindInfo] {
	return func(yield func(verdict.Kind, KindInfo) bool) {
		for k := verdict.Kind(1); k < numKinds; k++ {
			if !yield(k, kinds[k]) {
				return
			}
		}
	}
}

// Info describes k; it is zero for the zero Kind.
func Info(k verdict.Kind) KindInfo {
	if k >= numKinds {
		return KindInfo{}
	}
	return kinds[k]
}

// KindOf finds a kind by its code.
func KindOf(code string) (verdict.Kind, bool) {
	for k, info := range All() {
		if info.Code == code {
			return k, true
		}
	}
	return 0, false
}

// Regrade tells whether a kind may have another grade: one that is about us, about
// the list, or not final can never become invalid, for it says nothing of the
// recipient; and what has no address can not become valid.
func Regrade(k verdict.Kind, g verdict.Grade) error {
	switch {
	case g == verdict.Invalid && fromSMTP.Has(k) && kinds[k].Grade == verdict.Unknown:
		return fmt.Errorf("%s says nothing final of the recipient: it can not be graded invalid", kinds[k].Code)
	case g == verdict.Invalid && (kinds[k].About == Us || kinds[k].About == List || k == ListAllowed || k == DNSServFail || k == DNSLoop):
		return fmt.Errorf("%s says nothing final of the recipient: it can not be graded invalid", kinds[k].Code)
	case g == verdict.Valid && !Sendable(k):
		return fmt.Errorf("%s: there is no address to send to: it can not be graded valid", kinds[k].Code)
	}
	return nil
}

var fromDNS = verdict.SetOf(DomainMissing, MXNone, MXNull, MXUnresolvable, MXUnroutable, MXPrivate, MXImplicit,
	DNSTimeout, DNSServFail, DNSRefused, DNSLame, DNSLoop, DNSMalformed, DNSFiltered)

// Sendable tells whether there is an address to send to where k is said: not where
// the text is none, the row has none, or its cells have moved.
func Sendable(k verdict.Kind) bool {
	return k != RowNoAddress && k != RowShifted && !(k > beforeSyntax && k < LocalLegacyDots && k != DomainSymbol)
}

// Syntax returns the kind of an address that breaks r.
func Syntax(r address.Rule) verdict.Kind { return beforeSyntax + verdict.Kind(r) }

// kinds is the one table of all kinds.
var kinds = withSMTP(withSyntax(&written))

// written are the kinds but for those of syntax, which package address words.
var written = [numKinds]KindInfo{
	RowNoAddress: {"row.no-address", verdict.Risky, List,
		"the row has no address",
		"Nothing can be sent to it. If many rows have none, look whether --column names the right column."},
	RowShifted: {"row.shifted", verdict.Unknown, List,
		"the row's cells seem to have moved, or a stray quote has swallowed the rows behind it",
		"A delimiter or a quote inside a cell stands there without quotes of its own, or one was never closed. Mend the row by hand and run again: what it holds was not judged."},

	LocalLegacyDots: {"local.legacy-dots", verdict.Risky, Recipient,
		"the dots before the @ break the rules, but this carrier once gave out such addresses",
		"A real person may have it, and many mail programs refuse to write to it. Ask for another address if you can."},
	LocalStray: {"local.stray", verdict.Risky, Recipient,
		"something stands before the @ that nobody's address has, such as the apostrophe of a spreadsheet",
		"Right by the rules, but nobody has such an address, and mail to it would bounce. Take the suggestion."},
	AddressLiteral: {"address.literal", verdict.Risky, Recipient,
		"mail goes to an IP address, not to a domain",
		"Right by RFC 5321 but refused by most mail hosts, and nearly never somebody's real address. Look at where it came from."},
	ListDenied: {"list.denied", verdict.Invalid, You,
		"you said that nothing is to be sent there",
		"It stands on a list that you gave with --deny or in the policy. It says nothing of whether mail would bounce."},
	DomainReserved: {"domain.reserved", verdict.Invalid, Recipient,
		"the domain is reserved for examples, tests or local use, and never takes mail",
		"Somebody gave a made-up address. Remove it."},

	DomainMissing: {"domain.missing", verdict.Invalid, Host,
		"the domain does not exist",
		"Mail to it bounces at once. Remove it, or take the suggestion if there is one."},
	MXNone: {"mx.none", verdict.Invalid, Host,
		"the domain has no mail host",
		"It exists but takes no mail: neither MX nor address records (RFC 5321 section 5.1). Remove it."},
	MXNull: {"mx.null", verdict.Invalid, Host,
		"the domain says that it takes no mail",
		"It publishes a null MX (RFC 7505). Remove it."},
	MXUnresolvable: {"mx.unresolvable", verdict.Invalid, Host,
		"the domain names mail hosts that do not exist",
		"Mail to it bounces until its owner mends the MX records. Remove it; --grade mx.unresolvable=unknown keeps it to be asked again."},
	MXUnroutable: {"mx.unroutable", verdict.Invalid, Host,
		"the domain's mail hosts have only addresses that lead nowhere",
		"They are of a machine to itself, of examples or of tests (RFC 6890): no mail can be delivered until the domain's owner mends DNS. Remove it; --grade mx.unroutable=unknown keeps it to be asked again."},
	MXPrivate: {"mx.private", verdict.Unknown, Host,
		"the domain's mail hosts have only private addresses",
		"On a company network this may be your own mail host, and the mail will arrive. From elsewhere it will not."},
	MXImplicit: {"mx.implicit", verdict.Risky, Host,
		"the domain has no MX, only an address that may or may not take mail",
		"Mail is tried there (RFC 5321 section 5.1), but most such domains are web sites only. Send to it only if somebody at it has answered before."},
	DNSTimeout: {"dns.timeout", verdict.Unknown, Us,
		"DNS gave no answer in time",
		"Run again later, or name another resolver with --resolver."},
	DNSServFail: {"dns.servfail", verdict.Unknown, Host,
		"the resolver could not get an answer about the domain (SERVFAIL)",
		"Its name servers or its DNSSEC are broken, perhaps for a while. Ask again in a day."},
	DNSRefused: {"dns.refused", verdict.Unknown, Us,
		"the resolver refused to answer",
		"It may limit how much you ask, or serve others only. Name another one with --resolver."},
	DNSLame: {"dns.lame", verdict.Unknown, Us,
		"the server that was asked is no resolver for this domain",
		"It referred us elsewhere in place of answering. Name a recursive resolver with --resolver."},
	DNSLoop: {"dns.loop", verdict.Unknown, Host,
		"the domain's DNS leads round in a circle",
		"Its aliases (CNAME) lead back to themselves, so that no mail host can be found until its owner mends them. Ask again in a day."},
	DNSMalformed: {"dns.malformed", verdict.Unknown, Us,
		"the answer from DNS could not be read",
		"Something on the way damages DNS answers. Name another resolver with --resolver."},
	DNSFiltered: {"dns.filtered", verdict.Unknown, Us,
		"the resolver's answer can not be believed",
		"It filters or makes up answers, or nothing bore this one out. Name an honest resolver with --resolver and run again."},

	HistoryComplaint: {"history.complaint", verdict.Invalid, Recipient,
		"its owner complained about earlier mail, or asked for no more",
		"Never send to it again. winnow suppress why ADDRESS shows when and how it was said."},
	HistoryHard: {"history.hard", verdict.Invalid, Recipient,
		"earlier mail to it was refused for good",
		"Remove it; one that takes mail of certain senders only is good for others. winnow suppress why ADDRESS shows what its mail host said; winnow suppress remove ADDRESS lets it go, if you know better."},
	HistorySoft: {"history.soft", verdict.Risky, Recipient,
		"earlier mail to it was refused, for now",
		"It was refused again and again, or on a day on which its mail host refused far more than usual. Leave it out for a while. winnow suppress why ADDRESS shows until when."},

	TypoDomain: {"typo.domain", verdict.Risky, Recipient,
		"the domain looks like a slip of the finger for a big provider's",
		"Compare it with how the address came to you. Ask the person if you can; never change it silently."},
	TypoTLD: {"typo.tld", verdict.Risky, Recipient,
		"the domain's ending does not exist and looks like a slip for one that does",
		"Compare it with how the address came to you. As it is written, no mail can reach it."},
	ListDisposable: {"list.disposable", verdict.Risky, Recipient,
		"the domain hands out addresses to throw away",
		"It takes mail now and nobody will read it later. Leave it out of campaigns; ask for another address at sign-up."},
	RoleSystem: {"role.system", verdict.Risky, Recipient,
		"the address belongs to a machine or to the people who run the mail",
		"Nobody there subscribes to anything, and abuse desks report what they get. Leave it out unless you know better."},

	LocalUnlikely: {"local.unlikely", verdict.Risky, Recipient,
		"the provider gives out no such names before the @",
		"It was probably mistyped or made up. Accounts from before the provider's rules may break them: compare it with how it came to you."},

	ListDuplicate: {"list.duplicate", verdict.Valid, List,
		"the same mailbox stands in an earlier row",
		"Send to the first row only. --duplicates keep leaves the later ones in place."},
	ListLikelyDuplicate: {"list.likely-duplicate", verdict.Valid, List,
		"a mailbox that is likely the same stands in an earlier row",
		"They differ only in what most mail hosts ignore, such as +news. Compare the rows if one mail too many would matter."},
	RowRagged: {"row.ragged", verdict.Valid, List,
		"the row has more or fewer cells than the header",
		"The address was found all the same. Look whether a delimiter stands in a cell without quotes."},
	ListAllowed: {"list.allowed", verdict.Valid, You,
		"you said that it is good",
		"It stands on a list that you gave with --allow or in the policy: what lists, typos and customs say is not held against it. Wrong syntax and missing domains are."},
	RoleFunction: {"role.function", verdict.Valid, Recipient,
		"the address belongs to a task, not to a person",
		"Fine for mail to a company; whoever reads it may not be who signed up."},
	RoleWeak: {"role.weak", verdict.Valid, Recipient,
		"the address may belong to a task rather than to a person",
		"Nothing, unless you mail persons only."},
	ListRelay: {"list.relay", verdict.Valid, Recipient,
		"the address forwards to a real mailbox, and its owner can switch it off",
		"A real person: send. It may begin to bounce one day."},
	ListFree: {"list.free", verdict.Valid, Recipient,
		"a free mailbox provider",
		"Nothing, unless you sell to companies only."},
	AddressAlias: {"address.alias", verdict.Valid, Recipient,
		"the address has a tag that its owner made up for somebody, such as +news",
		"Nothing. The mail arrives in the mailbox without the tag; its owner can filter or block it by the tag."},
	AddressIDN: {"address.idn", verdict.Valid, Recipient,
		"the address has letters other than a to z",
		"Right, but some mail programs and old mail hosts can not write to it (RFC 6531). Watch what comes back."},
	HistoryDelivered: {"history.recent-delivery", verdict.Valid, Recipient,
		"its mail host took mail to it lately",
		"Nothing: it speaks for the address. What only lists, typos and customs say is not held against it."},
	MXGateway: {"mx.gateway", verdict.Valid, Host,
		"a filter takes the domain's mail before its mail host does",
		"Nothing. What such a filter answers about a mailbox may not be the mail host's word."},
	MXHosted: {"mx.hosted", verdict.Valid, Host,
		"a mailbox provider runs the domain's mail",
		"Nothing. The column winnow_provider names it."},
}

// withSyntax fills in the kinds whose codes and sentences are the rules of
// package address. It does so in place: to copy the table would take a stack as
// large, at every start.
func withSyntax(kinds *[numKinds]KindInfo) *[numKinds]KindInfo {
	for r := address.Rule(1); r < address.NumRules; r++ {
		kinds[Syntax(r)] = KindInfo{"syntax." + r.String(), verdict.Invalid, Recipient, r.Text(), syntaxTodo[r]}
	}
	kinds[DomainSymbol].Code, kinds[DomainSymbol].Grade = "domain.symbol", verdict.Risky
	return kinds
}

const (
	takeSuggestion = "Take the suggestion if there is one, or ask the person again."
	mistyped       = "It was mistyped or cut off. " + takeSuggestion
	notOurs        = "No mail program could write to it. " + takeSuggestion
)

var syntaxTodo = [address.NumRules]string{
	address.Empty:              "Nothing can be sent to it. Remove it.",
	address.NotUTF8:            "The list was saved in another encoding. Save it as UTF-8 and run again, or take the suggestion.",
	address.ControlCharacter:   "It was pasted together with a line end or a tab. " + takeSuggestion,
	address.InvisibleCharacter: "It was pasted from a web page or a document. " + takeSuggestion,
	address.FullWidth:          "It was typed with an East Asian keyboard in full width. " + takeSuggestion,
	address.DisplayName:        "Only what stands between < and > is the address. " + takeSuggestion,
	address.SeveralAddresses:   "One row holds one address: put the others in rows of their own. The suggestion is the first.",
	address.Comment:            "Take out what stands in parentheses.",
	address.NoAt:               mistyped,
	address.SeveralAt:          mistyped,
	address.LocalEmpty:         mistyped,
	address.LocalDotStart:      mistyped,
	address.LocalDotDouble:     mistyped,
	address.LocalDotEnd:        mistyped,
	address.LocalSpace:         mistyped,
	address.LocalQuote:         notOurs,
	address.LocalChar:          notOurs,
	address.LocalTooLong:       notOurs,
	address.DomainEmpty:        mistyped,
	address.DomainSpace:        mistyped,
	address.DomainChar:         mistyped,
	address.DomainLabelEmpty:   mistyped,
	address.DomainDotEnd:       mistyped,
	address.DomainHyphen:       mistyped,
	address.DomainLabelTooLong: notOurs,
	address.DomainTooLong:      notOurs,
	address.DomainIDNA:         notOurs,
	address.DomainSymbol:       "Some registries have sold such names, so a real person may have it, but many mail programs refuse to write to it. Ask for another address if you can.",
	address.LiteralBad:         notOurs,
	address.LiteralTag:         notOurs,
	address.TooLong:            notOurs,
	address.DomainNoDot:        "It may work inside a company's network, never on the internet. " + takeSuggestion,
	address.DomainTLD:          mistyped,
}
