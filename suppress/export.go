package suppress

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Format is a form of suppression list that a sending service takes. For what a
// service has two lists, bounces and complaints, export each apart.
type Format struct {
	Name   string
	About  string
	header []string // nil: it has none
	row    func(*Entry) []string
}

// Formats returns all formats. Of each the columns are those of its service's
// documentation, which are named beside it.
func Formats() []Format {
	only := func(e *Entry) []string { return []string{e.Address} }
	return []Format{
		{"plain", "one address a line", nil, only},
		{"csv", "everything that winnow knows of an entry",
			[]string{"email", "standing", "reason", "since", "until", "events", "by_hand", "note"},
			func(e *Entry) []string {
				byHand := ""
				if e.ByHand() {
					byHand = e.Who
				}
				return []string{e.Address, e.Standing.String(), e.ReasonWord(), stamp(e.Since), stamp(e.Until), strconv.Itoa(e.Events), byHand, e.Note}
			}},
		// https://www.twilio.com/docs/sendgrid/ui/sending-email/global-unsubscribes: a CSV
		// file with a column email.
		{"sendgrid", "Suppressions > Global Unsubscribes > upload a CSV", []string{"email"}, only},
		// https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/bounces:
		// address, code, error, created_at (RFC 2822).
		{"mailgun", "POST /v3/DOMAIN/bounces/import", []string{"address", "code", "error", "created_at"},
			func(e *Entry) []string {
				code := cmp.Or(e.Last.Code, 550) // its default
				return []string{e.Address, strconv.Itoa(code), e.ReasonWord(), e.Since.Format(time.RFC1123Z)}
			}},
		// https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html: no
		// header; BOUNCE or COMPLAINT.
		{"ses", "SES API v2 CreateImportJob, from S3", nil,
			func(e *Entry) []string {
				if e.Standing == Complained {
					return []string{e.Address, "COMPLAINT"}
				}
				return []string{e.Address, "BOUNCE"}
			}},
		// https://postmarkapp.com/developer/api/suppressions-api: EmailAddress.
		{"postmark", "a message stream's Suppressions > upload", []string{"EmailAddress"}, only},
		// https://developers.sparkpost.com/api/suppression-list: a complaint is about
		// advertisement, a dead mailbox takes nothing at all.
		{"sparkpost", "Recipients > Suppressions > bulk upload", []string{"recipient", "type", "description"},
			func(e *Entry) []string {
				if e.Standing == Complained {
					return []string{e.Address, "non_transactional", e.ReasonWord()}
				}
				return []string{e.Address, "transactional", e.ReasonWord()}
			}},
		// https://help.brevo.com: contacts to be blocklisted are imported by EMAIL.
		{"brevo", "Contacts > import, as blocklisted", []string{"EMAIL"}, only},
		// https://documentation.mailjet.com: an exclusion list is imported by email.
		{"mailjet", "Contacts > exclusion list > upload", []string{"email"}, only},
		// https://mailchimp.com/help/format-guidelines-for-your-import-file: Email Address.
		{"mailchimp", "Audience > import, as unsubscribed or cleaned", []string{"Email Address"}, only},
	}
}

const byHandWord = "by-hand"

// ReasonWord is the word of why an entry is there: bounce's reason, or "by-hand".
func (e *Entry) ReasonWord() string {
	if e.ByHand() {
		return byHandWord
	}
	return e.Reason.String()
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Exporter writes entries in a format.
type Exporter struct {
	format Format
	to     *csv.Writer
}

// NewExporter returns an exporter that writes to w.
func NewExporter(w io.Writer, f Format) (*Exporter, error) {
	x := &Exporter{f, csv.NewWriter(w)}
	if f.header == nil {
		return x, nil
	}
	return x, x.to.Write(f.header)
}

// Write writes an entry, which has an address.
func (x *Exporter) Write(e *Entry) error {
	row := x.format.row(e)
	for i, cell := range row {
		row[i] = harmless(cell, i == 0)
	}
	if err := x.to.Write(row); err != nil {
		return fmt.Errorf("write an entry: %w", err)
	}
	return nil
}

// harmless keeps a spreadsheet from taking a note for a formula. An address is
// written as it is: it is to be found again.
func harmless(cell string, isAddress bool) string {
	if cell != "" && !isAddress {
		switch cell[0] {
		case '=', '+', '-', '@', '\t', '\r':
			return "'" + cell
		}
	}
	return cell
}

// Flush writes what is left.
func (x *Exporter) Flush() error {
	x.to.Flush()
	return x.to.Error()
}
