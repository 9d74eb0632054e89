package sender

import "net/netip"

// blocklist is a zone that names addresses or domains (RFC 5782), with what its
// answers mean.
type blocklist struct {
	zone   string
	name   string
	ipv6   bool
	grave  bool // much of the world refuses whom it names
	codes  []code
	remove string // what to do, and where
}

// code says what an answer means that is within a block, or has a bit in its last
// octet. One that fits none is a listing without words.
type code struct {
	block   string // a prefix
	bit     byte   // in place of a block
	text    string
	refused bool // no listing: the zone will not answer who asked
	todo    string
}

// fits reports whether an answer is of that code.
func (c code) fits(addr netip.Addr) bool {
	if c.bit != 0 {
		return addr.As4()[3]&c.bit != 0
	}
	prefix, err := netip.ParsePrefix(c.block)
	return err == nil && prefix.Contains(addr)
}

const ownResolver = "ask through a resolver of your own (--resolver): the list answers no public or busy ones, and this is no listing"

// refusals are answers that are no listing anywhere. 127.255.255.x: Spamhaus, and
// since then the others: the query was mistaken (.252), came by a public resolver (.254),
// or there were too many (.255). 127.0.0.1 is a refusal at URIBL and SURBL, and is not to be
// listed anywhere: RFC 5782 section 2.1.
var refusals = [...]code{
	{block: "127.255.255.254/32", text: "refused: asked through a public resolver", refused: true},
	{block: "127.255.255.255/32", text: "refused: too many queries from this resolver", refused: true},
	{block: "127.255.255.0/24", text: "refused", refused: true},
	{block: "127.0.1.255/32", text: "refused: the question was not understood", refused: true},
	{block: "127.0.0.1/32", text: "refused", refused: true},
}

// addressLists are well known, and publish what their answers mean.
var addressLists = [...]blocklist{
	{zone: "zen.spamhaus.org", name: "Spamhaus ZEN", ipv6: true, grave: true, codes: []code{
		{block: "127.0.0.2/32", text: "SBL: spam was seen"},
		{block: "127.0.0.3/32", text: "CSS: mail that looks like spam"},
		{block: "127.0.0.4/30", text: "XBL: the machine looks taken over"},
		{block: "127.0.0.9/32", text: "DROP: a network of criminals"},
		{block: "127.0.0.10/31", text: "PBL: an address of end users, that should send through its provider",
			todo: "send through your provider's mail host, or, if the address is a server's own, take it out at https://check.spamhaus.org/"},
	}, remove: "find the cause and mend it, then ask to be taken out at https://check.spamhaus.org/"},
	{zone: "bl.spamcop.net", name: "SpamCop", grave: true, remove: "find whose mail was complained about, at https://www.spamcop.net/bl.shtml; the entry goes by itself a day after the last complaint"},
	{zone: "b.barracudacentral.org", name: "Barracuda", grave: true, remove: "find the cause and mend it, then ask at https://www.barracudacentral.org/rbl/removal-request"},
	{zone: "psbl.surriel.com", name: "PSBL", remove: "mail of this address went to a spam trap: look at where your addresses come from, then take it out at https://psbl.org/remove"},
	{zone: "bl.mailspike.net", name: "Mailspike", remove: "find the cause and mend it, then see https://www.mailspike.org/iplookup.html"},
	{zone: "dnsbl-1.uceprotect.net", name: "UCEPROTECT level 1", remove: "find the cause; the entry goes by itself after 7 days (https://www.uceprotect.net/en/rblcheck.php), and need not be paid for"},
}

// domainList is a blocklist of domains, with the names that it must and must not
// have: RFC 5782 section 3 has TEST and INVALID, and not every zone keeps to it.
type domainList struct {
	blocklist
	has string
}

var domainLists = [...]domainList{
	{blocklist{zone: "dbl.spamhaus.org", name: "Spamhaus DBL", grave: true, codes: []code{
		{block: "127.0.1.2/32", text: "a spammer's domain"},
		{block: "127.0.1.4/32", text: "phishing"},
		{block: "127.0.1.5/32", text: "malware"},
		{block: "127.0.1.6/32", text: "commands taken-over machines"},
		{block: "127.0.1.96/27", text: "a good domain that is abused"}, // .102 to .106
	}, remove: "find the cause (a taken-over site, mail in your name) and mend it, then ask at https://check.spamhaus.org/"}, "dbltest.com"},
	{blocklist{zone: "multi.surbl.org", name: "SURBL", grave: true, codes: []code{
		{bit: 8, text: "phishing"}, {bit: 16, text: "malware"}, {bit: 64, text: "links to it are in spam"}, {bit: 128, text: "a site that was broken into"},
	},
		remove: "find the cause (a taken-over site, mail that was complained about) and mend it, then ask at https://surbl.org/surbl-analysis"}, "surbl-org-permanent-test-point.com"},
	{blocklist{zone: "multi.uribl.com", name: "URIBL", codes: []code{
		{bit: 2, text: "black: links to it are in spam"},
		{bit: 4, text: "grey: bulk mail that not everybody asked for"},
		{bit: 8, text: "red: young, under observation"},
	}, remove: "see https://admin.uribl.com/"}, "2.0.0.127"},
}
