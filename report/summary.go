// Package report answers one question: what did a run find, in words for people
// and in JSON for machines?
package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Part is where a row of a list goes.
type Part uint8

const (
	Clean      Part = iota // to be sent to
	Review                 // to be looked at
	Removed                // not to be sent to
	Duplicates             // the mailbox stands in an earlier row
	NumParts   = 4
)

var parts = [NumParts]string{"clean", "review", "removed", "duplicates"}

// String returns the stable lower-case word of p, as it stands in file names.
func (p Part) String() string { return parts[p] }

// Summary is what a run found. It is what --summary writes and, with the files,
// the manifest; its JSON names are stable.
type Summary struct {
	Run        string           `json:"run"` // an id of its own
	Version    string           `json:"version"`
	StartedAt  time.Time        `json:"started_at"`
	Seconds    float64          `json:"seconds"`
	List       Input            `json:"list"`
	Depth      string           `json:"depth"` // how deep the run looked
	Complete   bool             `json:"complete"`
	Rows       int64            `json:"rows"`       // all rows but the header
	Judged     int64            `json:"judged"`     // rows less those without an address and duplicates: what the shares are of
	NoAddress  int64            `json:"no_address"` // rows without an address
	Duplicates int64            `json:"duplicates"` // later rows of a mailbox
	Domains    int64            `json:"domains"`    // distinct
	Parts      []PartCount      `json:"parts"`
	Statuses   map[string]int64 `json:"statuses"` // of the judged rows
	KnownBad   KnownBad         `json:"known_bad"`
	Fixed      *Fixed           `json:"fixed,omitempty"` // of winnow fix; known_bad and the parts' groups are not filled in then
	Gates      []string         `json:"gates,omitempty"` // those that were met, in words
	Held       bool             `json:"held"`            // the outputs are named .held

	HostsFailed bool `json:"-"` // what is not complete is what mail hosts were to say

	Warnings []string `json:"warnings,omitempty"`
	Next     []string `json:"next"`
	Lists    []Data   `json:"lists"`             // winnow's own lists that were used
	History  *Store   `json:"history,omitempty"` // what became of earlier mail; without: nobody knew
	Probe    *Probe   `json:"probe,omitempty"`   // what mail hosts were asked; without: nothing
	Folder   string   `json:"folder"`            // where the files are; "" if there are none
	Files    []File   `json:"files"`
}

// Input is the list that was read.
type Input struct {
	Path      string `json:"path"` // "-" for standard input
	Bytes     int64  `json:"bytes"`
	SHA256    string `json:"sha256,omitempty"`
	Column    string `json:"column"`
	Why       string `json:"why"` // why this column
	Delimiter string `json:"delimiter"`
	Header    bool   `json:"header"`
}

// PartCount counts a part.
type PartCount struct {
	Part   string  `json:"part"`
	Rows   int64   `json:"rows"`
	Groups []Group `json:"groups"` // the largest first
}

// Group counts the rows of a part with one status and reason.
type Group struct {
	Status   string  `json:"status"`
	Reason   string  `json:"reason"` // "" where nothing is to be said
	Action   string  `json:"action"`
	Rows     int64   `json:"rows"`
	Examples []int64 `json:"examples"` // up to three row numbers; the header is row 1
}

// KnownBad is the share of the judged rows that are certain to bounce.
type KnownBad struct {
	Rows  int64   `json:"rows"`
	Share float64 `json:"share"` // 0 to 1
	Text  string  `json:"text"`
}

// Fixed says what winnow fix changed.
type Fixed struct {
	Rows   int64   `json:"rows"`
	Groups []Group `json:"groups"` // the largest first
	Unsure int64   `json:"unsure"` // rows that were left, although there is a suggestion
}

// Data is a list of winnow's own that the run used.
type Data struct {
	Name   string `json:"name"`
	Date   string `json:"date"`
	Count  int    `json:"count"`
	Origin string `json:"origin"`
	From   string `json:"from,omitempty"` // the folder of one that is not embedded
}

// Store is what was known of earlier mail.
type Store struct {
	Path       string     `json:"store"`
	Entries    int64      `json:"entries"` // addresses that are suppressed
	LastImport *time.Time `json:"last_import,omitempty"`
}

// Probe is what mail hosts were asked.
type Probe struct {
	Addresses   int64     `json:"addresses"`  // distinct, that were to be asked for
	NotAsked    int64     `json:"not_asked"`  // of these, for which no host was asked
	Remembered  int64     `json:"remembered"` // of these, for which a host had answered lately
	Recipients  int64     `json:"recipients"` // RCPT sent for them
	MadeUp      int64     `json:"made_up"`    // RCPT sent for recipients that nobody has
	Connections int64     `json:"connections"`
	Domains     int64     `json:"domains"`
	CatchAll    int64     `json:"catch_all"` // domains that take mail for everybody
	Blocked     []Blocked `json:"blocked,omitempty"`
}

// Blocked is a provider that refused us, and was asked no further.
type Blocked struct {
	Provider string `json:"provider"`
	Reason   string `json:"reason"`
	Reply    string `json:"reply"`
	NotAsked int64  `json:"not_asked"` // addresses
}

// File is an output.
type File struct {
	Part   string `json:"part"`
	Path   string `json:"path"` // in Folder
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// WriteJSON writes s, indented.
func (s *Summary) WriteJSON(w io.Writer) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// ReadFile reads the summary or manifest at path. What is no such thing is an
// error.
func ReadFile(path string) (*Summary, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := ReadJSON(f)
	if err == nil && (s.Run == "" || s.StartedAt.IsZero()) {
		err = fmt.Errorf("read %s: it is no summary of winnow's", path)
	}
	return s, err
}

// ReadJSON reads what WriteJSON wrote.
func ReadJSON(r io.Reader) (*Summary, error) {
	var s Summary
	d := json.NewDecoder(r)
	d.DisallowUnknownFields() // what has others is somebody else's
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("read a summary: %w", err)
	}
	if d.More() {
		return nil, errors.New("read a summary: there is more behind it")
	}
	return &s, nil
}
