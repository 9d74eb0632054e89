package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"winnow/sender"
)

// checkup is what winnow doctor found.
type checkup struct {
	at        time.Time
	resolvers []string
	setup     sender.Setup
	results   []sender.Result
}

// status is the gravest: what fails before what could not be found out. What was not
// looked at because nobody named it counts for nothing.
func (d *checkup) status() sender.Status {
	for _, s := range []sender.Status{sender.Fail, sender.Unknown, sender.Warn} {
		if d.count(s) > 0 {
			return s
		}
	}
	return sender.OK
}

func (d *checkup) count(s sender.Status) (n int) {
	for _, r := range d.results {
		if r.Status == s {
			n++
		}
	}
	return n
}

// marks stand before each result.
type marks struct {
	of   map[sender.Status]string
	todo string
	dots string
}

// shown is a text as the terminal can show it.
func (m marks) shown(text string) string {
	return strings.ReplaceAll(printable(text), "…", m.dots)
}

var statuses = [...]sender.Status{sender.OK, sender.Warn, sender.Fail, sender.Unknown, sender.Skipped}

// plainMarks returns signs where the terminal shows them, else words.
func plainMarks() marks {
	locale := ""
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} { // locale(7): the first that is set
		if locale = os.Getenv(name); locale != "" {
			break
		}
	}
	locale = strings.ReplaceAll(strings.ToLower(locale), "-", "")
	if os.Getenv("NO_COLOR") != "" || !strings.Contains(locale, "utf8") {
		return marks{map[sender.Status]string{sender.OK: "ok  ", sender.Warn: "warn", sender.Fail: "FAIL", sender.Unknown: "?   ", sender.Skipped: "-   "}, "->", "..."}
	}
	return marks{map[sender.Status]string{sender.OK: "✓", sender.Warn: "!", sender.Fail: "✗", sender.Unknown: "?", sender.Skipped: "-"}, "→", "…"}
}

// readable is d for people: a line a result, and what to do below it.
func (d *checkup) readable(m marks) []byte {
	var b bytes.Buffer
	width := 0
	for _, r := range d.results {
		width = max(width, len(r.Check))
	}
	indent := strings.Repeat(" ", len([]rune(m.of[sender.OK]))+1+width+2)
	for _, r := range d.results {
		fmt.Fprintf(&b, "%s %-*s  ", m.of[r.Status], width, r.Check)
		if r.About != "" {
			b.WriteString(m.shown(r.About) + ": ")
		}
		b.WriteString(m.shown(r.Found) + "\n")
		if r.Todo != "" {
			fmt.Fprintf(&b, "%s%s %s\n", indent, m.todo, m.shown(r.Todo))
		}
	}
	var counts []string
	for _, s := range statuses {
		if n := d.count(s); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, s))
		}
	}
	fmt.Fprintf(&b, "\n%s: %s\n", conclusions[d.status()], strings.Join(counts, ", "))
	return b.Bytes()
}

var conclusions = map[sender.Status]string{
	sender.OK:      "in order, as far as it was looked at",
	sender.Warn:    "works, but not everywhere or not well",
	sender.Unknown: "something could not be found out",
	sender.Fail:    "not in order",
}

// checkupJSON is a checkup for machines. Its names are stable.
type checkupJSON struct {
	Status    string         `json:"status"` // fail, unknown, warn or ok: the gravest of the results
	HELO      string         `json:"helo"`   // "" not named
	From      string         `json:"from"`   // the domain of the envelope's sender; "<>", or "" not named
	Domain    string         `json:"domain"` // the domain that people see
	Selectors []selectorJSON `json:"selectors"`
	Addresses []string       `json:"addresses"` // ours, as given or as mail hosts see us
	Resolvers []string       `json:"resolvers"`
	Counts    map[string]int `json:"counts"` // results by status
	Results   []resultJSON   `json:"results"`
	CheckedAt time.Time      `json:"checked_at"`
}

type selectorJSON struct {
	Name   string `json:"name"`
	Domain string `json:"domain"`
}

type resultJSON struct {
	Check  string `json:"check"`
	About  string `json:"about"` // an address, a domain, a name; "" for the whole set-up
	Status string `json:"status"`
	Found  string `json:"found"`
	Todo   string `json:"todo"` // "" if nothing
}

// json is d as one object, indented.
func (d *checkup) json() ([]byte, error) {
	s := d.setup
	out := checkupJSON{Status: d.status().String(), HELO: s.HELO, From: s.From, Domain: s.Domain, Selectors: []selectorJSON{},
		Addresses: texts(s.Addrs), Resolvers: d.resolvers, Counts: map[string]int{}, Results: []resultJSON{}, CheckedAt: d.at.UTC()}
	if s.Null {
		out.From = "<>"
	}
	for _, one := range s.Selectors {
		out.Selectors = append(out.Selectors, selectorJSON(one))
	}
	for _, status := range statuses {
		out.Counts[status.String()] = d.count(status)
	}
	for _, r := range d.results {
		out.Results = append(out.Results, resultJSON{r.Check, r.About, r.Status.String(), r.Found, r.Todo})
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(out); err != nil {
		return nil, fmt.Errorf("print what was found: %w", err)
	}
	return b.Bytes(), nil
}
