// Package pipeline answers one question: how does a list get from its file to
// its parts?
//
//	list ─read─▶ survey   parse every row, intern its domain
//	               └────▶ resolve   one question a domain, beside the survey
//	                        ▼
//	list ─read─▶ probe    on request: one RCPT a distinct address
//	                        ▼
//	list ─read─▶ write    judge each row, mark duplicates, copy its bytes, in order
//
// Only write judges. Where nothing is asked there is no survey, and the list is
// read once. Rows are not kept between the passes.
package pipeline

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"winnow/listio"
	"winnow/mx"
	"winnow/policy"
	"winnow/probe"
	"winnow/report"
	"winnow/validate"
	"winnow/verdict"
)

// Job is a list to be cleaned, and how.
type Job struct {
	Source    *listio.Source
	List      *listio.List
	Validator *validate.Validator
	Resolver  *mx.Resolver  // nil: nothing outside is asked
	Prober    *probe.Prober // the Validator's; nil: mail hosts are not asked
	Unprobed  string        // why not, though they should be; the Validator's
	Policy    policy.Policy
	Outputs   *Outputs // written, not yet committed, by Clean
	Version   string
	History   *report.Store // the store that the Validator's History is of; nil: none
	// Progress is told how far a stage has come, in bytes for Survey and Write
	// in domains for Resolve and in addresses for Probe. nil is silent. Calls may come from several
	// goroutines.
	Progress func(s Stage, done, total int64)
}

// Stage is a part of a run that takes time.
type Stage uint8

// The stages, in the order in which they end.
const (
	Survey Stage = iota
	Resolve
	Probe
	Write
	numStages // of what is not told
)

// Clean judges every row of a list, writes it apart and commits the outputs. The
// summary says what was found; where a brake was met or the resolver failed it
// says so, and the outputs bear other names. On an error nothing is committed.
func Clean(ctx context.Context, job Job) (*report.Summary, error) {
	start := time.Now()
	if job.Progress == nil {
		job.Progress = func(Stage, int64, int64) {}
	}
	defer job.Outputs.Abort()
	r := &run{Job: job, kept: job.Policy.Kept()}
	r.domains = newTable(job.Validator, r.asks)

	var dnsErr error
	if job.Resolver != nil {
		if dnsErr = r.surveyAndResolve(ctx); dnsErr != nil && !failedResolver(dnsErr) {
			return nil, dnsErr
		}
		r.Validator.Learn(r.domains.judged)
	}
	if job.Prober != nil {
		if err := r.probe(ctx); err != nil {
			return nil, err
		}
	}
	if err := r.write(ctx); err != nil {
		return nil, err
	}
	if err := r.prove(); err != nil {
		return nil, err
	}
	s := r.summary(start, dnsErr)
	if err := job.Outputs.commit(s); err != nil {
		return nil, err
	}
	return s, nil
}

// run is one list on its way.
type run struct {
	Job
	domains  *table
	kept     verdict.Set
	surveyed int64  // rows seen by the survey
	probed   probed // what mail hosts said
	read     int64  // rows seen by write's reader
	sum      string // SHA-256 of the list
	counts   report.Counts
	fixes    report.Counts // the rows that Fix changed
	unsure   int64         // rows that Fix left, although there is a suggestion
}

func failedResolver(err error) bool {
	return errors.Is(err, mx.ErrDead) || errors.Is(err, mx.ErrLying) || errors.Is(err, mx.ErrUnproven)
}

