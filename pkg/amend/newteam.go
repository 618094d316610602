package amend

import (
	"context"
	"fmt"
	"net/http"

	"rollcall/pkg/audit"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/journey"
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

// CreateTeam makes a team, in one request: one whose reply was lost is not repeated, since there would be two of that name.
// Only where the service has refused it for being too many, it is made again.
func (m Maker) CreateTeam(ctx, waits context.Context, service TeamService, name, description string) (team cybedefend.Team, err error) {
	change := journey.Change{
		Store: m.Ledger, Claim: record.Claim{Run: m.Run, Email: "team " + name, Change: record.ChangeTeam}, Silence: m.Silence,
		Event: audit.Event{Kind: audit.Team, Run: m.Run, Team: name, After: "made"},
		Call: func(ctx context.Context) (err error) {
			team, err = service.CreateTeam(ctx, m.Scope.OrganizationID, name, description)
			return err
		},
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
	case class == cybedefend.FinalNo, class == cybedefend.NotProcessed, isLedgers(last):
		return team, fmt.Errorf("make team %s: %w", name, last)
	}
	return team, &UnsureError{Name: name, Err: last}
}
