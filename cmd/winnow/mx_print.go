package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"text/tabwriter"
	"time"

	"winnow/mx"
	"winnow/provider"
	"winnow/validate"
)

// outcomes are the outcomes in words.
var outcomes = [...]string{
	mx.Hosts:        "has mail hosts",
	mx.Implicit:     "no MX, but an address that mail is tried at (implicit MX)",
	mx.Null:         "takes no mail (null MX)",
	mx.Missing:      "does not exist (NXDOMAIN)",
	mx.None:         "no mail host: neither MX nor A nor AAAA",
	mx.Unresolvable: "its mail hosts do not exist",
	mx.Unroutable:   "its mail hosts have only addresses that lead nowhere",
	mx.Private:      "its mail hosts have only private addresses",
	mx.ServFail:     "could not be found out: SERVFAIL",
	mx.Refused:      "could not be found out: REFUSED",
	mx.Timeout:      "could not be found out: no answer",
	mx.Lame:         "could not be found out: a lame answer",
	mx.Loop:         "could not be found out: a loop of aliases",
	mx.Malformed:    "could not be found out: no answer that can be read",
}

// readable is d for people; apart says that something stands above it.
func (d *diagnosis) readable(apart bool) []byte {
	var b bytes.Buffer
	if apart {
		b.WriteByte('\n')
	}
	words := d.answer.Outcome.String()
	if int(d.answer.Outcome) < len(outcomes) {
		words = outcomes[d.answer.Outcome]
	}
	switch {
	case d.answer.Confirmed:
		words += ", confirmed"
	case !d.answer.Outcome.Temporary():
		words += ", not confirmed"
	}
	name := d.answer.Name
	if !strings.EqualFold(strings.TrimSuffix(d.text, "."), name) {
		name += " (" + printable(d.text) + ")"
	}
	fmt.Fprintf(&b, "%s: %s\n  %s\n", name, words, d.answer.Detail)
	if len(d.answer.Hosts) > 0 {
		b.WriteString("\n  mail hosts\n")
		aligned(&b, d.hostRows())
	}
	b.WriteString("\n  asked\n")
	aligned(&b, d.askedRows())
	fmt.Fprintf(&b, "\n  what winnow makes of it\n    %s", d.grade)
	if d.kind != 0 {
		fmt.Fprintf(&b, " (%s): %s", validate.Info(d.kind).Code, validate.Text(d.kind, d.domain, &validate.Mailbox{}))
	} else {
		b.WriteString(": nothing speaks against the domain")
	}
	b.WriteByte('\n')
	return b.Bytes()
}

func (d *diagnosis) hostRows() [][]string {
	var rows [][]string
	for _, h := range d.answer.Hosts {
		preference := fmt.Sprint(h.Preference)
		if d.answer.Outcome == mx.Implicit {
			preference = "-" // there is no MX to have one
		}
		who := ""
		if known := provider.OfHost(h.Name); known.ID != 0 {
			who = fmt.Sprintf("%s (%s)", known.ID, known.Class)
		}
		addrs := []string{"no address known"}
		if len(h.Addrs) > 0 {
			addrs = texts(h.Addrs)
		}
		for i, addr := range addrs {
			if i == 0 {
				rows = append(rows, []string{preference, h.Name, addr, who})
			} else {
				rows = append(rows, []string{"", "", addr})
			}
		}
	}
	return rows
}

func (d *diagnosis) askedRows() [][]string {
	var rows [][]string
	for _, e := range d.asked {
		question := e.Question
		if e.MadeUp {
			question += " (made up)"
		}
		ttl, took := "-", fmt.Sprintf("%.1f ms", milliseconds(e.Took))
		if e.TTL > 0 {
			ttl = fmt.Sprintf("TTL %.0f", e.TTL.Seconds())
		}
		if e.Tries > 1 {
			took += fmt.Sprintf(", %d tries", e.Tries)
		}
		records := e.Records
		if len(records) == 0 {
			records = []string{""}
		}
		rows = append(rows, []string{question, e.Server, e.Answer, ttl, took, records[0]})
		for _, record := range records[1:] {
			rows = append(rows, []string{"", "", "", "", "", record})
		}
	}
	return rows
}

