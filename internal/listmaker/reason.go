package listmaker

// reason says why a domain that a source names is not counted; 0 says that it
// is.
type reason uint8

const (
	counted reason = iota
	tooFew
	belowEntry
	freeSays
	isSuffix
	isProvider
	isRelay
	isWellKnown
	isAcademic
	isInstitution
	isAbove
	isSquat
	isDisposable
	isSlip
	reasons
)

var sentences = [reasons]string{
	tooFew:        "fewer than two families of lists that are still kept name it",
	belowEntry:    "a domain above it is counted already",
	freeSays:      "lists of free mailbox providers name it, and the list that is kept fresh does not",
	isSuffix:      "it is a public suffix: its owners have nothing in common",
	isProvider:    "it is a mailbox provider's",
	isRelay:       "it is a relay's: real people",
	isWellKnown:   "it is well known, as an organisation's or a provider's",
	isAcademic:    "it is a school's or a university's",
	isInstitution: "its suffix is kept for education, government or the military",
	isAbove:       "a provider's, a relay's, a university's or a well-known domain stands below it",
	isSquat:       "it lives on misspellings of a provider: a typo first",
	isDisposable:  "a list of disposable domains names it",
	isSlip:        "it is a slip of a provider's name",
}

func (r reason) String() string { return sentences[r] }

// code is the letter that stands for the reason in a list: sources have lower
// case, reasons have not.
func (r reason) code() byte { return "-ABCDEFGHIJKLMNOP"[r] }
