package read

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Left are records that were read and left out, by what their service calls them:
// opened mails, who unsubscribed, what the service did not try because of its own
// list. They are no news of a mail.
type Left map[string]int

// maxKinds is how many words are told apart: they come from files.
const maxKinds = 200

// add counts a record.
func (l Left) add(word string) {
	word = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, word)
	if word = strings.Join(strings.Fields(word), " "); len(word) > 60 {
		word = strings.ToValidUTF8(word[:60], "")
	}
	if _, known := l[word]; word == "" || !known && len(l) >= maxKinds {
		word = others
	}
	l[word]++
}

const others = "of no known kind"

// All is how many records were left out.
func (l Left) All() (n int) {
	for _, some := range l {
		n += some
	}
	return n
}

// String says what was left out, the most first: "2 unsubscribe, 1 open".
func (l Left) String() string {
	words := slices.SortedFunc(maps.Keys(l), func(a, b string) int {
		return cmp.Or(cmp.Compare(l[b], l[a]), cmp.Compare(a, b))
	})
	var b strings.Builder
	rest := 0
	for i, word := range words {
		if i >= maxNamed && len(words) > maxNamed+1 {
			rest += l[word]
			continue
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%d %s", l[word], word)
	}
	if rest > 0 {
		fmt.Fprintf(&b, ", and %d more", rest)
	}
	return b.String()
}

// maxNamed is how many words one line names.
const maxNamed = 8

// Unwanted is how many of the records say that their recipient wants no more mail,
// or said so before: winnow does not conclude from them, for they do not say of which
// mail, or which of a sender's lists.
func (l Left) Unwanted() (n int) {
	for word, some := range l {
		word = strings.ToLower(word)
		for _, mark := range [...]string{"unsub", "subscriptionchange", "complain", "spam rep"} {
			if strings.Contains(word, mark) {
				n += some
				break
			}
		}
	}
	return n
}
