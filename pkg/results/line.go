package results

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/gocarina/gocsv"

	"rollcall/pkg/record"
)

// line is a row as it is written. Its tags are the one place where the fixed columns and their order are laid down. All
// fields are texts, of which gocsv makes cells as they are; where there is nothing, they are empty.
type line struct {
	Row              string `csv:"row"`
	Line             string `csv:"line"`
	Email            string `csv:"email"`
	Role             string `csv:"role"`
	Teams            string `csv:"teams"`
	Outcome          string `csv:"outcome"`
	InvitationID     string `csv:"invitation_id"`
	Token            string `csv:"token"`
	Status           string `csv:"status"`
	OrganizationID   string `csv:"organization_id"`
	OrganizationName string `csv:"organization_name"`
	OrganizationRole string `csv:"organization_role"`
	ExpiresAt        string `csv:"expires_at"`
	Attempts         string `csv:"attempts"`
	HTTPStatus       string `csv:"http_status"`
	Error            string `csv:"error"`
	Hint             string `csv:"hint"`
	UpdatedAt        string `csv:"updated_at"`
}

// together is how many rows go through gocsv at once.
const together = 64

// lines brings records to an encoder. They go through gocsv, the library for CSV that the customer asked for, which makes
// cells of a [line]: many at once, since half of what a row costs there is the call. Behind the fixed cells it puts those of
// the roster's own columns.
type lines struct {
	to    encoder
	width int // of the roster's own columns

	held  [together]line
	extra [together][]string
	count int // that are held
	taken int // of them, by gocsv
	cells []string

	expires, updated stamp
}

// add takes in a record.
func (l *lines) add(r *record.Record) error {
	l.held[l.count] = line{
		Row: strconv.Itoa(r.Row), Line: strconv.Itoa(r.Line), Email: r.Email, Role: r.Role, Teams: r.Teams,
		Outcome:      r.Outcome.String(),
		InvitationID: r.InvitationID, Token: r.Token.Reveal(), Status: r.Status,
		OrganizationID: r.OrganizationID, OrganizationName: r.OrganizationName, OrganizationRole: r.OrganizationRole,
		ExpiresAt: l.expires.of(r.ExpiresAt), Attempts: strconv.Itoa(r.Attempts), Error: r.Error, Hint: r.Hint,
		UpdatedAt: l.updated.of(r.UpdatedAt),
	}
	if r.HTTPStatus != 0 {
		l.held[l.count].HTTPStatus = strconv.Itoa(r.HTTPStatus)
	}
	l.extra[l.count] = append(l.extra[l.count][:0], r.Extra...)
	if l.count++; l.count < len(l.held) {
		return nil
	}
	// The fields of an array are read where they stand, those of a slice are each copied to the heap first.
	l.count, l.taken = 0, 0
	return gocsv.MarshalCSVWithoutHeaders(l.held, l)
}

// flush hands on what is held.
func (l *lines) flush() error {
	rest := l.held[:l.count]
	l.count, l.taken = 0, 0
	return gocsv.MarshalCSVWithoutHeaders(rest, l)
}

// Write takes the fixed cells of a row from gocsv.
func (l *lines) Write(fixed []string) error {
	l.cells = append(append(l.cells[:0], fixed...), l.extra[l.taken]...)
	for len(l.cells) < len(fixed)+l.width {
		l.cells = append(l.cells, "")
	}
	l.taken++
	if err := l.to.encode(l.cells); err != nil {
		return fmt.Errorf("row %s: %w", fixed[0], err)
	}
	return nil
}

// Flush does nothing: gocsv asks for it after every call.
func (l *lines) Flush() {}

// Error returns nothing: Write has returned it.
func (l *lines) Error() error { return nil }

// stamp writes times to the second, many of which are the same as the one before. The zero value is ready for use.
type stamp struct {
	second int64
	text   string
}

// of returns a time as RFC 3339 in UTC, empty if it is zero.
func (s *stamp) of(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if second := t.Unix(); s.text == "" || second != s.second {
		s.second, s.text = second, t.UTC().Format(time.RFC3339)
	}
	return s.text
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
