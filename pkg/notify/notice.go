package notify

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"rollcall/pkg/causes"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/report"
	"rollcall/pkg/status"
)

// Occasion says after which runs somebody is told. The zero value stands for [OnChange].
type Occasion string

// The occasions.
const (
	// OnChange: somebody was invited, something else was changed, or the run did not end well.
	OnChange Occasion = "change"
	// OnFailure: the run did not end well.
	OnFailure Occasion = "failure"
	// Always: each run.
	Always Occasion = "always"
)

// Occasions returns all of them, the usual one first.
func Occasions() []Occasion { return []Occasion{OnChange, OnFailure, Always} }

// Valid reports whether o is one of the occasions.
func (o Occasion) Valid() bool { return o == "" || slices.Contains(Occasions(), o) }

// Calls reports whether the run of s is an occasion to tell somebody.
func (o Occasion) Calls(s report.Summary) bool {
	switch o {
	case Always:
		return true
	case OnChange, "":
		return s.Status != status.Well || s.Outcomes[record.Invited] > 0 || s.Drift != nil && s.Drift.Changed > 0
	default:
		return s.Status != status.Well
	}
}

// Notice returns a summary as a message for a chat's incoming webhook, in the JSON that Slack takes: two plain lines
// under "text", one more for each of the first reasons why somebody needs something, and the object of
// [report.Summary.WriteJSON] under "rollcall". Render shows the options that the meaning of the status names; nil shows them
// in words.
//
// It goes to somebody else's service, so there is nothing personal in it but what the names of files say: files are named
// without their folders, the ledger, which tells a chat nothing, not at all, and neither is a roster that is an address, nor
// is the error told. Who needs something is not told, only how many and why.
func Notice(s report.Summary, render remedy.Renderer) ([]byte, error) {
	meaning := fmt.Sprintf("exit code %d: %s", s.Status, s.Status.Meaning(render))
	if tripped := s.Tripped.String(); tripped != "" {
		meaning += " (" + tripped + ")"
	}
	lines := []string{headline(s), meaning}
	for _, cause := range first(withoutFolders(s).Causes) {
		lines = append(lines, chatText.Replace(causes.Line(cause)))
	}
	return json.Marshal(struct {
		Text    string         `json:"text"`
		Summary report.Summary `json:"rollcall"`
	}{strings.Join(lines, "\n"), withoutFolders(s)})
}

// withoutFolders returns the summary for somebody who is not at this machine.
func withoutFolders(s report.Summary) report.Summary {
	s.Ledger, s.Error = "", "" // which may name folders and people
	if strings.Contains(s.Roster, "@") && !strings.ContainsAny(s.Roster, `/\`) {
		s.Roster = "one person"
	}
	s.Roster, s.Results, s.Corrections = fileName(s.Roster), fileName(s.Results), fileName(s.Corrections)
	s.Stale = slices.Clone(s.Stale)
	for i, path := range s.Stale {
		s.Stale[i] = fileName(path)
	}
	s.Causes = causes.WithoutPeople(s.Causes)
	if s.Drift != nil {
		drift := *s.Drift
		drift.File, drift.RemovedFile = fileName(drift.File), fileName(drift.RemovedFile)
		drift.Due = nil // which names people
		s.Drift = &drift
	}
	return s
}

// told is how many reasons a chat is told in words; the object has all of them.
const told = 5

// first returns the first causes, as many as a chat is told.
func first(list []causes.Cause) []causes.Cause { return list[:min(told, len(list))] }

// headline says in one line what became of which roster.
func headline(s report.Summary) string {
	var b strings.Builder
	b.WriteString("rollcall")
	if s.DryRun {
		b.WriteString(", dry run")
	}
	if name := withoutFolders(s).Roster; name != "" {
		b.WriteString(": " + chatText.Replace(name))
	}
	fmt.Fprintf(&b, ": %d row", s.Rows)
	if s.Rows != 1 {
		b.WriteByte('s')
	}
	for _, outcome := range record.Outcomes() {
		if n := s.Outcomes[outcome]; n > 0 {
			fmt.Fprintf(&b, ", %d %s", n, outcome)
		}
	}
	return b.String()
}

// fileName returns the name of a file without the folder that it is in. What is no path stays as it is.
func fileName(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Base(path)
}

// chatText keeps the name of a file from being read as a mention or a link. The escapes are those of Slack's message
// text; line breaks would make more lines of it.
var chatText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", " ", "\r", " ")
