package pipeline

import (
	"hash/maphash"
	"slices"
	"strings"

	"winnow/listio"
	"winnow/policy"
	"winnow/provider"
	"winnow/report"
	"winnow/validate"
	"winnow/verdict"
)

// Columns are the columns that winnow adds, behind "winnow_".
var columns = []string{
	"winnow_status", "winnow_reason", "winnow_text", "winnow_action",
	"winnow_suggestion", "winnow_depth", "winnow_flags", "winnow_provider",
}

// worker takes one block after another from its bytes to its parts.
type worker struct {
	*run
	hasher hasher
	block  *listio.Block
	rows   []judged
	form   []byte                 // room for a canonical form
	cells  []string               // room for our cells of a row
	out    [numOutputs][]byte     // what is to be written
	in     [numOutputs]int64      // how many rows that is
	flags  map[verdict.Set]string // as they were joined before
	recent [recentDomains]recent  // by hash: most rows are at few domains
}

const recentDomains = 1 << 12

// recent is a domain that was asked for lately, with the hash of its name.
type recent struct {
	hash   uint64
	domain *domain
}

// judged is a row of which everything is known.
type judged struct {
	mailbox validate.Mailbox
	domain  *domain // nil: none
	verdict verdict.Verdict
	keys    keys // zero: not looked for among the duplicates
	part    report.Part

	correction correction // of Fix only
}

func newWorker(r *run, h hasher) *worker {
	return &worker{run: r, hasher: h, cells: make([]string, len(columns)), flags: make(map[verdict.Set]string)}
}

