package onboard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/breaker"
	"rollcall/pkg/guard"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/report"
	"rollcall/pkg/status"
)

// Shown is how many rows or findings a person is shown before the rest is counted.
const Shown = 20

// Preview is what will become of a roster, before anything is sent. [Session.Preview] makes it; [Preview.Apply] does what
// it says.
type Preview struct {
	OrganizationID, OrganizationName, Service string
	// Population is nil where members and invitations were not looked up.
	Population *Population
	// Roster is the name of the document, Rows how many rows it has, Warnings how many findings are no mistakes and no
	// duplicates, Detected how it was read.
	Roster, Detected string
	Rows, Warnings   int
	// Resumed is the run that was cut short and goes on, or would but for a dry run, nil if there is none; DoneBefore is how many
	// of its rows are done.
	Resumed    *ledger.Run
	DoneBefore int
	// Outcomes counts the rows by verdict.
	Outcomes map[record.Outcome]int
	// Replaced counts the rows whose pending invitation is cancelled first.
	Replaced int
	// Problems are the first rows that keep themselves from being sent, each in a line.
	Problems []string
	// Trips are the guards that have something against going on.
	Trips []guard.Trip
	// NewTeams are the names of the teams that will be made.
	NewTeams []string
	// Changes are where the organization differs from the roster that it is to follow, and Drift counts them; nil where
	// that was not looked at.
	Changes []amend.Change
	Drift   *report.Drift
	// PendingDiffers counts the pending invitations that are not what the roster wants, where Drift does not.
	PendingDiffers int
	// Seats are those of the subscription, nil where they are not known.
	Seats *Seats
	// Rate is that at which sending begins; it rises while the service is content if FindsRate is set. Takes is how long sending
	// takes at that rate, and Late how many rows the deadline will leave.
	Rate      string
	FindsRate bool
	Takes     time.Duration
	Deadline  time.Time
	Late      int
	// Budgets are those that limit how many are invited, with how many they leave.
	Budgets []Budget
	// Results is where the results will be, as in [Output], and Files are what will be written.
	Results string
	Files   []File
	// Writes are what a person is told of that, with what is written only where there is something to write.
	Writes []File
	// Invitees are those who will be sent.
	Invitees Invitees
	// Guards are those that are set, with their values.
	Guards []remedy.Remedy
	// WarningsIn says what lists the warnings; empty where nothing does.
	WarningsIn remedy.Hint
	// Sandbox says that nobody is mailed.
	Sandbox bool

	session      *Session
	madeAt       time.Time
	faults       optionFaults
	later        int    // whom the limit leaves
	endings      bool   // that no run has noted yet
	sends        rowSet // what is agreed on
	contradicted string
	guards       *guard.Check
	work         guard.Work // all that would be done
	consent      consent
	places       places      // in teams, of those who will be sent
	comparison   *comparison // with the plan that is to be carried out, nil if there is none
	differing    differing
	steps        []plan.Step // for a plan to be saved
}

// Population counts the people of an organization.
type Population struct {
	Members int `json:"members"`
	Pending int `json:"pending"`
}

// rowSet is a set of row numbers, a bit each: a roster may have a million.
type rowSet []uint64

func (s *rowSet) add(row int) {
	for len(*s) <= row/64 {
		*s = append(*s, 0)
	}
	(*s)[row/64] |= 1 << (row % 64)
}

// has reports whether all rows of another set are in this one.
func (s rowSet) has(other rowSet) bool {
	for i, rows := range other {
		if i < len(s) {
			rows &^= s[i]
		}
		if rows != 0 {
			return false
		}
	}
	return true
}

// contains reports whether a row is in the set.
func (s rowSet) contains(row int) bool { return row/64 < len(s) && s[row/64]&(1<<(row%64)) != 0 }

// Sends counts the rows that will be sent.
func (p *Preview) Sends() int {
	return p.Outcomes[record.WouldInvite] + p.Outcomes[record.WouldReinvite]
}

// Digest returns what a person approves of where guards have tripped; empty where the organization was not looked at. It is
// the same as long as the same would be done.
func (p *Preview) Digest() string { return p.consent.digest }

// Preview finds out what will become of every row. Where something keeps everything from being sent, that is an error, and
// the preview comes with it all the same; it is nil if the rows could not be read.
func (s *Session) Preview(ctx context.Context) (*Preview, error) {
	if s.failed != nil {
		return nil, s.failed
	}
	if run := s.CarriedOutBy(); run != "" {
		return nil, refusal(status.Well, fmt.Errorf("run %s has carried out the plan; nothing was sent", run), nil)
	}
	var p *Preview
	err := s.before(ctx, func(ctx context.Context) (err error) {
		p, err = s.preview(ctx, nil)
		return err
	})
	return p, err
}

