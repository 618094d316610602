package onboard

import (
	"cmp"
	"context"
	"strings"

	"rollcall/pkg/audit"
	"rollcall/pkg/causes"
	"rollcall/pkg/htmlreport"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plural"
	"rollcall/pkg/record"
	"rollcall/pkg/report"
	"rollcall/pkg/results"
	"rollcall/pkg/status"
	"rollcall/pkg/timeline"
)

// timelinesOf returns what was kept of the pace of a run. What cannot be read is left out.
func timelinesOf(ctx context.Context, l ledger.Ledger, run string) (pieces []timeline.Piece) {
	for text, err := range l.Timelines(ctx, run) {
		if err != nil {
			return pieces
		}
		if p, err := timeline.Decode(text); err == nil {
			pieces = append(pieces, p)
		}
	}
	return pieces
}

// passed returns on whose behalf a run was made, and what let something pass that would have been refused, by the audit trail.
func passed(ctx context.Context, l ledger.Ledger, run string) (who string, facts []htmlreport.Fact, err error) {
	for text, err := range l.Audit(ctx, 0) {
		if err != nil {
			return who, facts, err
		}
		if !strings.Contains(text, run) || !strings.Contains(text, string(audit.Approval)) && !strings.Contains(text, string(audit.Override)) {
			continue
		}
		line, err := audit.Parse(text)
		switch {
		case err != nil || line.Run != run: // which is for an audit to say
		case line.Kind == audit.Approval:
			who = line.Who
		case line.Kind == audit.Override:
			fact := htmlreport.Fact{Name: "Let pass", Value: strings.TrimSpace(line.Option + " " + line.Value)}
			if line.Reason != "" {
				fact.Value += ": " + line.Reason
			}
			facts = append(facts, fact)
		}
	}
	return who, facts, nil
}

// summaryOf returns what is remembered of an earlier run, but for its outcomes.
func summaryOf(l ledger.Ledger, run ledger.Run) report.Summary {
	return report.Summary{
		Run: run.ID, OrganizationID: run.OrganizationID, Roster: run.Roster, Rows: run.Rows, Outcomes: map[record.Outcome]int{},
		Status: status.Status(run.ExitCode), Follows: run.Sync, Resumed: run.Resumed > 0, StartedAt: run.StartedAt, Ledger: l.Path(),
	}
}

// Ended returns how a run has ended and what came of it, by what is remembered; ended is false if it has not, or is not known.
func (h History) Ended(ctx context.Context, name string) (r Report, ended bool, err error) {
	err = h.each(ctx, func(l ledger.Ledger) error {
		for run, err := range l.Runs(ctx) {
			if err != nil {
				return err
			}
			if run.ID != name || run.EndedAt.IsZero() {
				continue
			}
			ended = true
			r = Report{Summary: summaryOf(l, run.Run), Final: true}
			r.Duration, r.Outcomes, r.Render = run.EndedAt.Sub(run.StartedAt), run.Outcomes, h.Render
			return nil
		}
		return nil
	})
	return r, ended, err
}

// reportPast writes the page about an earlier run.
func (h History) reportPast(ctx context.Context, l ledger.Ledger, run ledger.Run, o Output) error {
	s := summaryOf(l, run)
	s.Results, s.Render = o.Results, h.Render
	p := (Options{Output: o, Render: h.Render}).page(s, nil)
	p.Unended, p.Service, p.Where = run.EndedAt.IsZero(), run.Service, ""
	var err error
	if p.Caller, p.Planned, err = passed(ctx, l, run.ID); err != nil {
		return err
	}
	rough := timeline.NewRecorder(run.StartedAt)
	var needy causes.Collector
	last := run.EndedAt
	for r, err := range results.Records(ctx, l, run, 0, run.EndedAt) {
		if err != nil {
			return err
		}
		p.Outcomes[r.Outcome]++
		needs(&needy, &r)
		p.OrganizationName = cmp.Or(p.OrganizationName, r.OrganizationName)
		if r.Attempts > 0 && !r.UpdatedAt.IsZero() {
			rough.Request(r.UpdatedAt, timeline.Answered)
			if r.UpdatedAt.After(last) {
				last = r.UpdatedAt
			}
		}
	}
	p.Summary.Causes = needy.List()
	if run.Pruned > 0 {
		if p.Outcomes, err = l.Outcomes(ctx, run.ID); err != nil {
			return err
		}
		p.Outcomes[record.NotSent] += p.Outcomes[record.Unset]
		delete(p.Outcomes, record.Unset)
		p.Facts = append(p.Facts, htmlreport.Fact{Name: "Forgotten", Value: plural.Of(run.Pruned, "row") + " that nothing needs any more"})
	}
	if !last.IsZero() {
		p.Duration = last.Sub(run.StartedAt)
	}
	if p.Pace = timelinesOf(ctx, l, run.ID); len(p.Pace) == 0 && run.Rows > 0 {
		p.Pace, p.RoughPace = []timeline.Piece{rough.Piece(run.StartedAt)}, true
	}
	for c, err := range l.Changes(ctx, run.ID) {
		if err != nil {
			return err
		}
		p.Changes = append(p.Changes, results.DriftLine{
			Kind: c.Kind, Email: c.Email, Team: c.Team, HasRole: c.Has, WantedRole: c.Wanted, Action: c.Action,
		})
	}
	for a, err := range l.Approvals(ctx, run.Scope()) {
		if err == nil && a.Run == run.ID {
			p.Planned = append(p.Planned, htmlreport.Fact{Name: "Approved", Value: a.Digest + ", although: " + strings.Join(a.Guards, ", ")})
		}
	}
	p.Facts = append(p.Facts, htmlreport.Fact{Name: "Ledger", Value: l.Path()})
	p.Rows = results.Records(ctx, l, run, 0, run.EndedAt)
	return o.write(p)
}
