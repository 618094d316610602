package onboard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/atomicfile"
	"rollcall/pkg/follow"
	"rollcall/pkg/htmlreport"
	"rollcall/pkg/plan"
	"rollcall/pkg/plural"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/report"
	"rollcall/pkg/results"
	"rollcall/pkg/status"
)

// optionReport is the option that names the page.
const optionReport = "report"

// Reporting says where the page about how it ended goes, and what it says beside that.
type Reporting struct {
	// Report is the file of the page, which ends in .html, empty for none. It is written however the work ends, but where
	// another run holds the ledger, which may be writing the same file.
	Report string `yaml:"report"`
	// Command is what the user typed, for the page. Empty: it is not said.
	Command string `yaml:"-"`
	// Redact takes out of a text of the page what nobody may see. Nil takes out nothing.
	Redact func(string) string `yaml:"-"`
}

// checkReport returns what is wrong with the name of the page.
func (r Reporting) checkReport() error {
	switch extension := strings.ToLower(filepath.Ext(r.Report)); {
	case r.Report == "", extension == ".html", extension == ".htm":
		return nil
	case r.Report == "-":
		return remedy.Aboutf(optionReport, "standard output is no file").With(remedy.Words("name a file"))
	}
	return remedy.Aboutf(optionReport, "%s: the name must end in .html", r.Report)
}

// tryReport returns what would keep the page from being written.
func (r Reporting) tryReport() error {
	if r.Report == "" {
		return nil
	}
	err := atomicfile.Check(r.Report)
	mend := remedy.Hint(nil)
	if errors.Is(err, fs.ErrNotExist) {
		mend = remedy.Words("make the folder, or ")
	}
	if err != nil {
		err = settings(mend.Words("name another file with ").Use(optionReport, ""), fmt.Errorf("report %s: %w", r.Report, err))
	}
	return err
}

// write writes the page. Where its rows cannot be read it is written without them, and that is the error all the same.
func (r Reporting) write(p htmlreport.Page) error {
	err := r.writeOnce(p)
	if err != nil && p.Rows != nil {
		p.Rows = nil
		err = cmp.Or(r.writeOnce(p), err)
	}
	if err != nil {
		return fmt.Errorf("write report %s: %w", r.Report, err)
	}
	return nil
}

func (r Reporting) writeOnce(p htmlreport.Page) error {
	file, err := atomicfile.Create(r.Report, 0o600)
	if err != nil {
		return err
	}
	if err = htmlreport.Write(file, p); err == nil {
		err = file.Commit()
	}
	return errors.Join(err, file.Discard())
}

// ReportRefused writes the page about work that was refused before there was a session: the one of an earlier run is not to be
// taken for it. Where the page itself is what is wrong, it does nothing.
func (o Options) ReportRefused(s report.Summary, err error) error {
	if !o.mayReport() || o.tryReport() != nil {
		return nil //nolint:nilerr // it is about to be said
	}
	return o.write(o.page(s, err))
}

// mayReport reports whether there is to be a page, and its name is no other file's.
func (o Options) mayReport() bool {
	return o.Report != "" && o.checkReport() == nil && o.refuseCollisions() == nil
}

// page returns what is known without a session.
func (o Options) page(s report.Summary, err error) htmlreport.Page {
	s.Command, s.Render, s.Sandbox = cmp.Or(s.Command, o.Command), o.Render, s.Sandbox || o.Sandbox
	if err != nil {
		s.Error = remedy.Text(err, o.Render)
	}
	p := htmlreport.Page{
		Summary: s, Caller: cmp.Or(o.Caller, operator()), Program: strings.Replace(o.UserAgent, "/", " ", 1), Hint: RemedyOf(err).Render(o.Render),
		Made: time.Now(), Redact: o.Redact,
	}
	if refused, ok := errors.AsType[*Error](err); ok {
		p.Details = refused.Details
	}
	if o.Job != "" {
		p.Facts = append(p.Facts, htmlreport.Fact{Name: "Job", Value: o.Job})
	}
	return p
}

