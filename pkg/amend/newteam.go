package amend

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/journey"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// TeamService is the part of the service that makes teams.
type TeamService interface {
	CreateTeam(ctx context.Context, organizationID, name, description string) (cybedefend.Team, error)
}

// UnsureError says that a team may have been made: its name is in the list of teams soon, or it was not.
type UnsureError struct {
	Name string
	Err  error
}

// Error implements error.
func (e *UnsureError) Error() string {
	return fmt.Sprintf("whether team %s was made is not known: %s", e.Name, e.Err)
}

// Unwrap returns what has happened to the request.
func (e *UnsureError) Unwrap() error { return e.Err }

// What is kept of teams that were made, among the changes of a run.
const (
	newTeam           = "new_team"
	teamMade   Action = "team_made"
	teamUnmade Action = "team_refused"
)

// NewTeams returns the teams that runs have made since a time, by name, which no list may show yet. One without an id may have
// been made: nobody knows.
func NewTeams(ctx context.Context, l ledger.Ledger, scope record.Scope, since time.Time) (map[string]cybedefend.Team, error) {
	found := map[string]cybedefend.Team{}
	for c, err := range l.ChangesIn(ctx, scope) {
		switch {
		case err != nil:
			return nil, err
		case c.Kind != newTeam || c.At.Before(since):
		case c.Action == string(teamUnmade):
			delete(found, c.Team)
		default:
			found[c.Team] = cybedefend.Team{ID: c.TeamID, Name: c.Team}
		}
	}
	return found, nil
}

// keepTeam remembers what is known of a team that is made.
func (m Maker) keepTeam(ctx context.Context, team cybedefend.Team, is Action) error {
	return m.Ledger.KeepChange(context.WithoutCancel(ctx), m.Run, ledger.Change{
		Kind: newTeam, Action: string(is), TeamID: team.ID, Team: team.Name, At: m.Now(),
	})
}

// CreateTeam makes a team, in one request: one whose reply was lost is not repeated, since there would be two of that name.
// Only where the service has refused it for being too many, it is made again. It is kept before and after, see [NewTeams].
func (m Maker) CreateTeam(ctx, waits context.Context, service TeamService, name, description string) (team cybedefend.Team, err error) {
	change := journey.Change{
		Store: m.Ledger, Claim: record.Claim{Run: m.Run, Email: "team " + name, Change: record.ChangeTeam}, Silence: m.Silence,
		Event: audit.Event{Kind: audit.Team, Run: m.Run, Team: name, After: "made"},
		Call: func(ctx context.Context) (err error) {
			if team, err = service.CreateTeam(ctx, m.Scope.OrganizationID, name, description); err != nil {
				return err
			}
			return m.keepTeam(ctx, cybedefend.Team{ID: team.ID, Name: name}, teamMade)
		},
	}
	if err := m.keepTeam(ctx, cybedefend.Team{Name: name}, Due); err != nil {
		return team, err
	}
	m.working("making team " + name)
	var last error
	err = m.Call(waits, func(context.Context) error {
		if last = change.Make(ctx); cybedefend.StatusOf(last) == http.StatusTooManyRequests {
			return last
		}
		return nil
	})
	switch class := cybedefend.ClassOf(last); {
	case err != nil:
		return team, err
	case last == nil:
		return team, nil
	case isLedgers(last):
		return team, last
	case class == cybedefend.FinalNo, class == cybedefend.NotProcessed:
		return team, errors.Join(fmt.Errorf("make team %s: %w", name, last), m.keepTeam(ctx, cybedefend.Team{Name: name}, teamUnmade))
	}
	return team, &UnsureError{Name: name, Err: last}
}
