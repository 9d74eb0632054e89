package bounce

import (
	"iter"
	"strings"
)

// voices cuts a text where somebody else begins to speak, so that no phrase begins in
// the words of one and ends in those of another. Before the first code speaks who
// tells of the reply, and of the recipient as often as not; in a transcript, ">>>" is
// the client, and a code behind the last line of a reply another reply.
func voices(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		begin := 0
		if code, behind := findCode(text); code != 0 {
			begin = max(0, len(text)-len(behind)-len("550"))
		}
		if begin > 0 && !yield(text[:begin]) {
			return
		}
		last := lastLine(text[begin:])
		for at := begin; ; {
			end := strings.IndexByte(text[at:], '\n')
			if end < 0 {
				break
			}
			at += end + 1
			line := strings.TrimLeft(text[at:], " \t<")
			asked := strings.HasPrefix(line, ">>>")
			if code := codeAt(line); code < 400 && !asked {
				continue
			}
			if last || asked {
				if !yield(text[begin:at]) {
					return
				}
				begin = at
			}
			last = asked || lastLine(line)
		}
		yield(text[begin:])
	}
}

// lastLine reports whether a line of a reply, which begins with its code, is its last
// (RFC 5321 section 4.2.1).
func lastLine(line string) bool { return len(line) <= 3 || line[3] != '-' }