// preview is [Session.Preview], which hands the record of each verdict to write unless that is nil.
func (s *Session) preview(ctx context.Context, write func(record.Record) error) (*Preview, error) {
	p := s.newPreview()
	s.seen = p
	if s.report.Resumed {
		p.Resumed = &s.run
	}
	for v, err := range s.verdicts(ctx) {
		if err == nil && write != nil && !v.done {
			err = write(v.shown(s.o.Course))
		}
		if err != nil {
			return nil, err
		}
		p.add(v)
	}
	p.finish()
	var err error
	if p.Budgets, err = s.budgets(ctx, p.Sends(), p.Replaced); err != nil {
		return nil, err
	}
	p.Budgets = append(p.Budgets, s.o.limits(p.later)...)
	if err := s.consider(ctx, p); err != nil {
		return nil, err
	}
	return p, p.refusal()
}

// verdicts yields what will become of every row of the roster, or, where a run is resumed, of its rows.
func (s *Session) verdicts(ctx context.Context) iter.Seq2[*verdict, error] {
	if s.report.Resumed {
		return s.o.first(s.past.resumedVerdicts(ctx, s.memory, s.run.ID))
	}
	return s.o.first(s.past.verdicts(ctx, s.roster))
}

// Verdicts yields the record of every row with the verdict for its outcome, in roster order. Where a run is resumed, it
// leaves out the rows that are done.
func (p *Preview) Verdicts(ctx context.Context) iter.Seq2[record.Record, error] {
	return func(yield func(record.Record, error) bool) {
		for v, err := range p.session.verdicts(ctx) {
			if !v.done && !yield(v.shown(p.session.o.Course), err) {
				return
			}
		}
	}
}

// newPreview starts a preview by what the options ask to look at.
func (s *Session) newPreview() *Preview {
	p := &Preview{
		Roster: s.roster.Name, Detected: s.roster.Detected, Rows: s.roster.Rows, Warnings: s.roster.Warnings - s.roster.Duplicates,
		Outcomes: map[record.Outcome]int{}, Drift: s.following.Count(), Deadline: s.o.Deadline,
		Results: s.o.Results, Sandbox: s.o.Sandbox, Guards: s.o.guarding(), WarningsIn: s.o.complain(),
		session: s, madeAt: time.Now(), comparison: s.approval.compare(),
	}
	if c := s.connection; c != nil {
		p.OrganizationID, p.OrganizationName, p.Service = c.Organization.ID, c.Organization.Name, c.URL
	}
	population, members := 0, 0
	if d := s.past.inputs.Directory; d != nil && !s.past.inputs.Blind {
		p.Population = &Population{Members: d.Members(), Pending: d.Pending()}
		population, members = d.Members()+d.Pending(), d.Members()
	}
	p.guards = guard.New(s.limits(population, members))
	p.NewTeams = s.past.inputs.Directory.PlannedTeams()
	for _, name := range p.NewTeams {
		p.work.Add("team", name)
	}
	if s.following != nil {
		p.Changes = s.following.Changes
		s.following.Check(p.guards, &p.work)
	}
	return p
}

// limits returns what the options allow in an organization of so many members, who are so many with the pending invitations.
func (s *Session) limits(population, members int) guard.Limits {
	limits := guard.Limits{MinRows: s.o.MinRows, Domains: s.domains, MaxAdmins: s.o.MaxAdmins, Seats: s.seats()}
	if s.o.MaxNew.Given() {
		limits.MaxNew = new(s.o.MaxNew.Of(population))
	}
	s.following.Limit(&limits, members)
	return limits
}

// add takes in the verdict on a row.
func (p *Preview) add(v *verdict) {
	rec := &v.record
	p.Outcomes[v.outcome()]++
	p.differing.add(v, p.Resumed != nil && p.session.o.Reinvite == plan.ReinviteDiffering)
	if v.done {
		p.DoneBefore++
	}
	if v.done || v.settled {
		return
	}
	if v.gap != "" {
		p.contradicted = v.gap
	}
	p.endings = p.endings || v.ending
	switch {
	case v.later:
		p.later++
	case v.plan.Replaces != "":
		p.Replaced++
	}
	if v.plan.Send() {
		p.sends.add(rec.Row)
		p.places.add(rec)
		p.Invitees.add(rec, v.desired.Teams, p.session.past.inputs.Directory)
		p.guards.Add(guard.Person{Line: rec.Line, Email: rec.Email, Role: rec.Role, Seated: v.plan.Replaces != ""})
	}
	step := plan.StepOf(*rec, v.plan)
	if step.Sends() {
		addMail(&p.work, rec)
	}
	p.comparison.add(p.comparison.asPlanned(step, p.session.past.inputs.Directory))
	if p.session.o.Plan != "" {
		p.steps = append(p.steps, step)
	}
	if p.faults.add(v.plan.Problem) || rec.Outcome != record.Invalid && rec.Outcome != record.Rejected || len(p.Problems) >= Shown {
		return
	}
	for _, finding := range v.findings {
		p.Problems = append(p.Problems, finding.In(p.session.o.Render).String())
	}
}

