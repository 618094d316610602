package results

import (
	"bytes"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"time"

	"github.com/gocarina/gocsv"

	"rollcall/pkg/atomicfile"
)

// DriftLine is where an organization differs from its roster about one person, and what was done about it. What there is
// not is empty.
type DriftLine struct {
	// Kind is the word for how they differ, such as "role".
	Kind  string
	Email string
	// Team is the name of the team that it is about, empty for the organization.
	Team string
	// HasRole is the role that the person has, WantedRole the one in the roster.
	HasRole, WantedRole string
	// UserID is that of a member, InvitationID that of a pending invitation, which expires at ExpiresAt.
	UserID, InvitationID string
	ExpiresAt            time.Time
	// Action is the word for what was done, such as "reported"; Error says why it could not be done.
	Action, Error string
	// NewEmail is the address under which the roster names the person.
	NewEmail string
}

// driftCells are a [DriftLine] as gocsv encodes it, the library for CSV that the customer asked for. The tags are the one
// place where the columns and their order are laid down. Those behind the first ones are there only if a line has
// something in them.
type driftCells struct {
	Kind         string `csv:"kind"`
	Email        string `csv:"email"`
	HasRole      string `csv:"has_role"`
	WantedRole   string `csv:"wanted_role"`
	UserID       string `csv:"user_id"`
	InvitationID string `csv:"invitation_id"`
	ExpiresAt    string `csv:"expires_at"`
	Action       string `csv:"action"`
	Error        string `csv:"error"`
	Team         string `csv:"team"`
	NewEmail     string `csv:"new_email"`
}

// driftAlways is how many columns are always there.
const driftAlways = 9

// driftTable leaves out the columns that no line needs.
type driftTable struct {
	out   *records
	needs []bool // of those behind the first ones
}

// Write takes the cells of a line from gocsv.
func (t *driftTable) Write(cells []string) error {
	kept := cells[:driftAlways:driftAlways]
	for i, cell := range cells[driftAlways:] {
		if t.needs[i] {
			kept = append(kept, cell)
		}
	}
	return t.out.write(kept...)
}

// Flush does nothing: gocsv asks for it after every call.
func (t *driftTable) Flush() {}

// Error returns what went wrong in earlier writes.
func (t *driftTable) Error() error { return t.out.err }

// WriteDrift writes a list of differences to the path as CSV of the dialect: a header, and a line each in the order of lines.
// The file appears whole, and only its owner can read it. A file that is there already is replaced; it must be a plain file: a
// directory, a device or a symbolic link is refused.
func WriteDrift(path string, d Dialect, lines iter.Seq[DriftLine]) error {
	var list []driftCells
	needs := make([]bool, 2)
	var expires stamp
	for l := range lines {
		needs[0], needs[1] = needs[0] || l.Team != "", needs[1] || l.NewEmail != ""
		list = append(list, driftCells{
			Kind: l.Kind, Email: l.Email, HasRole: l.HasRole, WantedRole: l.WantedRole, UserID: l.UserID,
			InvitationID: l.InvitationID, ExpiresAt: expires.of(l.ExpiresAt), Action: l.Action, Error: l.Error, Team: l.Team,
			NewEmail: l.NewEmail,
		})
	}
	var text bytes.Buffer
	err := gocsv.MarshalCSV(list, &driftTable{newRecords(&text, d), needs})
	if err == nil {
		err = atomicfile.Write(path, 0o600, text.Bytes())
	}
	if err != nil {
		return fmt.Errorf("write differences: %w", err)
	}
	return nil
}

// DriftPath returns where the differences go beside these results: team.drift.csv beside team.results.csv, whatever the
// format of the results.
func DriftPath(results string) string {
	directory, name := filepath.Split(results)
	name = strings.TrimSuffix(name, filepath.Ext(name))
	return directory + strings.TrimSuffix(name, ".results") + ".drift.csv"
}
