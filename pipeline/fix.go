package pipeline

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"winnow/policy"
	"winnow/report"
	"winnow/validate"
	"winnow/verdict"
)

// Fix writes the list with those corrections that are all but certain (a
// probability of [validate.Sure] or more) to Outputs of [Corrected], and a log that has
// each row that was changed, before and after. All other bytes are the list's own.
// Of DNS it asks only for the domains that look misspelled.
func Fix(ctx context.Context, job Job) (*report.Summary, error) {
	job.Policy.Duplicates = policy.DuplicatesKeep
	return Clean(ctx, job)
}

// changeColumns are the columns of the log.
var changeColumns = []string{"row", "before", "after", "probability", "reason", "text"}

// asks tells whether DNS is to be asked for a domain.
func (r *run) asks(d *validate.Domain) bool {
	return r.Validator.Asks(d) && (r.Outputs.form != corrected || d.Typo != "")
}

// correction is what a cell is to say in place of what it says.
type correction struct {
	text        string // "" to leave it as it is
	probability float64
	reason      verdict.Kind
}

// correct finds the corrections, and counts them and those that are not sure.
func (w *worker) correct() error {
	for i := range w.rows {
		j, row := &w.rows[i], int64(w.block.First+i)
		w.counts.Add(report.Clean, j.verdict, row)
		if j.verdict.Action != verdict.Fix {
			continue
		}
		text, probability := w.Validator.Suggestion(asked(j.domain), &j.mailbox, j.verdict.Kinds)
		if probability < validate.Sure || !fits(text, w.block.Row(i)) {
			w.unsure++
		} else {
			vd := j.verdict
			switch { // rather than that the domain does not exist
			case j.mailbox.Fault != nil:
			case vd.Kinds.Has(validate.TypoDomain):
				vd.Reason = validate.TypoDomain
			case vd.Kinds.Has(validate.LocalStray):
				vd.Reason = validate.LocalStray
			}
			j.correction = correction{text, probability, vd.Reason}
			w.fixes.Add(report.Clean, vd, row)
		}
	}
	return nil
}

// fits tells whether a row may say text: in a list that is not UTF-8, or of which
// that can not be seen, only ASCII is sure to be right.
func fits(text, row string) bool {
	return isASCII(text) || utf8.ValidString(row) && !isASCII(row)
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// renderCorrected makes the bytes of the corrected list and of the log.
func (w *worker) renderCorrected() {
	for i := range w.rows {
		j, row := &w.rows[i], w.block.Row(i)
		w.in[outFixed]++
		if j.correction.text == "" {
			w.out[outFixed] = append(w.out[outFixed], row...)
			continue
		}
		w.out[outFixed] = w.List.AppendCorrected(w.out[outFixed], row, j.correction.text)
		w.in[outChanges]++
		reason := j.correction.reason
		before, _ := w.List.Cell(row)
		w.out[outChanges] = w.List.AppendCells(w.out[outChanges], []string{
			strconv.Itoa(w.block.First + i), before, j.correction.text,
			strconv.FormatFloat(j.correction.probability, 'f', 3, 64),
			validate.Info(reason).Code, validate.Text(reason, asked(j.domain), &j.mailbox),
		})
	}
}

// asked returns what is known of a domain of the list; nil for none.
func asked(d *domain) *validate.Domain {
	if d == nil {
		return nil
	}
	return &d.Domain
}
