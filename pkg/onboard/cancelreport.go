package onboard

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/causes"
	"rollcall/pkg/follow"
	"rollcall/pkg/plural"
	"rollcall/pkg/report"
	"rollcall/pkg/status"
)

// CancelReport says how it ended to take invitations back.
type CancelReport struct {
	// Run is the one that was undone, empty if none was meant.
	Run            string `json:"run"`
	OrganizationID string `json:"organization_id"`
	DryRun         bool   `json:"dry_run"`
	CancelCounts
	People []CancelledPerson `json:"people"`
	// File lists them as well; empty if there is none.
	File string `json:"file"`
	// Stale is where they were to be listed, if a file of an earlier time is still there.
	Stale    string        `json:"stale,omitempty"`
	Ledger   string        `json:"ledger"`
	Requests int           `json:"requests"`
	Duration float64       `json:"duration_s"`
	Status   status.Status `json:"exit_code"`
	// Sandbox says that the service was a sandbox.
	Sandbox bool `json:"sandbox,omitempty"`

	looked bool // it came far enough to tell a person something
}

// CancelCounts counts what became of invitations and people.
type CancelCounts struct {
	Cancelled int `json:"cancelled"`
	Failed    int `json:"failed"`
	// NotDone are pending, and their turn has not come: in a dry run, they would be cancelled.
	NotDone int `json:"not_done"`
	// Accepted are members by now, LeftAlone pending invitations that another run or somebody else has made.
	Accepted   int `json:"accepted"`
	LeftAlone  int `json:"left_alone"`
	NotInvited int `json:"not_invited"`
	InDoubt    int `json:"in_doubt"`
}

// CancelledPerson is what became of a person, or of one of several invitations.
type CancelledPerson struct {
	Kind         string       `json:"kind"`
	Email        string       `json:"email"`
	Role         string       `json:"role,omitempty"`
	InvitationID string       `json:"invitation_id,omitempty"`
	ExpiresAt    *time.Time   `json:"expires_at,omitempty"`
	Action       amend.Action `json:"action"`
	Error        string       `json:"error,omitempty"`
}

func (c *CancelSession) count() (n CancelCounts) {
	for _, change := range c.changes {
		switch {
		case change.Action == amend.Cancelled:
			n.Cancelled++
		case change.Action == amend.Failed:
			n.Failed++
		case change.Action == amend.Due:
			n.NotDone++
		case change.Kind == Accepted:
			n.Accepted++
		case change.Kind == InDoubt:
			n.InDoubt++
		case change.Kind == Invited:
			n.LeftAlone++
		default:
			n.NotInvited++
		}
	}
	return n
}

func (c *CancelSession) people() []CancelledPerson {
	people := make([]CancelledPerson, 0, len(c.changes))
	for line := range follow.Lines(c.changes) {
		person := CancelledPerson{
			Kind: line.Kind, Email: line.Email, Role: line.HasRole, InvitationID: line.InvitationID, Action: amend.Action(line.Action), Error: line.Error,
		}
		if !line.ExpiresAt.IsZero() {
			person.ExpiresAt = &line.ExpiresAt
		}
		people = append(people, person)
	}
	return people
}

// Write writes the report, as one JSON object on one line or as text.
func (r CancelReport) Write(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	return r.WriteText(w)
}

// WriteText writes the report for people; nothing if it was refused before anybody was looked at.
func (r CancelReport) WriteText(w io.Writer) error {
	if !r.looked {
		return nil
	}
	var b strings.Builder
	pending := "not_done"
	if r.DryRun {
		pending = "would_cancel"
	}
	for _, line := range []struct {
		n             int
		name, meaning string
	}{
		{r.Cancelled, "cancelled", ""},
		{r.NotDone, pending, ""},
		{r.Failed, "failed", "still pending; the error says why"},
		{r.InDoubt, "in_doubt", "it is not known whether, or which, invitation is pending"},
		{r.LeftAlone, "left_alone", "the run has not made their invitation"},
		{r.Accepted, "member", "has accepted; members are never removed"},
		{r.NotInvited, "not_invited", "no invitation is pending"},
	} {
		if line.n > 0 {
			b.WriteString(strings.TrimRight(fmt.Sprintf("  %-12s  %d  %s", line.name, line.n, line.meaning), " ") + "\n")
		}
	}
	if r.File != "" {
		b.WriteString("\n  changes  " + r.File + "\n")
	}
	if r.Stale != "" {
		b.WriteString("\n  stale    " + r.Stale + " (of an earlier run)\n")
	}
	for i, line := range causes.Lines(r.needs(), r.File) {
		if i == 0 {
			b.WriteByte('\n')
		}
		b.WriteString("  " + line + "\n")
	}
	b.WriteByte('\n')
	if r.Sandbox {
		b.WriteString(report.SandboxWords + " ")
	}
	b.WriteString(r.next() + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// next says in a line what is left to do.
func (r CancelReport) next() string {
	switch open := r.Failed + r.NotDone + r.InDoubt; {
	case r.DryRun:
		return "Nothing was cancelled: it was a dry run."
	case open > 0:
		return plural.Of(open, "invitation") + " left: the same command goes on."
	case r.Cancelled > 0:
		return "Nothing is left to do. Nobody of them is invited again unless somebody asks for that."
	}
	return "Nothing is left to do."
}

// Question asks whether to do it.
func (p *CancelPreview) Question() string {
	text := "Cancel " + plural.Of(p.Due(), "invitation") + "?"
	if p.session.o.Sandbox {
		text = report.SandboxMark + " " + text
	}
	return text
}

// Lines returns a line for each person of the preview, for people: for the first [Shown], and how many more there are.
func (p *CancelPreview) Lines() []string {
	var lines []string
	for i, change := range p.Changes {
		if i == Shown {
			return append(lines, fmt.Sprintf("and %d more", len(p.Changes)-i))
		}
		line := change.Email + ": "
		if change.Action == amend.Due {
			line += "pending"
			if change.Has != "" {
				line += " as " + change.Has
			}
			if !change.ExpiresAt.IsZero() {
				line += ", expires " + change.ExpiresAt.UTC().Format(time.DateTime) + " UTC"
			}
		} else {
			line += "left alone: " + change.Held
		}
		lines = append(lines, line)
	}
	return lines
}
