package address

import "strings"

// diagnose returns err, or what says better what is wrong with s: the first
// character that can not stand is often only the trace of something larger.
func diagnose(s string, err *Error) *Error {
	switch err.Rule {
	case LocalSpace, LocalChar, LocalQuote, DomainSpace, DomainChar, SeveralAt, ControlCharacter:
	default:
		return err
	}
	if i := nextAddress(s); i >= 0 {
		return &Error{SeveralAddresses, i}
	}
	if open, _, ok := angles(s); ok {
		return &Error{DisplayName, open}
	}
	rest := strings.TrimLeft(s[err.Offset:], " ")
	if strings.HasPrefix(rest, "(") {
		return &Error{Comment, len(s) - len(rest)}
	}
	return err
}

// separators stand between addresses in one cell.
const separators = ",;|/ \t\r\n"

// nextAddress returns where in s a first address ends and something else with
// an @ follows, -1 if nowhere.
func nextAddress(s string) int {
	if open, end, ok := angles(s); ok && !strings.Contains(s[end:], "@") && !strings.Contains(s[:open], "<") {
		return -1
	}
	at := strings.IndexByte(s, '@')
	i := strings.IndexAny(s[at:], separators)
	if i < 0 || !strings.Contains(s[at+i:], "@") {
		return -1
	}
	return at + i
}

// angles finds the first <…> of s with an @ in it, brackets included.
func angles(s string) (open, end int, ok bool) {
	open = strings.IndexByte(s, '<')
	if open < 0 {
		return 0, 0, false
	}
	n := strings.IndexByte(s[open:], '>')
	if n < 0 || !strings.Contains(s[open:open+n], "@") {
		return 0, 0, false
	}
	return open, open + n + 1, true
}
