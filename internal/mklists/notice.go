package main

import (
	"bytes"
	"fmt"
	"strings"
)

// writeNotice writes the licences under which the packages are used.
func writeNotice(path string, lock []pin, packages map[string]content) error {
	var b bytes.Buffer
	b.WriteString("winnow embeds lists (validate/data) that are made from the packages below,\n" +
		"each under its own licence. Written by internal/mklists from validate/data/lists.lock.\n")
	for _, p := range lock {
		fmt.Fprintf(&b, "\n%s\n%s %s, %s, licence %s\n\n", strings.Repeat("=", 72), p.Package, p.Version, p.Date, p.Licence)
		for line := range strings.Lines(strings.TrimSpace(packages[p.Package].licence)) {
			b.WriteString(strings.TrimRight(line, " \t\r\n"))
			b.WriteByte('\n')
		}
	}
	return replace(path, b.Bytes())
}
