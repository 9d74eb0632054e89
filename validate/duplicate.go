package validate

import (
	"fmt"

	"winnow/verdict"
)

// Earlier is an earlier row of the list that holds the mailbox of this one. The zero
// Earlier is none.
type Earlier struct {
	Row int // its number
	How Sameness
}

// Sameness is how sure it is that two addresses are one mailbox.
type Sameness uint8

const (
	SameText    Sameness = iota + 1 // they are written the same
	SameMailbox                     // they differ only in what their host says that it ignores; case always
	LikelySame                      // they differ in what most hosts ignore: a tag behind a plus
)

// Kind returns the kind that is said of the later row.
func (s Sameness) Kind() verdict.Kind {
	if s == LikelySame {
		return ListLikelyDuplicate
	}
	return ListDuplicate
}

// String says in which row, for people.
func (e Earlier) String() string {
	if e.How == SameMailbox {
		return fmt.Sprintf("row %d with another spelling", e.Row)
	}
	return fmt.Sprintf("row %d", e.Row)
}
