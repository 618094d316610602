package onboard

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"rollcall/pkg/amend"
	"rollcall/pkg/audit"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/ledger/place"
	"rollcall/pkg/plural"
	"rollcall/pkg/remedy"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
)

// keepRemoved writes down who is about to be removed, or demoted on the way out, with everything that they have, so that they can
// be invited again as they were. Where that fails, nobody is removed, and everything else is done all the same.
func (s *Session) keepRemoved(ctx context.Context, stop <-chan struct{}) error {
	due := s.following.Removals()
	if len(due) == 0 {
		return nil
	}
	waits, release := until(ctx, stop)
	defer release()
	waits, done := s.o.within(waits)
	defer done()
	s.o.Observer.working("writing down who is removed")
	defer s.o.Observer.working("")
	err := s.writeRemoved(waits, due)
	switch {
	case err == nil:
		return nil
	case waits.Err() != nil: // it goes on the next time
		return context.Cause(waits)
	}
	for i := range s.following.Changes {
		if c := &s.following.Changes[i]; c.IsDue() && (c.Step == amend.Remove || c.Step == amend.Demote) {
			c.Action, c.Err = amend.Failed, errors.New("nobody is removed who is not written down before")
		}
	}
	return refusal(status.Unexpected, fmt.Errorf("nobody was removed: %w", err), remedy.Words("the same command goes on once that is mended"))
}

// writeRemoved reads the teams of those who are due, and writes them down.
func (s *Session) writeRemoved(ctx context.Context, due []amend.Change) error {
	staff, err := s.staff(ctx)
	if err != nil {
		return err
	}
	people := make([]results.Removed, len(due))
	for i, c := range due {
		role, err := roster.ParseRole(c.Had)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Email, err)
		}
		var teams []roster.Team
		for _, seat := range staff.Seats(cybedefend.User{ID: c.UserID, Email: c.Email}) {
			teams = append(teams, roster.Team{Name: staff.TeamWord(seat.Team), Role: string(seat.Role)})
		}
		people[i] = results.Removed{Email: c.Email, Role: role, Teams: roster.FormatTeams(teams)}
	}
	path, err := results.WriteRemoved(s.removedPath(s.run.ID), s.rosterDialect(), people)
	if err != nil {
		return err
	}
	s.removedFile = path
	return s.memory.ledger.Note(ctx, audit.Event{Kind: audit.Kept, Run: s.run.ID, Value: path, Reason: plural.Of(len(people), "member") + " to be removed"})
}

// staff reads who is in which team, once more if people came and went meanwhile.
func (s *Session) staff(ctx context.Context) (*directory.Staff, error) {
	reading := s.connection.Reading()
	for range 2 {
		teams, err := directory.Teams(ctx, reading)
		if err != nil {
			return nil, err
		}
		staff, err := directory.ReadStaff(ctx, reading, s.connection, teams)
		if err != nil || staff.Stable {
			return staff, err
		}
	}
	return nil, errors.New("the lists of the teams' members keep changing, or contradict themselves")
}

// removedPath returns where those are written down whom a run removes: beside the results, or else beside the ledger.
func (s *Session) removedPath(run string) string {
	if s.o.Results != "" && s.o.Results != "-" {
		return results.RemovedPath(s.o.Results, run)
	}
	path := s.report.Ledger
	if path == "" && s.memory.ledger != nil {
		path = s.memory.ledger.Path()
	}
	if place.IsAddress(path) { // beside which there are no files
		path = "ledger.db"
		if of := s.o.LedgerOf; of != nil {
			path, _ = of(s.memory.scope.OrganizationID) // a folder that can't be had is said when the file is to be written
		}
	}
	return results.RemovedPath(path, run)
}

// removedFiles returns the file of those who are to be removed, for people; the run has no name before it begins.
func (s *Session) removedFiles() []File {
	if len(s.following.Removals()) == 0 || s.o.DryRun {
		return nil
	}
	run := "RUN"
	if s.run.ID != "" {
		run = s.run.ID
	}
	return []File{{What: "list of those who are removed", Path: s.removedPath(run)}}
}

// checkLeavers returns the first mistake in the options about leavers.
func (o Options) checkLeavers() error {
	switch f := o.Sync; {
	case f == nil:
		return nil
	case f.LeaverGrace < 0:
		return cannotBeNegative("leaver-grace")
	case f.MaxRemovals < 0:
		return cannotBeNegative("max-removals")
	case f.RemoveAtOnce && !f.RemoveLeavers:
		return &remedy.OptionError{
			Option: "remove-at-once", What: remedy.Use("remove-at-once", "").Words(" removes nobody by itself"),
			Remedy: remedy.Words("add ").Use("remove-leavers", ""),
		}
	}
	for _, text := range o.Sync.Protect {
		if strings.TrimSpace(text) == "" {
			return remedy.Aboutf("protect", "it is empty").With(remedy.Words("name an address or a file"))
		}
	}
	return nil
}