// finish adds what follows from all rows together.
func (p *Preview) finish() {
	s := p.session
	p.Problems = append(p.faults.lines(s.o.Render), p.Problems...)
	p.keepDiffering()
	p.Invitees.finish()
	p.comparison.takeChanges(s, p.NewTeams)
	p.Trips = p.guards.Trips(s.roster.Rows)
	s.warnOfPlaces(p.places)
	if f := s.following; f != nil {
		p.Trips = append(p.Trips, f.Trips...)
	}
	if s.connection == nil {
		return
	}
	p.Seats = s.seatsLeft(p.Sends() - p.Replaced)
	pace := s.connection.pace.Status()
	p.Rate, p.FindsRate = pace.Rate.String(), pace.Wished == 0
	p.Takes = Takes(p.Sends(), float64(pace.Rate))
	if !p.Deadline.IsZero() {
		p.Late = Unsent(p.Sends(), float64(pace.Rate), time.Until(p.Deadline))
	}
	p.Files, p.Writes = append(s.o.written(), s.removedFiles()...), s.writes()
}

// Takes returns how long so many requests take at so many a second.
func Takes(requests int, perSecond float64) time.Duration {
	return time.Duration(float64(requests) / perSecond * float64(time.Second))
}

// Unsent returns how many of the requests will not have left when the time is over.
func Unsent(requests int, perSecond float64, left time.Duration) int {
	return max(0, requests-int(perSecond*max(left, 0).Seconds()))
}

// refusal returns why nothing is sent, nil if nothing is in the way.
func (p *Preview) refusal() error {
	if err := p.unfit(); err != nil {
		return err
	}
	return p.refuseTrips()
}

// unfit returns why nothing is sent that no approval lets pass: rows that are invalid and not to be skipped, lists that
// contradict themselves, a plan that does not hold any more.
func (p *Preview) unfit() error {
	s := p.session
	if invalid := p.Outcomes[record.Invalid]; invalid > 0 && !s.o.SkipInvalid {
		lines, correct := p.Problems, remedy.Words("correct them (").Use("dry-run", "").Words(" with ").Use("results", "FILE").Words(" lists all)")
		switch { // a check knows nothing of what the organization has
		case s.o.DryRun: // which is about all of them
			lines, correct = nil, remedy.Words("correct them (").Use("results", "FILE").Words(" lists all)")
		case len(lines)-len(p.faults.faults)+p.faults.rows == invalid:
			correct = remedy.Words("correct them")
		}
		if option := p.faults.correct(invalid); option != nil {
			correct = option
		}
		return refuseInvalid(s.roster, invalid, lines, correct)
	}
	if p.contradicted != "" {
		stop := &breaker.StopError{Reason: breaker.Contradicted, Err: errors.New(p.contradicted)}
		return refusal(status.Stopped, stop, remedy.Words("run the same command again; ").Use("trust-lists", "").
			Words(" goes on all the same, and may mail somebody who is there already"))
	}
	return p.comparison.refusal()
}

// MarshalJSON lays out what programs read.
func (p *Preview) MarshalJSON() ([]byte, error) {
	resumed := ""
	if p.Resumed != nil {
		resumed = p.Resumed.ID
	}
	var deadline *time.Time
	if !p.Deadline.IsZero() {
		deadline = &p.Deadline
	}
	return json.Marshal(struct {
		OrganizationID   string                 `json:"organization_id"`
		OrganizationName string                 `json:"organization_name"`
		Service          string                 `json:"service"`
		Population       *Population            `json:"population"`
		Roster           string                 `json:"roster"`
		Detected         string                 `json:"detected"`
		Rows             int                    `json:"rows"`
		Warnings         int                    `json:"warnings"`
		Resumed          string                 `json:"resumed,omitempty"`
		DoneBefore       int                    `json:"done_before"`
		Outcomes         map[record.Outcome]int `json:"outcomes"`
		Sends            int                    `json:"sends"`
		Replaced         int                    `json:"replaced"`
		Problems         []string               `json:"problems,omitempty"`
		Trips            []guard.Trip           `json:"trips,omitempty"`
		Digest           string                 `json:"digest,omitempty"`
		NewTeams         []string               `json:"new_teams,omitempty"`
		Drift            *report.Drift          `json:"drift,omitempty"`
		Seats            *Seats                 `json:"seats,omitempty"`
		Rate             string                 `json:"rate"`
		FindsRate        bool                   `json:"finds_rate"`
		TakesS           float64                `json:"takes_s"`
		Deadline         *time.Time             `json:"deadline,omitempty"`
		Late             int                    `json:"late"`
		Budgets          []Budget               `json:"budgets,omitempty"`
		Files            []File                 `json:"files"`
		Invitees         Invitees               `json:"invitees"`
		Guards           []remedy.Remedy        `json:"guards,omitempty"`
		Sandbox          bool                   `json:"sandbox,omitempty"`
	}{
		p.OrganizationID, p.OrganizationName, p.Service, p.Population, p.Roster, p.Detected, p.Rows, p.Warnings, resumed, p.DoneBefore,
		p.Outcomes, p.Sends(), p.Replaced, p.Problems, p.Trips, p.Digest(), p.NewTeams, p.Drift, p.Seats, p.Rate, p.FindsRate, p.Takes.Seconds(), deadline, p.Late,
		p.Budgets, p.Files, p.Invitees, p.Guards, p.Sandbox,
	})
}
