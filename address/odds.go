package address

// The odds that a repair gives the address that was meant: how many of a hundred
// texts that look like this one mean what is suggested. A chain of repairs is as
// sure as its least sure one. From .99 on a repair may be made unseen, so that what
// stands there is only what takes nothing from the address and can mean nothing else.
const (
	oddsSpace     = .999 // Outer white space is never a part of an address, and mail programs drop it.
	oddsInvisible = .995 // What leaves no trace on a page was not meant by who read or typed it.
	oddsWide      = .995 // Full-width forms are the same characters, as an East Asian keyboard types them.
	oddsEscape    = .995 // An @ written as %40 or \@ is an @ on its way through a URL or a script.
	oddsMailto    = .995 // RFC 6068 says where in a mailto: the address is.
	oddsLabel     = .99  // "E-Mail:" before an address names it; so does Exchange's "smtp:".
	oddsAngles    = .995 // RFC 5322 says that angle brackets hold the address, with or without a name before them.
	oddsPair      = .995 // Quotes or brackets around the whole are the sentence's, not the address's.
	oddsEdge      = .99  // A stop, comma or closing mark at the end can not be a part of a domain.
	oddsTwice     = .99  // The same address twice in a cell is one address.
	oddsStray     = .99  // An apostrophe before the address is a spreadsheet's way to say "text".

	oddsJoiner   = .95 // A joiner out of place means nothing between Latin letters; elsewhere it may be half a slip.
	oddsMarkup   = .95 // Stars and underscores around the whole are markup, but a local part may have them too.
	oddsOpen     = .95 // Where a bracket or quote never closes, the end of the address may be gone with it.
	oddsComment  = .95 // "(old)" is said of some addresses, and is not always meant as a remark.
	oddsAtTwice  = .98 // @@ is a key that was held too long; rarely, something between the two is missing.
	oddsAtSpace  = .98 // A space beside the @ was typed for legibility; rarely, a word before it belongs to the name.
	oddsComma    = .97 // A comma, semicolon or colon in the domain lies beside the dot; rarely, it parts two cells.
	oddsDigits   = .90 // No top-level domain has digits: com1 is com, and perhaps the 1 belongs elsewhere.
	oddsDots     = .97 // Two dots in a domain are one too many; rarely, a label between them is missing.
	oddsDotFirst = .90 // A dot after the @ may be all that is left of a label.
	oddsNoDot    = .80 // acmecom is acme.com with a dot lost; rarely, a machine on a private network.
	oddsGap      = .80 // A space within a domain may stand for a dot, for a hyphen or for nothing, or end it.
	oddsDash     = .95 // A word processor made a dash of the hyphen; rarely, a dash parts the address from a remark.
	oddsUnder    = .85 // No domain that takes mail has an underscore; the hyphen lies on the same key, but so it may be a dot.
	oddsURL      = .90 // The domain was copied from a browser's address bar.
	oddsEnding   = .90 // "con" is no top-level domain, and a slip for com.
	oddsLocalDot = .90 // Two dots in a local part, or one at its end, are one too many; rarely, a letter between them is missing.
	oddsDotSpace = .95 // A space beside a dot of the domain is a slip, but may end a sentence.
	oddsCell     = .90 // An address among other words is probably the cell's, but the words may say otherwise.
	oddsSpelled  = .90 // "jane at acme dot com" is an address hidden from robots, sometimes with more to undo.
	oddsEncoding = .90 // Bytes that are not UTF-8 are mostly Windows-1252, but also other code pages; UTF-8 that was encoded twice is told by its form.
	oddsNameAt   = .90 // A name in angle brackets may hold another address: the sender's, or a list's.
	oddsEllipsis = .80 // Where dots follow, something was cut off, perhaps of the address.
	oddsReversed = .80 // After a right-to-left override, what was seen is not what stands there.
	oddsWithin   = .80 // An address that stands in a text is somebody's, but perhaps not who was asked.
	oddsFirst    = .50 // Of several addresses, the first is as good as any other.
)
