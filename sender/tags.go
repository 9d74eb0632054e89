package sender

import (
	"fmt"
	"strings"
)

// tag is a name with its value, of a list such as "v=DKIM1; k=rsa; p=…": RFC 6376
// section 3.2, which DMARC, MTA-STS and TLS-RPT took over.
type tag struct{ name, value string }

type tags []tag

// parseTags reads a list. White space around names and values is left out, that within
// a value stays. Names keep their case: RFC 6376 has them differ by it. A name that
// comes twice, or a part without =, is an error.
func parseTags(text string) (tags, error) {
	var list tags
	for part := range strings.SplitSeq(text, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, value, is := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !is || name == "" {
			return nil, fmt.Errorf("%q is no NAME=VALUE", strings.TrimSpace(part))
		}
		if _, twice := list.find(name); twice {
			return nil, fmt.Errorf("%s= stands there twice", name)
		}
		list = append(list, tag{name, value})
	}
	return list, nil
}

func (t tags) find(name string) (string, bool) {
	for _, tag := range t {
		if tag.name == name {
			return tag.value, true
		}
	}
	return "", false
}

// value returns that of a tag, or otherwise where there is none.
func (t tags) value(name, otherwise string) string {
	if v, is := t.find(name); is {
		return v
	}
	return otherwise
}

// begins returns what tells texts that begin with a tag v=version, as they must.
func begins(version string) func(string) bool {
	return func(text string) bool {
		first, _, _ := strings.Cut(text, ";")
		name, value, _ := strings.Cut(first, "=")
		return strings.TrimSpace(name) == "v" && strings.TrimSpace(value) == version
	}
}
