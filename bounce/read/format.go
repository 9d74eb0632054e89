// Package read answers one question: what became of the mails that this file
// tells of?
//
// A file is a bounce mail, a mailbox of them, the log of a mail server, or what a
// sending service posts or exports. What they say is classified by package bounce;
// a service's own label is kept beside that and decides nothing that a reply says
// better. What is damaged is told and skipped, and the rest goes on.
package read

import (
	"bufio"
	"context"

	"winnow/bounce"
)

// format is a form in which such things are kept, one a file of this package.
type format struct {
	name  string
	about string
	looks func(head []byte) bool // whether a file that begins so is one; head is at most headSize bytes
	read  func(*input) error     // an error ends the file; what is damaged in it is none
	by    *service               // who posts and exports such files; nil if no service does
}

// headSize is how much of a file is looked at to tell its format.
const headSize = 64 << 10

// input is one file that is being read.
type input struct {
	*bufio.Reader
	ctx     context.Context
	rules   *bounce.Rules
	event   func(bounce.Event) error      // Source is the place in the file: "line 12"; the file's name is put before it
	damaged func(place string, err error) // told, and skipped
	tally   *Tally                        // what formats of mails count in, and what was left out
	named   bool                          // the user says what the file is
	owner   func(object) *service         // whose record it is; nil if nobody's
}
