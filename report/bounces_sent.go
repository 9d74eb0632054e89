package report

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sentFile is what a file of sent mails says.
type sentFile struct {
	counts    bool // it has counts, not recipients
	total     int64
	campaigns map[string]int64 // nil: it does not say
	domains   map[string]int64
	days      map[uint16]int64
}

// sentColumns are the columns that a file of sent mails may have, by the names that
// people give them.
var sentColumns = map[string][]string{
	"campaign":  {"campaign", "campaign_id", "campaign_name", "mailing"},
	"day":       {"day", "date"},
	"domain":    {"domain"},
	"count":     {"count", "sent", "sends", "delivered", "recipients"},
	"recipient": {"recipient", "email", "e-mail", "address", "to"},
}

// readSent reads [BounceOptions.Sent]: a CSV file (comma, semicolon or tab) with a
// header, of one of two kinds:
//
//	campaign,count           how many mails were sent: a row for each campaign, day
//	day,domain,count         or domain, or for any of them together; the rows are
//	campaign,day,domain,count  added up
//
//	campaign,email           one row a mail; campaign and day may be left out
//
// A day is written 2026-05-31. Other columns are left alone.
func (t *tally) readSent(r io.Reader, name string) error {
	if err := t.readRows(r); err != nil {
		if name != "" {
			name += ": "
		}
		return fmt.Errorf("read what was sent: %s%w", name, err)
	}
	return nil
}

func (t *tally) readRows(r io.Reader) error {
	in := bufio.NewReader(r)
	head, _ := in.Peek(4096)
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		in.Discard(3)
		head = head[3:]
	}
	first, _, _ := bytes.Cut(head, []byte("\n"))
	rows := csv.NewReader(in)
	rows.ReuseRecord, rows.FieldsPerRecord = true, -1
	for _, comma := range "\t;," {
		if bytes.ContainsRune(first, comma) {
			rows.Comma = comma
			break
		}
	}
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return errors.New("it is empty")
	}
	if err != nil {
		return err
	}
	column := map[string]int{}
	for i, cell := range header {
		for what, names := range sentColumns {
			if slices.Contains(names, strings.ToLower(strings.TrimSpace(cell))) {
				if _, twice := column[what]; !twice {
					column[what] = i
				}
			}
		}
	}
	_, each := column["recipient"]
	_, counts := column["count"]
	if each == counts && !each {
		return fmt.Errorf("its header %q names neither a column count nor a column email", strings.Join(header, string(rows.Comma)))
	}
	if each {
		delete(column, "count")
	}
	t.file.counts = !each
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err // it says where
		}
		if err := t.addSent(column, row); err != nil {
			line, _ := rows.FieldPos(0)
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

func (t *tally) addSent(column map[string]int, row []string) error {
	cell := func(what string) (text string, has bool) {
		i, has := column[what]
		if has && i < len(row) {
			text = strings.TrimSpace(row[i])
		}
		return text, has
	}
	var at uint32
	text, hasDay := cell("day")
	if hasDay && text != "" {
		midnight, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return fmt.Errorf("%q is no day such as 2026-05-31", text)
		}
		at = unix(midnight)
	}
	campaign, hasCampaign := cell("campaign")
	if recipient, each := cell("recipient"); each {
		if recipient != "" {
			t.count(strings.Clone(campaign), "", recipient, fate{at: at, is: sent}, false)
		}
		return nil
	}
	text, _ = cell("count")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("%q is no number of mails", text)
	}
	f := &t.file
	f.total += n
	if hasCampaign {
		f.campaigns = plus(f.campaigns, strings.Clone(campaign), n)
	}
	if domain, has := cell("domain"); has {
		f.domains = plus(f.domains, strings.ToLower(domain), n)
	}
	if hasDay {
		f.days = plus(f.days, uint16(at/secondsADay), n)
	}
	return nil
}

func plus[name comparable](m map[name]int64, of name, n int64) map[name]int64 {
	if m == nil {
		m = map[name]int64{}
	}
	m[of] += n
	return m
}
