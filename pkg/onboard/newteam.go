package onboard

import (
	"context"
	"errors"
	"strings"

	"rollcall/pkg/amend"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/journey"
	"rollcall/pkg/plural"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
)

// planTeams adds to what was read the teams that are to be made, so that verdicts count with them, and those that the session
// has made and no list shows yet.
func (r reader) planTeams(ctx context.Context, d *directory.Directory) error {
	for _, team := range r.made {
		if len(d.Teams(team.ID)) == 0 {
			d.AddTeam(team)
		}
	}
	names, err := r.o.ToCreate(ctx, r.roster, d)
	if err != nil || len(names) == 0 {
		return err
	}
	recent := map[string]cybedefend.Team{} // which no list may show yet
	if r.memory.ledger != nil {
		if recent, err = amend.NewTeams(ctx, r.memory.ledger, r.memory.scope, r.connection.Now().Add(-journey.MemoryCounts)); err != nil {
			return err
		}
	}
	for _, name := range names {
		switch team, made := recent[name]; {
		case !made:
			d.AddTeam(directory.Planned(name))
		case team.ID != "":
			d.AddTeam(team)
		default:
			return refusal(status.Stopped, errors.New("whether team "+name+" was made just now is not known, and there would be two of that name; nothing was sent"),
				remedy.Words("run the same command again in ten minutes, when the list of teams is believed"))
		}
	}
	return nil
}

// makeTeams makes the teams that the roster names and the organization lacks, and reads the organization again: people are
// invited into them. Whoever the service has put into one of them by itself is named. What would be changed by now and was not
// seen before is left for the next run.
func (s *Session) makeTeams(ctx context.Context, seen []amend.Change) error {
	planned := s.past.inputs.Directory.PlannedTeams()
	if len(planned) == 0 {
		return nil
	}
	defer s.o.Observer.working("")
	maker := s.maker(s.run.ID)
	for _, name := range planned {
		team, err := maker.CreateTeam(context.WithoutCancel(ctx), ctx, s.connection, name, "From the roster "+s.roster.Name)
		if unsure, ok := errors.AsType[*amend.UnsureError](err); ok {
			return refusal(status.Stopped, unsure, remedy.Words("the same command looks whether the team is there, and goes on"))
		}
		if err != nil {
			return err
		}
		if team.ID != "" {
			s.made, s.report.NewTeams = append(s.made, team), append(s.report.NewTeams, name)
			s.nameThoseInside(ctx, team)
		}
	}
	if err := s.recover(ctx); err != nil {
		return err
	}
	if left := s.past.inputs.Directory.PlannedTeams(); len(left) > 0 {
		return refusal(status.Stopped, errors.New("the service has made "+strings.Join(left, ", ")+" and does not list it yet"),
			remedy.Words("run the same command again"))
	}
	if err := s.compare(ctx); err != nil {
		return err
	}
	s.approval.withhold(s.following.All(), true)
	withholdUnseen(s.following.All(), seen)
	return nil
}

// withholdUnseen holds back what is due and was not when somebody agreed. A team that was only planned then has another id.
func withholdUnseen(now, seen []amend.Change) {
	type request struct {
		amend.Call
		team string
	}
	of := func(c amend.Change) request {
		r := request{c.Call(), c.Team.Name}
		r.Team = ""
		return r
	}
	due := map[request]bool{}
	for _, c := range seen {
		due[of(c)] = due[of(c)] || c.IsDue()
	}
	for i := range now {
		if c := &now[i]; c.IsDue() && !due[of(*c)] {
			c.Action, c.Held = amend.Reported, "it has come up while teams were made, and nobody has seen it: the next run looks again"
		}
	}
}

// nameThoseInside says who is in a team that was just made: nobody has put them there but the service.
func (s *Session) nameThoseInside(ctx context.Context, team cybedefend.Team) {
	inside, err := s.connection.TeamMembers(ctx, team.ID, cybedefend.Page{Number: 1}, "")
	if err != nil {
		return // which is no reason to stop
	}
	for _, member := range inside.Members {
		s.o.Observer.warn("the service has put somebody into the new team by itself",
			map[string]any{"email": member.Email, "team": team.Name, "role": string(member.Role)})
	}
}

// places counts the people who are invited and have an odd place in teams.
type places struct{ teamless, billing int }

// add takes in a row that will be sent.
func (p *places) add(r *record.Record) {
	switch {
	case r.Role == string(cybedefend.Member) && r.Teams == "":
		p.teamless++
	case r.Role == string(cybedefend.BillingManager) && r.Teams != "":
		p.billing++
	}
}

// warnOfPlaces tells, once, of people whose places in teams are probably not what is meant. Where a roster names no team at
// all, somebody else puts people into teams.
func (s *Session) warnOfPlaces(p places) {
	if s.warned || !s.roster.NamesTeams {
		return
	}
	s.warned = true
	if p.teamless > 0 {
		s.o.Observer.warn(plural.Of(p.teamless, "person")+" without a team would be invited as member: members reach projects only through their teams", nil)
	}
	if p.billing > 0 {
		s.o.Observer.warn(plural.Of(p.billing, "person")+" with teams would be invited as billing_manager, who has no business there", nil)
	}
}