// judge settles what can be said of each row of b by itself, some rows at a
// time: what one step has fetched from memory is still near in the next.
func (w *worker) judge(b *listio.Block) error {
	w.block = b
	w.rows = slices.Grow(w.rows[:0], b.Len())[:b.Len()]
	for from := 0; from < len(w.rows); from += batch {
		rows := w.rows[from:min(from+batch, len(w.rows))]
		for i := range rows {
			rows[i] = judged{mailbox: w.mailbox(b.Row(from + i))}
		}
		w.findDomains(rows)
		for i := range rows {
			if err := w.judgeRow(&rows[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// judgeRow makes the verdict of a row whose domain is known.
func (w *worker) judgeRow(j *judged) error {
	if err := w.Validator.Recall(asked(j.domain), &j.mailbox); err != nil {
		return err
	}
	if w.Prober != nil {
		j.mailbox.RCPT = w.probed.of(j.mailbox.Addr)
	} else if w.Unprobed != "" {
		w.Validator.Probes(asked(j.domain), &j.mailbox)
	}
	j.verdict = w.Validator.Judge(asked(j.domain), &j.mailbox)
	if err := w.Validator.RecallMeant(asked(j.domain), &j.mailbox, j.verdict); err != nil {
		return err
	}
	if w.Policy.Duplicates != policy.DuplicatesKeep && j.mailbox.Addr.Local != "" {
		j.keys = w.keys(j)
	}
	return nil
}

// keys returns what a row is to be looked up by among the duplicates.
func (w *worker) keys(j *judged) (k keys) {
	var literal provider.Customs
	customs, local := &literal, j.mailbox.Addr.Local
	if j.domain != nil {
		customs = &j.domain.Customs
	} else {
		literal = provider.CustomsOf(j.mailbox.Addr.Domain)
	}
	w.form = customs.AppendCanonical(w.form[:0], local)
	k.canonical = w.hasher.key(w.form)
	if likely, differs := customs.AppendLikely(w.form[:0], local); differs {
		w.form = likely
		k.likely = w.hasher.key(likely)
	}
	k.text = maphash.String(w.hasher.section, j.mailbox.Text)
	return k
}

// findDomains sets the rows' domains, mostly without asking the shared table. It
// takes small steps, so that the processor waits for many of them at once.
func (w *worker) findDomains(rows []judged) {
	var hashes [batch]uint64
	for i := range rows {
		if name := domainOf(&rows[i].mailbox); name != "" {
			hashes[i] = w.domains.hash(name)
		}
	}
	for i := range rows {
		at := &w.recent[hashes[i]%recentDomains]
		if at.hash != hashes[i] {
			*at = recent{hashes[i], w.domains.likely(hashes[i])}
		}
		rows[i].domain = at.domain
	}
	for i := range rows {
		name := domainOf(&rows[i].mailbox)
		if name == "" {
			rows[i].domain = nil
		} else if d := rows[i].domain; d == nil || d.ASCII != name {
			rows[i].domain, _ = w.domains.internHashed(name, hashes[i])
			w.recent[hashes[i]%recentDomains] = recent{hashes[i], rows[i].domain}
		}
	}
}

// batch is how many rows take a step together: few enough to stay in the nearest
// cache.
const batch = 128

// mark finds the rows whose mailbox stands in an earlier one, and counts.
func (w *worker) mark(seen *seen) error {
	if w.Outputs.form == corrected {
		return w.correct()
	}
	for i := range w.rows {
		if i%batch == 0 {
			seen.touch(w.rows[i:min(i+batch, len(w.rows))])
		}
		j, row := &w.rows[i], int64(w.block.First+i)
		if j.keys != (keys{}) {
			j.keys.rank = rankOf(w.route(j.verdict))
			if j.mailbox.Earlier = seen.earlier(j.keys, row); j.mailbox.Earlier.How != 0 {
				j.verdict = w.Validator.Add(j.verdict, j.mailbox.Earlier.How.Kind())
			}
		}
		j.part = w.route(j.verdict)
		// Mail that was refused speaks of each address by itself, and bad days wait.
		if j.mailbox.RCPT != nil {
			j.domain.asked.Add(1)
		}
		if j.part == report.Removed && j.domain != nil && report.Brakes(j.verdict) && !validate.OfHistory(j.verdict.Reason) {
			if validate.OfSMTP(j.verdict.Reason) {
				j.domain.refused.Add(1)
			} else {
				j.domain.removed.Add(1)
			}
		}
		w.counts.Add(j.part, j.verdict, row)
	}
	return nil
}

// route says into which part a verdict leads.
func (r *run) route(vd verdict.Verdict) report.Part {
	if r.Policy.Duplicates == policy.DuplicatesFirst && vd.Kinds.Has(validate.ListDuplicate) {
		return report.Duplicates
	}
	switch vd.Action {
	case verdict.Send:
		return report.Clean
	case verdict.Remove:
		return report.Removed
	case verdict.Review, verdict.Recheck, verdict.Fix:
		if vd.Grade == verdict.Invalid || !vd.Kinds.Minus(r.Validator.Kinds(verdict.Valid)).Minus(r.kept).Empty() {
			return report.Review
		}
		return report.Clean
	}
	return report.Review
}

// render makes the bytes of each part.
func (w *worker) render() {
	for i := range w.out {
		w.out[i], w.in[i] = w.out[i][:0], 0
	}
	if w.Outputs.form == corrected {
		w.renderCorrected()
		return
	}
	for i := 0; i < len(w.rows); {
		j, next := &w.rows[i], i+1
		to := w.Outputs.of(j.part)
		if to == outClean {
			for next < len(w.rows) && w.rows[next].part == j.part {
				next++
			}
			w.out[to] = append(w.out[to], w.block.Rows(i, next)...)
		} else {
			w.out[to] = w.List.AppendRow(w.out[to], w.block.Row(i), w.ours(j))
		}
		w.in[to] += int64(next - i)
		i = next
	}
}

// ours returns what winnow's columns say of a row.
func (w *worker) ours(j *judged) []string {
	d := asked(j.domain)
	c, reason := w.cells, j.verdict.Reason
	c[0] = j.verdict.Grade.String()
	c[1] = validate.Info(reason).Code
	c[2] = validate.Text(reason, d, &j.mailbox)
	if e := j.mailbox.Earlier; e.How != 0 && reason != e.How.Kind() {
		c[2] += "; " + validate.Text(e.How.Kind(), d, &j.mailbox)
	}
	c[3] = j.verdict.Action.String()
	c[4] = ""
	if j.verdict.Action == verdict.Fix {
		c[4], _ = w.Validator.Suggestion(d, &j.mailbox, j.verdict.Kinds)
	}
	c[5] = j.verdict.Depth.String()
	flags, ok := w.flags[j.verdict.Kinds]
	if !ok {
		flags = strings.Join(w.Validator.Flags(j.verdict.Kinds), " ")
		w.flags[j.verdict.Kinds] = flags
	}
	c[6] = flags
	c[7] = ""
	if d != nil {
		c[7] = d.RunBy().String()
	}
	return c
}

// write adds the block's bytes to the outputs.
func (w *worker) write() error {
	for i := range w.out {
		if err := w.Outputs.write(output(i), w.out[i], w.in[i]); err != nil {
			return err
		}
	}
	return nil
}