// writeReport writes the page about how the work ends, unless none is asked for. Another run that holds the ledger may be
// writing the same one.
func (s *Session) writeReport(ctx context.Context, how status.Status, err error) error {
	if how == status.Locked || s.unwritable || !s.o.mayReport() {
		return nil
	}
	summary := s.Report().Summary
	summary.Status = how
	p := s.o.page(summary, err)
	p.Pace, p.Where = s.Timeline(), summary.Results
	if c := s.connection; c != nil {
		p.Service, p.Sandbox = c.URL, c.ephemeral
	}
	if s.following != nil {
		p.Changes = slices.Collect(follow.Lines(s.following.Changes))
	}
	done, carriedOut := s.approval.doneBy()
	switch {
	case summary.Run != "":
		p.Rows = withReason(results.Records(ctx, s.memory.ledger, s.run, 0, s.now()), reasonLeft(err))
	case carriedOut:
		p.Rows = asKnown(results.Records(ctx, s.memory.ledger, done, 0, done.EndedAt))
	case s.seen != nil && (s.seen.Population != nil || s.o.DryRun):
		p.Outcomes, p.Rows = s.seen.Outcomes, s.seen.Verdicts(ctx)
	case s.roster != nil:
		p.Rows = unsent(plan.Records(s.roster.Entries(ctx), s.now, s.o.Render))
	}
	if p.Where == "-" {
		p.Where = ""
	}
	p.Planned = s.seen.facts()
	addDetails(&p)
	if err = s.o.write(p); err == nil {
		s.report.Summary.Report = s.o.Report
	} else if summary.Run != "" {
		err = refusal(status.Unexpected, err, remedy.Words("the ledger has everything: ").Run("results", summary.Run).Words(" ").
			Use(optionReport, s.o.Report).Words(" ").Use("ledger", s.memory.ledger.Path()).Words(" writes the page again"))
	}
	return err
}

// withReason yields rows, and says why those were left that were not sent, where there is more to say.
func withReason(rows iter.Seq2[record.Record, error], left string) iter.Seq2[record.Record, error] {
	return each(rows, func(r *record.Record) {
		if r.Outcome == record.NotSent && left != "" {
			r.Error = left
		}
	})
}

// asKnown yields the rows of a run that was carried out before: whoever was invited then is so now.
func asKnown(rows iter.Seq2[record.Record, error]) iter.Seq2[record.Record, error] {
	return each(rows, func(r *record.Record) {
		if r.Outcome == record.Invited {
			r.Outcome = record.AlreadyInvited
		}
	})
}

// unsent yields the rows of a roster of which nothing was sent.
func unsent(rows iter.Seq2[record.Record, error]) iter.Seq2[record.Record, error] {
	return each(rows, func(r *record.Record) {
		if r.Outcome == record.Unset {
			r.Outcome = record.NotSent
		}
	})
}

// each yields rows after something was done to them.
func each(rows iter.Seq2[record.Record, error], do func(*record.Record)) iter.Seq2[record.Record, error] {
	return func(yield func(record.Record, error) bool) {
		for r, err := range rows {
			if do(&r); !yield(r, err) {
				return
			}
		}
	}
}

// facts say what was planned; nil of no preview.
func (p *Preview) facts() (facts []htmlreport.Fact) {
	if p == nil {
		return nil
	}
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, htmlreport.Fact{Name: name, Value: value})
		}
	}
	if sends := p.Sends(); sends > 0 {
		text := plural.Of(sends, "person")
		if p.Replaced > 0 {
			text += fmt.Sprintf(", %d of them in place of an open invitation", p.Replaced)
		}
		add("To be invited", text)
	} else {
		add("To be invited", "nobody")
	}
	if p.Population != nil {
		add("In the organization", fmt.Sprintf("%s and %s before", plural.Of(p.Population.Members, "member"), plural.Of(p.Population.Pending, "open invitation")))
	}
	add("Seats", p.Seats.String())
	for _, b := range p.Budgets {
		add("Budget", b.String())
	}
	if p.Late > 0 {
		add("Deadline", plural.Of(p.Late, "row")+" would not have had their turn by then")
	}
	add("Teams to make", strings.Join(p.NewTeams, ", "))
	if p.Drift != nil {
		add("Differs", p.Drift.String())
		for _, due := range p.Drift.Due {
			add("To be changed", due)
		}
	}
	for _, trip := range p.Trips {
		if p.consent.gives() {
			add("Guard that was passed", trip.Option+": "+trip.Reason)
		}
	}
	add("Approved", p.consent.now)
	return facts
}

// fileDetails are the details that name files.
var fileDetails = []string{"results", "to do", "stale", "ledger", "drift", "restore"}

// addDetails has the page say what the summary says beside the outcomes.
func addDetails(p *htmlreport.Page) {
	for _, d := range p.Summary.Details() {
		fact := htmlreport.Fact{Name: strings.ToUpper(d.Name[:1]) + d.Name[1:], Value: d.Value}
		switch {
		case d.Name == "run", d.Name == "tripped", d.Name == "change":
		case slices.Contains(fileDetails, d.Name):
			p.Facts = append(p.Facts, fact)
		default:
			p.Done = append(p.Done, fact)
		}
	}
}
