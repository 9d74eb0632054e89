package address

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// WithoutName is text with instead in the place of a's local part wherever that stands as a word of
// its own: in any case, without its quotes too, and without its tag. It is for what a server says of an
// address, where that is shown or kept without saying whose it is. Of a name of one or two octets
// nothing is taken away: it stands everywhere.
func (a Address) WithoutName(text, instead string) string {
	names := []string{a.Local} // the longest first
	if a.IsQuoted() {
		names = append(names, unquoted(a.Local))
	}
	if name, _, tagged := strings.Cut(names[len(names)-1], "+"); tagged {
		names = append(names, name)
	}
	return withoutWords(text, names, instead)
}

// unquoted is what a quoted string stands for.
func unquoted(s string) string {
	var b strings.Builder
	escaped := false
	for i := 1; i < len(s)-1; i++ {
		if escaped = s[i] == '\\' && !escaped; !escaped {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// tellsNothing is the length of a name, in octets, that is nobody's own.
const tellsNothing = 2

// withoutWords puts something in the place of the words, and looks for none of them in that.
func withoutWords(text string, words []string, instead string) string {
	if len(words) == 0 {
		return text
	}
	parts := cutAround(text, words[0])
	for i, part := range parts {
		parts[i] = withoutWords(part, words[1:], instead)
	}
	return strings.Join(parts, instead)
}

// cutAround cuts a text at each place where a word stands, in any case, with no letter and no digit
// beside it.
func cutAround(text, word string) (parts []string) {
	if len(word) <= tellsNothing || !strings.Contains(strings.ToLower(text), strings.ToLower(word)) {
		return []string{text}
	}
	re, err := regexp.Compile("(?i)" + regexp.QuoteMeta(word))
	if err != nil {
		return []string{"", ""} // better nothing than somebody's name
	}
	from := 0
	for _, at := range re.FindAllStringIndex(text, -1) {
		before, _ := utf8.DecodeLastRuneInString(text[:at[0]])
		behind, _ := utf8.DecodeRuneInString(text[at[1]:])
		if !inName(before) && !inName(behind) {
			parts = append(parts, text[from:at[0]])
			from = at[1]
		}
	}
	return append(parts, text[from:])
}

func inName(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