// readBlocks sends the list's blocks and counts their rows.
func (r *run) readBlocks(ctx context.Context, stage Stage, to chan<- *listio.Block, from *listio.Reader, rows *int64) error {
	defer close(to)
	for {
		b, err := from.Next()
		if b != nil {
			*rows += int64(b.Len())
			if stage < numStages {
				r.Progress(stage, from.Read(), r.Source.Size())
			}
			select {
			case to <- b:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err != nil {
			return endOfList(r.Source, err)
		}
	}
}

// write is the pass that judges. Each worker takes a block from start to end:
//
//	judge (all at once) ─▶ mark duplicates (in order) ─▶ render (all at once) ─▶ write (in order)
func (r *run) write(ctx context.Context) error {
	if err := r.Outputs.begin(r.List); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	blocks := make(chan *listio.Block, 2)
	from := r.List.Blocks()
	sum := sha256.New()
	if err := from.Tee(sum); err != nil {
		return err
	}
	g.Go(func() error { return r.readBlocks(ctx, Write, blocks, from, &r.read) })
	marking, writing := newTurnstile(ctx), newTurnstile(ctx)
	seen := newSeen(r.expected())
	for range runtime.GOMAXPROCS(0) + 1 {
		g.Go(func() error {
			w := newWorker(r, seen.hasher)
			for b := range blocks {
				if err := w.judge(b); err != nil {
					return err
				}
				if err := marking.pass(b.Seq, func() error { return w.mark(seen) }); err != nil {
					return err
				}
				w.render()
				if err := writing.pass(b.Seq, w.write); err != nil {
					return err
				}
				from.Release(b)
			}
			return ctx.Err()
		})
	}
	err := g.Wait()
	r.sum = hex.EncodeToString(sum.Sum(nil))
	return err
}

// expected returns about how many rows will be looked for among the duplicates.
func (r *run) expected() int64 {
	if r.Policy.Duplicates == policy.DuplicatesKeep {
		return 0
	}
	return int64(float64(r.Source.Size()) / max(r.List.AverageRow, 1))
}

// prove holds the counts against each other before anything gets its name.
func (r *run) prove() error {
	if err := r.Source.Changed(); err != nil {
		return err
	}
	if n := r.probed.rows; r.Prober != nil && n != r.read {
		return fmt.Errorf("read %s: %d rows for the mail hosts, %d to be written: it changed while it was read", r.Source.Name(), n, r.read)
	}
	if r.Resolver != nil && r.surveyed != 0 && r.surveyed != r.read {
		return fmt.Errorf("read %s: %d rows the first time, %d the second: it changed while it was read", r.Source.Name(), r.surveyed, r.read)
	}
	var written int64
	for part, rows := range r.Outputs.rows {
		if output(part) != outChanges { // whose rows stand in the list as well
			written += rows
		}
	}
	if written != r.read || r.counts.Rows != r.read {
		return fmt.Errorf("the counts do not add up: %d rows read, %d judged, %d written; nothing was committed (please report this)", r.read, r.counts.Rows, written)
	}
	return nil
}

// summary concludes a run.
func (r *run) summary(start time.Time, dnsErr error) *report.Summary {
	s := &report.Summary{
		Run:       runID(start),
		Version:   r.Version,
		StartedAt: start.UTC().Truncate(time.Second),
		List: report.Input{
			Path: r.Source.Name(), Bytes: r.Source.Size(), SHA256: r.sum,
			Column: r.List.ColumnName, Why: r.List.Why, Delimiter: string(r.List.Dialect.Comma), Header: r.List.Header != nil,
		},
		Complete: dnsErr == nil,
		Depth:    verdict.DepthSyntax.String(),
		Domains:  r.domains.len(),
		Lists:    data(r.Validator.Lists()),
		History:  r.History,
	}
	if n := r.notAsked(); s.Complete && n >= shallowRows && 2*n > r.counts.Judged() {
		s.Complete = false
		s.Warnings = append(s.Warnings, fmt.Sprintf("DNS told nothing that could be believed of %s of %s judged rows: the resolvers fail, or contradict each other", report.Number(n), report.Number(r.counts.Judged())))
	}
	if r.Resolver != nil && (dnsErr == nil || r.domains.reached(verdict.DepthDNS)) {
		s.Depth = verdict.DepthDNS.String()
	}
	r.concludeProbe(s)
	if dnsErr != nil {
		s.Warnings = append(s.Warnings, fmt.Sprintf("DNS could not be asked as deep as wanted: %v", dnsErr))
	}
	if n := r.counts.Kind(validate.RowShifted); n > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("rows whose cells have moved: %s (winnow explain row.shifted)", report.Number(n)))
	}
	s.Folder = r.Outputs.dir
	if r.Outputs.form == corrected {
		s.ConcludeFix(&r.counts, &r.fixes, r.unsure)
	} else {
		s.Gates, s.Held = r.gates()
		s.Conclude(&r.counts)
	}
	s.Seconds = time.Since(start).Seconds()
	return s
}

// shallowRows is the least number of rows that must be left without an answer
// before a run in which most are counts as less deep than asked.
const shallowRows = 20

// notAsked counts the judged rows of which DNS told nothing, for reasons of its own
// or of ours.
func (r *run) notAsked() (rows int64) {
	for _, k := range []verdict.Kind{validate.DNSTimeout, validate.DNSServFail, validate.DNSRefused, validate.DNSLame, validate.DNSLoop, validate.DNSMalformed, validate.DNSFiltered} {
		rows += r.counts.Kind(k)
	}
	return rows
}

// heldDomainRows is the least that a single domain must lose before it can hold
// the outputs: in a short list one row is more than 1 %.
const (
	heldDomainRows  = 5
	heldDomainShare = 0.01
)

// gates returns the conditions that were met, and whether one of them is a brake
// that holds the outputs.
func (r *run) gates() (met []string, held bool) {
	judged := r.counts.Judged()
	removed := r.counts.Removed
	if limit := r.Policy.MaxRemoved; limit < policy.NoBrake {
		if float64(removed) > float64(limit)*float64(judged) {
			held = true
			met = append(met, fmt.Sprintf("max-removed: %s of %s judged rows would be removed, more than %s", report.Number(removed), report.Number(judged), limit))
		}
		if d, n := r.domains.mostRemoved(); n >= heldDomainRows && float64(n) > heldDomainShare*float64(judged) {
			held = true
			met = append(met, fmt.Sprintf("max-removed: %s rows at %s would be removed, more than 1%% of the list", report.Number(n), d))
		}
	}
	for _, g := range r.Policy.FailOn {
		n := r.counts.Kind(g.Kind)
		if g.Grade >= 0 {
			n = r.counts.Status(verdict.Grade(g.Grade))
		}
		if g.Met(n, judged) {
			met = append(met, fmt.Sprintf("fail-on %s: %s of %s judged rows", g.Text, report.Number(n), report.Number(judged)))
		}
	}
	return met, held
}

// runID is the time, for people, and something that no other run has.
func runID(at time.Time) string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return at.UTC().Format("20060102T150405Z") + "-" + hex.EncodeToString(b[:])
}

// data describes the lists that were used for the manifest.
func data(used *validate.Lists) []report.Data {
	var out []report.Data
	for _, l := range used.Info() {
		out = append(out, report.Data{Name: l.Name, Date: l.Date, Count: l.Count, Origin: l.Origin, From: l.From})
	}
	return out
}
