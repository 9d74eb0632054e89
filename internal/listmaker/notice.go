package listmaker

import (
	"bytes"
	"fmt"
	"strings"
)

// Notice is the text of a file with the licences under which the packages are
// used.
func (p Packages) Notice() []byte {
	var b bytes.Buffer
	b.WriteString("winnow embeds lists (validate/data) that are made from the packages below,\n" +
		"each under its own licence. Written by internal/mklists from validate/data/lists.lock.\n")
	for _, pin := range p.pins {
		fmt.Fprintf(&b, "\n%s\n%s %s, %s, licence %s\n\n", strings.Repeat("=", 72), pin.Package, pin.Version, pin.Date, pin.Licence)
		for line := range strings.Lines(strings.TrimSpace(p.of[pin.Package].licence)) {
			b.WriteString(strings.TrimRight(line, " \t\r\n"))
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}
