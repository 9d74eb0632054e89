package read

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"winnow/bounce"
	"winnow/bounce/message"
)

// maxMail is how much of a mail is read. A report stands in front of what it gives
// back, so that nothing but that is lost of a longer one.
const maxMail = 16 << 20

// looksMail tells a mail by a field that every mail has, in its first lines.
func looksMail(head []byte) bool {
	for n := 0; n < 200 && len(head) > 0; n++ {
		line, rest, _ := bytes.Cut(head, []byte("\n"))
		head = rest
		line = bytes.TrimRight(line, "\r")
		name, _, ok := bytes.Cut(line, []byte(":"))
		switch {
		case len(line) == 0 && n > 0:
			return false
		case len(line) == 0, line[0] == ' ', line[0] == '\t', bytes.HasPrefix(line, []byte(">From ")):
		case !ok || bytes.ContainsAny(name, " \t{\"<[,;="):
			return false
		default:
			switch strings.ToLower(string(name)) {
			case "from", "to", "date", "subject", "received", "return-path", "message-id", "mime-version", "delivered-to", "content-type":
				return true
			}
		}
	}
	return false
}

func readMail(in *input) error {
	raw, err := io.ReadAll(io.LimitReader(in, maxMail))
	if err != nil {
		return fmt.Errorf("read the mail: %w", err)
	}
	events, damaged := in.tally.Events, in.tally.Damaged
	if err := in.mail("", raw); err != nil {
		return err
	}
	if len(raw) == maxMail && in.tally.Events == events && in.tally.Damaged == damaged {
		in.damaged("", errLong)
	}
	return nil
}

var errLong = errors.New("the mail is longer than 16 MiB, and in that much of it no bounce is seen")

// mail reads one mail.
func (in *input) mail(place string, raw []byte) error {
	in.tally.Mails++
	events, err := message.Read(in.ctx, raw, in.rules)
	if err := in.ctx.Err(); err != nil {
		return ended{err}
	}
	if len(raw) >= maxMail && len(events) == 0 && errors.Is(err, message.ErrCut) {
		err = errLong // it is we who cut it
	}
	if err != nil {
		in.damaged(place, err)
	}
	if err != nil && len(events) == 0 {
		return nil
	}
	if len(events) == 0 {
		return in.notice(place, raw)
	}
	for _, e := range events {
		e.Source = place
		if err := in.event(e); err != nil {
			return err
		}
	}
	return nil
}

// notice reads what a sending service would post, and mails instead (SNS by mail):
// JSON, and below it a signature. Any other mail is no bounce.
func (in *input) notice(place string, raw []byte) error {
	text := strings.TrimSpace(message.Text(raw))
	if strings.HasPrefix(text, "{") {
		text, _, _ = strings.Cut(text, "\n--\n")
		text = strings.ReplaceAll(text, "\n", "") // lines were broken on the way
		if f, ok := detect([]byte(text)); ok {
			within := *in
			within.named = false // it is the mail that was named
			within.Reader = bufio.NewReader(strings.NewReader(text))
			within.event = func(e bounce.Event) error {
				e.Source = place
				return in.event(e)
			}
			within.damaged = func(_ string, err error) { in.damaged(place, err) }
			return f.read(&within)
		}
	}
	in.tally.Others++
	return nil
}
