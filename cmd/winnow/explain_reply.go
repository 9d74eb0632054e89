package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"winnow/bounce"
)

// replyRules returns winnow's rules of what replies say, with the user's file laid
// over where there is one.
func replyRules(file string) (*bounce.Rules, error) {
	rules, err := bounce.Embedded()
	if err != nil || file == "" {
		return rules, err
	}
	own, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read bounce rules: %w", err)
	}
	return rules.With(file, own)
}

// looksLikeReply tells what a server said from a mistyped code of winnow's own.
func looksLikeReply(arg string) bool {
	return strings.ContainsAny(arg, " \t\n") || arg != "" && arg[0] >= '0' && arg[0] <= '9'
}

// noReplyCode reports whether arg is a number that no server replies with (RFC 5321
// section 4.2).
func noReplyCode(arg string) bool {
	n, err := strconv.Atoi(arg)
	return err == nil && (n < 200 || n > 599)
}

// explainStream answers each line of standard input, one raw reply a line.
func explainStream(ui *tui, rules *bounce.Rules, format string) error {
	if ui.stdinIsTerminal() {
		ui.note("winnow: type a reply a line; end with Ctrl-D")
	}
	first := true
	for line, err := range readLines(ui.stdin) {
		if err != nil {
			return err
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		if first && (strings.HasPrefix(line, "\xff\xfe") || strings.HasPrefix(line, "\xfe\xff")) {
			return errors.New("read standard input: it is UTF-16: write it as UTF-8")
		}
		if err := explainReply(ui.stdout, rules, line, format, first); err != nil {
			return err
		}
		first = false
	}
	return nil
}

// replyJSON has the stable names of what is said of a reply.
type replyJSON struct {
	Reply      string   `json:"reply"`
	Code       int      `json:"code,omitempty"`
	Enhanced   string   `json:"enhanced,omitempty"`
	Reason     string   `json:"reason"`
	Class      string   `json:"class"`
	Target     string   `json:"target,omitempty"`
	Action     string   `json:"action"`
	RetryAfter int      `json:"retry_after,omitempty"` // seconds
	Rule       string   `json:"rule,omitempty"`
	Overrode   []string `json:"overrode,omitempty"`
	Text       string   `json:"text"`
}

// explainReply says with one write what a reply, or a bare code, means.
func explainReply(w io.Writer, rules *bounce.Rules, text, format string, first bool) error {
	reply := bounce.Reply{Text: text}
	status, err := bounce.StatusOf(strings.TrimSpace(text))
	bare := err == nil
	if bare {
		reply = bounce.Reply{Enhanced: strings.TrimSpace(text)}
	}
	if bare && reply.Enhanced[0] == '2' {
		reply.Code = 250 // whoever says no reply code with it says yes
	}
	r := rules.Classify(reply)
	if bare {
		r.Code = 0 // nobody gave it
	}
	var b bytes.Buffer
	if format == "jsonl" {
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(replyJSON{
			Reply: text, Code: r.Code, Enhanced: r.Enhanced, Reason: r.Reason.String(), Class: r.Class.String(), Target: r.Target.String(),
			Action: r.Action.String(), RetryAfter: int(r.RetryIn.Seconds()), Rule: r.Rule, Overrode: r.Overrode, Text: r.Reason.Text(),
		}); err != nil {
			return fmt.Errorf("print an answer: %w", err)
		}
	} else {
		if !first {
			b.WriteByte('\n')
		}
		fmt.Fprintln(&b, printable(strings.TrimSpace(text)))
		code, isCode := bareCode(text)
		switch {
		case bare:
			fmt.Fprintf(&b, "  meaning     %s\n", status.Meaning)
		case isCode:
			fmt.Fprintf(&b, "  meaning     %s\n  usually     a %s bounce: %s\n  advice      %s\n", code.Meaning, code.Usual, code.Cause, code.Advice)
		}
		printReply(&b, &r, code.Note)
	}
	_, err = w.Write(b.Bytes())
	return err
}

func printReply(b *bytes.Buffer, r *bounce.Result, note string) {
	fmt.Fprintf(b, "  reason      %s: %s\n", r.Reason, r.Reason.Text())
	if note != "" {
		fmt.Fprintf(b, "  but         %s\n", note)
	}
	fmt.Fprintf(b, "  class       %s\n", r.Class)
	if about := r.Target.String(); about != "" {
		fmt.Fprintf(b, "  about       the %s\n", about)
	}
	fmt.Fprintf(b, "  what to do  %s\n", r.Todo())
	if r.RetryIn > 0 {
		fmt.Fprintf(b, "  try again   after %s\n", plainly(r.RetryIn))
	}
	if r.Rule != "" {
		fmt.Fprintf(b, "  decided by  %s", r.Rule)
		if len(r.Overrode) > 0 {
			fmt.Fprintf(b, ", over %s", strings.Join(r.Overrode, ", "))
		}
		b.WriteByte('\n')
	}
}

// plainly writes 6h, not 6h0m0s.
func plainly(d time.Duration) string {
	s := d.String()
	if d%time.Minute == 0 {
		s = strings.TrimSuffix(s, "0s")
	}
	if d%time.Hour == 0 {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// bareCode returns the line of the sheet for a text that is a reply code and nothing
// else.
func bareCode(text string) (bounce.Code, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return bounce.Code{}, false
	}
	for _, c := range bounce.Codes() {
		if c.Number == n {
			return c, true
		}
	}
	return bounce.Code{}, false
}

// explainSheet prints every reply code, enhanced code and reason.
func explainSheet(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nREPLY CODE\tMEANING\tUSUALLY\tCAUSE\tADVICE\tALONE, WINNOW SAYS")
	for _, c := range bounce.Codes() {
		alone := c.Alone.String()
		if c.Note != "" {
			alone += " (" + c.Note + ")"
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\n", c.Number, c.Meaning, c.Usual, c.Cause, c.Advice, alone)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(t, "\nENHANCED\tMEANING")
	for _, s := range bounce.Statuses() {
		fmt.Fprintf(t, "x.%s\t%s\n", s.Code, s.Meaning)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(t, "\nREASON\tCLASS\tMEANING\tWHAT TO DO")
	for _, r := range bounce.Reasons() {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", r, r.Class(), r.Text(), r.Todo())
	}
	return t.Flush()
}

// checkReplyFormat says what is wrong with a format.
func checkReplyFormat(format string) error {
	if format != "text" && format != "jsonl" {
		return usageError{errors.New("--format: " + strconv.Quote(format) + " is neither text nor jsonl")}
	}
	return nil
}
