package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// source is a package that lists are made of.
type source struct {
	name    string // of the package
	list    string // that it serves
	family  string // of disposable lists: who copies from whom has one vote together
	file    string // in the package, that holds the entries
	entries func([]byte) ([]string, error)
}

// fresh is the family whose word alone makes a domain disposable: it is kept
// by hand and up to date. Of the others two must agree.
const fresh = "fresh"

// disposable-domains holds 89 % of burner-email-providers, so that the two are
// one family; it shares 55 % with mailchecker, which holds 29 % of
// burner-email-providers: another.
var sources = []source{
	{name: "disposable-email-domains-js", list: "disposable", family: fresh, file: "dist/dict/disposable_email_blocklist.json", entries: jsonArray},
	{name: "mailchecker", list: "disposable", family: "mailchecker", file: "platform/node/index.js", entries: jsSet},
	{name: "disposable-domains", list: "disposable", family: "burner", file: "index.json", entries: jsonArray},
	{name: "burner-email-providers", list: "disposable", family: "burner", file: "emails.txt", entries: textLines},
	{name: "free-email-domains", list: "free", file: "domains.json", entries: jsonArray},
	{name: "role-based-email-addresses", list: "role", file: "src/index.js", entries: jsStrings},
}

var errNoEntries = errors.New("no entries: the package's form has changed")

func jsonArray(data []byte) (entries []string, err error) {
	if err := json.Unmarshal(data, &entries); err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, errNoEntries
	}
	return entries, nil
}

func textLines(data []byte) (entries []string, err error) {
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" {
			entries = append(entries, line)
		}
	}
	if len(entries) == 0 {
		return nil, errNoEntries
	}
	return entries, nil
}

// jsSet reads the array of `new Set(["a","b"])`, which is JSON.
func jsSet(data []byte) ([]string, error) {
	const opens = "new Set("
	_, array, ok := bytes.Cut(data, []byte(opens))
	if !ok {
		return nil, fmt.Errorf("no %q: the package's form has changed", opens)
	}
	array, _, ok = bytes.Cut(array, []byte(")"))
	if !ok {
		return nil, errNoEntries
	}
	return jsonArray(array)
}

var jsString = regexp.MustCompile(`(?m)^\s+'([^'\\]+)',$`)

// jsStrings reads arrays that have a quoted string a line.
func jsStrings(data []byte) (entries []string, err error) {
	for _, m := range jsString.FindAllSubmatch(data, -1) {
		entries = append(entries, string(m[1]))
	}
	if len(entries) == 0 {
		return nil, errNoEntries
	}
	return entries, nil
}
