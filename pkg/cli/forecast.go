package cli

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"rollcall/pkg/console"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
)

// forecast is what will become of the rows, before anything is sent.
type forecast struct {
	outcomes map[record.Outcome]int
	// before counts the rows that an earlier part of the run has settled.
	before int
	// problems are the first invalid rows, as a person wants to see them.
	problems []string
}

// add counts an entry and the record of its verdict.
func (f *forecast) add(e roster.Entry, rec record.Record) {
	if f.outcomes == nil {
		f.outcomes = map[record.Outcome]int{}
	}
	f.outcomes[rec.Outcome]++
	if rec.Outcome != record.Invalid || len(f.problems) >= screenful {
		return
	}
	if len(e.Findings) == 0 { // it is invalid by what the organization has
		e.Findings = []roster.Finding{e.At(roster.FieldTeams, strings.TrimPrefix(rec.Error, "teams: "), rec.Hint)}
	}
	for _, finding := range e.Findings {
		f.problems = append(f.problems, finding.String())
	}
}

// toSend counts the rows that will be sent.
func (f *forecast) toSend() int {
	return f.outcomes[record.WouldInvite] + f.outcomes[record.WouldReinvite]
}

// print shows the first problems.
func (f *forecast) print(c *console.Console) {
	for _, problem := range f.problems {
		c.Printf("%s", problem)
	}
}

// showPlan prints the plan on one screen.
func (r *onboarding) showPlan() {
	f := r.forecast
	row := func(name, format string, args ...any) {
		r.console.Printf("  %-12s %s", name, fmt.Sprintf(format, args...))
	}
	r.console.Printf("%s (%s) at %s", cmp.Or(r.service.organization.Name, "organization"), r.service.organization.ID, r.service.url)
	row("roster", "%s, %s", r.people.Name, plural(r.people.Rows, "row"))
	if r.summary.Resumed {
		row("resumed", "run %s of %s, %d rows done before", r.run.ID, r.run.StartedAt.Local().Format(time.DateTime), f.before)
	}
	send := plural(f.toSend(), "person")
	if again := f.outcomes[record.WouldReinvite]; again > 0 {
		send += fmt.Sprintf(", %d of them again, since their invitation has expired", again)
	}
	row("to invite", "%s", send)
	for _, known := range []struct {
		outcome record.Outcome
		what    string
	}{
		{record.AlreadyInvited, "already invited"},
		{record.AlreadyMember, "already in the organization"},
		{record.Duplicate, "the same as an earlier line"},
		{record.Invalid, "invalid, skipped"},
	} {
		if n := f.outcomes[known.outcome]; n > 0 {
			row("", "%d %s", n, known.what)
		}
	}
	state := r.pace.State()
	row("pace", "%s, about %s", state.Rate, time.Duration(float64(f.toSend())/float64(state.Rate)*float64(time.Second)).Round(time.Second))
	if !r.flags.until.IsZero() {
		row("deadline", "%s", r.flags.until.Format(time.DateTime))
	}
	row("results", "%s", r.flags.results)
}
