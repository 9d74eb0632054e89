package validate

import (
	"strings"

	"golang.org/x/net/publicsuffix"

	"winnow/provider"
)

// ListInfo says what a list is, and of when.
type ListInfo struct {
	Name    string // "disposable"
	Title   string // what it lists, in words
	Origin  string // packages and versions, or the hand that wrote it
	Date    string // of its newest source, YYYY-MM-DD
	Licence string
	Count   int    // entries; 0 if that is not known
	From    string // the folder that it was read from; "" for one that is embedded
}

// Info describes the lists.
func (l *Lists) Info() []ListInfo {
	infos := make([]ListInfo, 0, len(listNames))
	for _, name := range listNames {
		infos = append(infos, l.info(name, l.text[name]))
	}
	providers, hosts := provider.Tables()
	return append(infos, newDomainSet(providers).info(), newDomainSet(hosts).info(), suffixInfo())
}

// suffixInfo describes the public suffixes, which come with a library that tells
// "publicsuffix.org's public_suffix_list.dat, git revision … (2026-09-08T…)", and not
// how many they are.
func suffixInfo() ListInfo {
	says := publicsuffix.List.String()
	_, at, _ := strings.Cut(says, "(")
	date, _, _ := strings.Cut(at, "T")
	return ListInfo{
		Name: "suffixes", Title: "public suffixes: nobody's own domain, and on no list",
		Origin: "golang.org/x/net/publicsuffix", Date: date, Licence: "MPL-2.0",
	}
}

// UncountedInfo describes the list of what a source names and no list counts.
func (l *Lists) UncountedInfo() (ListInfo, error) {
	text, err := l.uncounted()
	if err != nil {
		return ListInfo{}, err
	}
	return l.info(Uncounted, text), nil
}

func (l *Lists) info(name, text string) ListInfo {
	info := newDomainSet(text).info()
	if IsRenewed(name) {
		info.From = l.from
	}
	return info
}

// Text returns a list as it was written, header and all, or "" where there is
// no list of that name.
func (l *Lists) Text(name string) string { return l.text[name] }
