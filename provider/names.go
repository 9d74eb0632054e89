package provider

import "strings"

// names says which names before the @ a provider hands out.
type names struct {
	min, max int       // characters, without tag
	also     charClass // besides letters and digits
	apart    charClass // of these, no two together and none at the ends
	letter   bool      // a letter comes first
	freeDots bool      // dots are not counted
	oneDot   bool
	tags     bool // a plus begins a tag
	onePlus  bool // and there is only one
	keywords bool // base-keyword
	except   func(name string) bool

	// What to tell people of a name that breaks a rule.
	badLength, badChar, badApart, badFirst, badDots, badPlus string
}

// given is the table of the providers whose rules are known: what they tell on
// their sign-up pages today. Accounts from before the rules, or that came from
// another company (Rocketmail to Yahoo, MSN to Outlook, CompuServe to AOL), may
// break them, so that a breach makes a name unlikely, and not more. Where it is
// in doubt what a rule means, the laxer reading stands here. Providers that once
// used Yahoo's hosts (AT&T, Verizon, Sky) have rules of their own: none here.
var given = [firstUnnamed]names{
	AOL: {
		min: 3, max: 32, also: dot | underscore, letter: true, except: compuServe,
		badLength: "AOL names have 3 to 32 characters",
		badChar:   "AOL names have only letters, digits, dots and underscores",
		badFirst:  "AOL names begin with a letter",
	},
	Gmail: {
		min: 6, max: 30, also: dot, apart: dot, freeDots: true, tags: true,
		badLength: "Gmail names have 6 to 30 characters, dots not counted",
		badChar:   "Gmail names have only letters, digits and dots",
		badApart:  "Gmail names have no two dots together, and none at the ends",
	},
	GoogleWorkspace: {
		min: 1, max: 64, also: dot | hyphen | underscore | apostrophe, tags: true,
		badLength: "Google Workspace names have 1 to 64 characters",
		badChar:   "Google Workspace names have only letters, digits, dots, hyphens, underscores and apostrophes",
	},
	ICloud: {
		min: 3, max: 20, also: dot | underscore, letter: true, tags: true, except: hideMyEmail,
		badLength: "iCloud names have 3 to 20 characters",
		badChar:   "iCloud names have only letters, digits, dots and underscores",
		badFirst:  "iCloud names begin with a letter",
	},
	MailRu: {
		min: 4, max: 31, also: dot | hyphen | underscore, apart: dot | hyphen | underscore, tags: true,
		badLength: "Mail.ru names have 4 to 31 characters",
		badChar:   "Mail.ru names have only letters, digits, dots, hyphens and underscores",
		badApart:  "Mail.ru names have no two dots, hyphens or underscores together, and none at the ends",
	},
	Outlook: {
		min: 1, max: 64, also: dot | hyphen | underscore, tags: true, onePlus: true,
		badLength: "Outlook names have 1 to 64 characters",
		badChar:   "Outlook names have only letters, digits, dots, hyphens and underscores",
		badPlus:   "Outlook addresses have at most one plus",
	},
	Yahoo: {
		min: 4, max: 32, also: dot | underscore, letter: true, oneDot: true, keywords: true,
		badLength: "Yahoo names have 4 to 32 characters",
		badChar:   "Yahoo names have only letters, digits, underscores and one dot, and a hyphen before a keyword",
		badFirst:  "Yahoo names begin with a letter",
		badDots:   "Yahoo names have at most one dot",
	},
}

// Unlikely says, in a sentence for people, why the provider is unlikely to have
// given out this local part, or "". It judges by what the provider gives out
// today, so an old account may be found unlikely: it is no reason to remove
// one. Of a provider whose rules are not known, all is likely.
//
// Case does not count. It is safe for concurrent use and does not allocate.
func (id ID) Unlikely(local string) string {
	if id >= firstUnnamed || given[id].max == 0 {
		return ""
	}
	n := &given[id]
	why := n.breach(local)
	if why != "" && n.except != nil && n.except(local) {
		return ""
	}
	return why
}

func (n *names) breach(local string) string {
	length, dots := 0, 0
	prev := n.apart // the start counts as a separator, for n.apart
	for i := range len(local) {
		class := charClasses[local[i]]
		switch {
		case class&(n.also|letter|digit) != 0:
		case class == plus && n.tags:
			return n.ending(prev, length, i, local[i+1:])
		case class == hyphen && n.keywords && i > 0:
			return n.keyword(local[i+1:], length)
		default:
			return n.badChar
		}
		if i == 0 && n.letter && class != letter {
			return n.badFirst
		}
		if class&n.apart != 0 && prev&n.apart != 0 {
			return n.badApart
		}
		prev = class
		if class == dot {
			if dots++; n.oneDot && dots > 1 {
				return n.badDots
			}
			if n.freeDots {
				continue
			}
		}
		length++
	}
	return n.ending(prev, length, len(local), "")
}

// ending judges what can be said only of a whole name: the class of its last
// character, its length, and the tag behind it.
func (n *names) ending(last charClass, length, octets int, tag string) string {
	switch {
	case octets > 0 && last&n.apart != 0:
		return n.badApart
	case length < n.min || length > n.max:
		return n.badLength
	case n.onePlus && strings.IndexByte(tag, '+') >= 0:
		return n.badPlus
	case !isASCII(tag):
		return n.badChar
	}
	return ""
}

// keyword judges what stands behind the hyphen of a disposable address. Its base
// is not a name: how long it may be is not told.
func (n *names) keyword(keyword string, base int) string {
	if keyword == "" || base > n.max || len(keyword) > n.max {
		return n.badLength
	}
	for i := range len(keyword) {
		if charClasses[keyword[i]]&(n.also|letter|digit) == 0 {
			return n.badChar
		}
	}
	return ""
}

// hideMyEmail tells whether an iCloud name can be one that Apple made up for
// somebody who hides the real one: words and digits, in no order that is told,
// with dots, hyphens or underscores between them (dapper_cactus.0r, 62-anchors).
func hideMyEmail(name string) bool {
	var seen charClass
	for i := range len(name) {
		class := charClasses[name[i]]
		if class&(letter|digit|dot|hyphen|underscore) == 0 {
			return false
		}
		seen |= class
	}
	return seen&digit != 0 && seen&(dot|hyphen|underscore) != 0
}

// compuServe tells whether a name of the AOL family is a CompuServe number
// (71234.567), which people still have as addresses.
func compuServe(name string) bool {
	project, user, _ := strings.Cut(name, ".")
	digits := func(s string, from, to int) bool {
		return from <= len(s) && len(s) <= to && strings.Trim(s, "0123456789") == ""
	}
	return digits(project, 5, 6) && digits(user, 1, 4)
}

// charClass is what a character of a local part is: one of these, or 0 for all
// that no provider of the table gives out.
type charClass uint8

const (
	letter charClass = 1 << iota
	digit
	dot
	hyphen
	underscore
	apostrophe
	plus
)

var charClasses = func() (t [256]charClass) {
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = letter, letter
	}
	for c := '0'; c <= '9'; c++ {
		t[c] = digit
	}
	t['.'], t['-'], t['_'], t['\''], t['+'] = dot, hyphen, underscore, apostrophe, plus
	return t
}()
