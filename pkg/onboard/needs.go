package onboard

import (
	"context"

	"rollcall/pkg/amend"
	"rollcall/pkg/causes"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// needs tells the collector about a row that has come to its last word, unless it has ended well.
func needs(c *causes.Collector, r *record.Record) {
	if r.Outcome.Well() {
		return
	}
	c.Add(causes.Case{
		Outcome: r.Outcome.String(), HTTPStatus: r.HTTPStatus, Reason: r.Error, Hint: r.Hint, Line: r.Line, Email: r.Email,
	})
}

// reportInvalid has the report say which rows keep the roster from being sent.
func (s *Session) reportInvalid(ctx context.Context) error {
	var needy causes.Collector
	for entry, err := range s.roster.Entries(ctx) {
		if err != nil {
			return err
		}
		if r := plan.NewRecord(entry, s.now(), s.o.Render); r.Outcome == record.Invalid {
			needs(&needy, &r)
		}
	}
	s.report.Causes = needy.List()
	return nil
}

// needs tells who needs something after invitations were to be taken back.
func (r CancelReport) needs() []causes.Cause {
	var needy causes.Collector
	for _, person := range r.People {
		one := causes.Case{Reason: person.Error, Email: person.Email}
		switch {
		case person.Action == amend.Failed:
			one.Outcome = "failed"
		case person.Kind == string(InDoubt):
			one.Outcome = "in_doubt"
		default:
			continue
		}
		needy.Add(one)
	}
	return needy.List()
}
