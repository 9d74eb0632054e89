package provider

// custom is what a provider makes of the names before the @ that it hands out.
// Names are compared without case everywhere.
type custom struct {
	domain string // stands for all of its domains, where a name is one mailbox under each of them
	tag    byte   // what begins a tag, which the provider ignores; 0: it has none
	alone  bool   // what stands before the tag is no mailbox by that name: "base-" is kept
	dots   dots
}

// dots is what a provider makes of the dots in a name.
type dots uint8

const (
	dotsCount      dots = iota
	dotsIgnored         // j.a.ne is jane
	dotsAreHyphens      // j.ane is j-ane
	dotsPerhaps         // as dotsIgnored, hyphens and underscores too; only for what is likely
)

// customs is the table of the providers whose customs are known. In that of
// any other, a name is what is written.
var customs = [firstUnnamed]custom{
	// https://support.google.com/mail/answer/7436150: dots don't matter. Only so under
	// Gmail's own domains: in Google Workspace they do.
	Gmail: {domain: "gmail.com", tag: '+', dots: dotsIgnored},

	Fastmail: {tag: '+'},
	ICloud:   {domain: "icloud.com", tag: '+'},
	Outlook:  {tag: '+'},
	Zoho:     {tag: '+'},

	// Proton says that it gives names that differ by . - _ to one person only
	// (https://proton.me/support/change-username), not that it always did.
	Proton: {domain: "proton.me", tag: '+', dots: dotsPerhaps},

	// A Yahoo ID has no hyphen: "base-keyword" is a disposable address, of a base
	// that its owner chose beside the ID. So all keywords of a base are one mailbox,
	// but the base by itself is none, or, for all we know, another person's.
	Yahoo: {tag: '-', alone: true},

	// A Yandex name is one account's under all its domains, and is asked for with
	// dots or with hyphens.
	Yandex: {domain: "yandex.ru", tag: '+', dots: dotsAreHyphens},
}
