package results

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"rollcall/pkg/record"
)

// line is a row as it is written. Its tags are the one place where the fixed columns and their order are laid down.
// A nil pointer is an empty cell in CSV and null in JSON.
type line struct {
	Row              int     `csv:"row"               json:"row"`
	Line             int     `csv:"line"              json:"line"`
	Email            string  `csv:"email"             json:"email"`
	Role             string  `csv:"role"              json:"role"`
	Teams            string  `csv:"teams"             json:"teams"`
	Outcome          string  `csv:"outcome"           json:"outcome"`
	InvitationID     string  `csv:"invitation_id"     json:"invitation_id"`
	Token            string  `csv:"token"             json:"token"`
	Status           string  `csv:"status"            json:"status"`
	OrganizationID   string  `csv:"organization_id"   json:"organization_id"`
	OrganizationName string  `csv:"organization_name" json:"organization_name"`
	OrganizationRole string  `csv:"organization_role" json:"organization_role"`
	ExpiresAt        *string `csv:"expires_at"        json:"expires_at"`
	Attempts         int     `csv:"attempts"          json:"attempts"`
	HTTPStatus       *int    `csv:"http_status"       json:"http_status"`
	Error            string  `csv:"error"             json:"error"`
	Hint             string  `csv:"hint"              json:"hint"`
	UpdatedAt        *string `csv:"updated_at"        json:"updated_at"`
}

func newLine(r record.Record) line {
	l := line{
		Row: r.Row, Line: r.Line, Email: r.Email, Role: r.Role, Teams: r.Teams,
		Outcome:      r.Outcome.String(),
		InvitationID: r.InvitationID, Token: r.Token.Reveal(), Status: r.Status,
		OrganizationID: r.OrganizationID, OrganizationName: r.OrganizationName, OrganizationRole: r.OrganizationRole,
		ExpiresAt: stamp(r.ExpiresAt), Attempts: r.Attempts, Error: r.Error, Hint: r.Hint, UpdatedAt: stamp(r.UpdatedAt),
	}
	if r.HTTPStatus != 0 {
		l.HTTPStatus = &r.HTTPStatus
	}
	return l
}

func stamp(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.UTC().Format(time.RFC3339)
	return &s
}

// Columns returns the names of the fixed columns, in their order.
func Columns() []string {
	fields := reflect.TypeFor[line]()
	names := make([]string, fields.NumField())
	for i := range names {
		names[i] = fields.Field(i).Tag.Get("csv")
	}
	return names
}

// distinct returns the extra names such that none equals a fixed column or another extra one. Letter case does not
// tell names apart, since it does not in spreadsheets and databases.
func distinct(extra []string) []string {
	taken := make(map[string]bool)
	for _, name := range Columns() {
		taken[name] = true
	}
	names := make([]string, len(extra))
	for i, name := range extra {
		names[i] = name
		for n := 2; taken[strings.ToLower(names[i])]; n++ {
			names[i] = fmt.Sprintf("%s (%d)", name, n)
		}
		taken[strings.ToLower(names[i])] = true
	}
	return names
}