// aligned writes rows of cells, indented, without blanks at the ends of lines.
func aligned(b *bytes.Buffer, rows [][]string) {
	var padded strings.Builder
	t := tabwriter.NewWriter(&padded, 0, 0, 2, ' ', 0)
	for _, cells := range rows {
		fmt.Fprintf(t, "    %s\n", strings.Join(cells, "\t"))
	}
	_ = t.Flush() // into memory
	for line := range strings.Lines(padded.String()) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
}

// diagnosisJSON is a diagnosis for machines. Its names are stable.
type diagnosisJSON struct {
	Domain    string         `json:"domain"`          // A-labels, lower case
	Input     string         `json:"input,omitempty"` // as it was given, where that is something else
	Outcome   string         `json:"outcome"`
	Confirmed bool           `json:"confirmed"`
	Detail    string         `json:"detail"`
	Hosts     []hostJSON     `json:"hosts"`
	Asked     []exchangeJSON `json:"asked"`
	Status    string         `json:"status"` // what winnow makes of the domain alone
	Code      string         `json:"code"`   // "" if there is nothing to say
	Text      string         `json:"text"`
	CheckedAt time.Time      `json:"checked_at"`
	TTL       int64          `json:"ttl"` // seconds; 0 if not known
}

type hostJSON struct {
	Name       string   `json:"name"`
	Preference uint16   `json:"preference"`
	Addresses  []string `json:"addresses"`
	Provider   string   `json:"provider"`
	Class      string   `json:"class"`
}

type exchangeJSON struct {
	Question string   `json:"question"`
	MadeUp   bool     `json:"made_up,omitempty"`
	Server   string   `json:"server"`
	Answer   string   `json:"answer"`
	Records  []string `json:"records"`
	TTL      int64    `json:"ttl"`
	TookMS   float64  `json:"took_ms"`
	Tries    int      `json:"tries"`
}

// faultJSON is what is said of something that is no domain.
type faultJSON struct {
	Input string `json:"input"`
	Error string `json:"error"`
}

// json is d as one line.
func (d *diagnosis) json() ([]byte, error) {
	if d.fault != nil {
		return jsonLine(faultJSON{d.text, d.fault.Error()})
	}
	a := d.answer
	out := diagnosisJSON{
		Domain: a.Name, Outcome: a.Outcome.String(), Confirmed: a.Confirmed, Detail: a.Detail,
		Hosts: []hostJSON{}, Asked: []exchangeJSON{},
		Status: d.grade.String(), CheckedAt: a.At.UTC(), TTL: seconds(a.TTL),
	}
	if d.text != a.Name {
		out.Input = d.text
	}
	if d.kind != 0 {
		out.Code, out.Text = validate.Info(d.kind).Code, validate.Text(d.kind, d.domain, &validate.Mailbox{})
	}
	for _, h := range a.Hosts {
		known := provider.OfHost(h.Name)
		out.Hosts = append(out.Hosts, hostJSON{Name: h.Name, Preference: h.Preference, Addresses: texts(h.Addrs),
			Provider: known.ID.String(), Class: known.Class.String()})
	}
	for _, e := range d.asked {
		out.Asked = append(out.Asked, exchangeJSON{Question: e.Question, MadeUp: e.MadeUp, Server: e.Server, Answer: e.Answer,
			Records: append([]string{}, e.Records...), TTL: seconds(e.TTL), TookMS: milliseconds(e.Took), Tries: e.Tries})
	}
	return jsonLine(out)
}

func jsonLine(out any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(out); err != nil {
		return nil, fmt.Errorf("print an answer: %w", err)
	}
	return b.Bytes(), nil
}

func texts(addrs []netip.Addr) []string {
	texts := make([]string, len(addrs))
	for i, addr := range addrs {
		texts[i] = addr.String()
	}
	return texts
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// milliseconds are rounded to a tenth.
func milliseconds(d time.Duration) float64 {
	return math.Round(10*float64(d)/float64(time.Millisecond)) / 10
}
