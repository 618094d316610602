package plan

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
)

// longestSaved is how long, in bytes, a file with a plan may be: a million people fit into it.
const longestSaved = 512 << 20

// savedVersion is that of the files that this program writes and reads.
const savedVersion = 1

// Saved is a plan in a file: what would be done, and all that this follows from. It holds no secrets.
type Saved struct {
	// Version is that of the format; [Saved.Write] sets it.
	Version int       `json:"version"`
	MadeAt  time.Time `json:"made_at"`
	// OrganizationID and Service, the base URL, say whom the plan invites to what.
	OrganizationID   string `json:"organization_id"`
	OrganizationName string `json:"organization_name"`
	Service          string `json:"service"`
	// Roster is the absolute path of the document; Digest, of its bytes and the flags, is what makes it the same.
	Roster string `json:"roster"`
	Digest string `json:"digest"`
	Flags  Flags  `json:"flags"`
	// NewTeams are the names of the teams that would be made, Changes what else would be changed. Plans without them are those of
	// programs that knew only rows, too: nothing else is done by them.
	NewTeams []string `json:"new_teams,omitempty"`
	Changes  []Change `json:"changes,omitempty"`
	Steps    []Step   `json:"rows"`
}

// Flags are the options that decide what a roster means and who is sent, as they were given.
type Flags struct {
	roster.Settings
	Invalid       string   `json:"invalid"`
	Reinvite      Reinvite `json:"reinvite"`
	ReinviteAfter string   `json:"reinvite_after"`
	ReinviteMax   int      `json:"reinvite_max"`
	NoPreflight   bool     `json:"no_preflight"`
	TrustLists    bool     `json:"trust_lists,omitempty"`
	// Wishes say what else is changed, nil if nothing is.
	Wishes *Wishes `json:"wishes,omitempty"`
}

// Step is the verdict on one row, as far as it matters to whoever approves of it.
type Step struct {
	Row      int                         `json:"row"`
	Line     int                         `json:"line"`
	Email    string                      `json:"email"`
	Verdict  record.Outcome              `json:"verdict"`
	Reason   string                      `json:"reason,omitempty"`
	Role     string                      `json:"role"`
	Teams    []cybedefend.TeamAssignment `json:"teams,omitempty"`
	Replaces string                      `json:"replaces,omitempty"`
}

// StepOf returns the step of a row: its record with the verdict applied, and the verdict, which is the zero value for a
// row that the roster alone decides about.
func StepOf(r record.Record, v Verdict) Step {
	reason := v.Reason
	if r.Error != "" {
		reason = r.Error
	}
	return Step{
		Row: r.Row, Line: r.Line, Email: r.Email, Verdict: r.Outcome, Reason: reason, Role: r.Role,
		Teams: v.Invite.TeamAssignments, Replaces: v.Replaces,
	}
}

// Sends reports whether the step sends an invitation.
func (s Step) Sends() bool {
	return s.Verdict == record.WouldInvite || s.Verdict == record.WouldReinvite
}

// done reports whether nothing is left to do, be it by an invitation or since it was accepted.
func (s Step) done() bool {
	return s.Verdict == record.AlreadyInvited || s.Verdict == record.AlreadyMember || s.Verdict == record.Skipped
}

// String says what the step does.
func (s Step) String() string {
	text := s.Verdict.String()
	if s.Sends() {
		text += " as " + s.Role
	}
	if s.Sends() && len(s.Teams) > 0 {
		teams := make([]string, len(s.Teams))
		for i, team := range s.Teams {
			teams[i] = team.TeamID + ":" + string(team.Role)
		}
		text += " in " + strings.Join(teams, ", ")
	}
	if s.Replaces != "" {
		text += ", replacing " + s.Replaces
	}
	return text
}

// Progress is how far runs of a saved plan have come with one of its rows.
type Progress uint8

const (
	// Untouched says that no run of the plan has come to the row.
	Untouched Progress = iota
	// Begun says that a run of the plan was cut short before the row had its outcome, and is resumed.
	Begun
	// CarriedOut says that a run of the plan has invited the person, or has found the person to be there.
	CarriedOut
)

// Agrees reports whether the verdict of today does what was planned. That an invitation has been accepted meanwhile is
// no difference, since nothing is done about it. With what a run of the plan has done itself, nothing is left to do: then
// it is no difference that the person is invited or a member by now, or, where the run was cut short, that the
// invitation to replace is gone.
func (s Step) Agrees(today Step, progress Progress) bool {
	switch {
	case s.Row != today.Row || s.Email != today.Email:
		return false
	case s.done() && today.done():
		return true
	case progress == CarriedOut && s.Sends() && today.done():
		return true
	case progress == Begun && s.Sends() && (today.Verdict == record.AlreadyInvited || today.Verdict == record.AlreadyMember):
		return true
	case progress == Begun && s.Replaces != "" && today.Replaces == "" && today.Sends():
	case s.Verdict != today.Verdict || s.Replaces != today.Replaces:
		return false
	}
	return !s.Sends() || s.Role == today.Role && slices.Equal(s.Teams, today.Teams)
}

// Identity returns what makes two plans the same: everything in them.
func (s Saved) Identity() [sha256.Size]byte {
	hash := sha256.New()
	// A hash never fails, and what is written are plain values.
	_ = s.Write(hash)
	return [sha256.Size]byte(hash.Sum(nil))
}

// Write writes the plan as JSON, a row or change on a line, so that two plans can be compared by any tool.
func (s Saved) Write(w io.Writer) error {
	s.Version = savedVersion
	steps, changes := s.Steps, s.Changes
	s.Steps, s.Changes = []Step{}, nil
	head, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if _, err := w.Write(head[:len(head)-len("\"rows\": []\n}")]); err != nil {
		return err
	}
	if len(changes) > 0 {
		if err := writeLines(w, "changes", changes, ",\n  "); err != nil {
			return err
		}
	}
	return writeLines(w, "rows", steps, "\n}\n")
}

// writeLines writes an array with an element on a line, and what stands behind it.
func writeLines[E any](w io.Writer, name string, elements []E, behind string) error {
	if _, err := fmt.Fprintf(w, "%q: [", name); err != nil {
		return err
	}
	for i, element := range elements {
		line, err := json.Marshal(element)
		if err != nil {
			return err
		}
		separator := ","
		if i == len(elements)-1 {
			separator = ""
		}
		if _, err := fmt.Fprintf(w, "\n    %s%s", line, separator); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "\n  ]"+behind)
	return err
}

// ReadSaved reads a plan. It refuses what is not wholly one, and what is longer than 512 MiB.
func ReadSaved(r io.Reader) (Saved, error) { return readSaved(r, longestSaved) }

func readSaved(r io.Reader, longest int64) (Saved, error) {
	var s Saved
	limited := &io.LimitedReader{R: r, N: longest + 1}
	decoder := json.NewDecoder(limited)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&s)
	var more error
	if err == nil {
		_, more = decoder.Token()
	}
	switch {
	case limited.N == 0:
		return Saved{}, fmt.Errorf("not a plan: longer than %d bytes", longest)
	case err != nil:
		return Saved{}, fmt.Errorf("not a plan: %w", err)
	case !errors.Is(more, io.EOF):
		return Saved{}, errors.New("not a plan: there is more behind it")
	case s.Version != savedVersion:
		return Saved{}, fmt.Errorf("a plan of version %d, and this program knows version %d", s.Version, savedVersion)
	case s.Roster == "" || s.OrganizationID == "":
		return Saved{}, errors.New("not a plan: it names no roster or no organization")
	}
	return s, nil
}
