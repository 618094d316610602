// Package record defines what is kept and written about one row of a roster: its [Record] and its [Outcome].
//
// It is the vocabulary that the ledger stores, the batch settles and the results file shows. It has no behaviour
// beyond naming.
package record

import (
	"time"

	"rollcall/pkg/secret"
)

// Record is one row of a roster and its last word.
type Record struct {
	// Row is the 1-based data row number, Line the physical line that a person sees in the file.
	Row, Line int
	// Email is the address as the roster has it, trimmed.
	Email string
	// Role is the wished organization role, in the service's spelling; for an invalid row what the roster says.
	Role string
	// Teams are the wished teams as "Platform:developer; Security:team_manager".
	Teams string
	// Extra are the cells of the roster's own columns, in the order of the roster's extra column names.
	Extra []string

	// Outcome is unset until the row is settled.
	Outcome Outcome
	// InvitationID, Token, Status, OrganizationID, OrganizationName, OrganizationRole and ExpiresAt repeat the
	// invitation as the service described it. They are empty where there is none.
	InvitationID     string
	Token            secret.Text
	Status           string
	OrganizationID   string
	OrganizationName string
	OrganizationRole string
	ExpiresAt        time.Time
	// Attempts counts the requests sent for this row.
	Attempts int
	// HTTPStatus is that of the last answer, 0 if none came.
	HTTPStatus int
	// Error says what went wrong, Hint what to do about it.
	Error, Hint string
	// UpdatedAt is when the outcome was found.
	UpdatedAt time.Time

	// Trail is what is known of the attempts beside their number.
	Trail Trail
}
