package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"rollcall/pkg/record"
	"rollcall/pkg/status"
)

// Occasion says after which runs somebody is told.
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

// Valid reports whether o is one of the occasions.
func (o Occasion) Valid() bool { return o == OnChange || o == OnFailure || o == Always }

// Calls reports whether the run of s is an occasion to tell somebody.
func (o Occasion) Calls(s Summary) bool {
	switch o {
	case Always:
		return true
	case OnChange:
		return s.Status != status.Well || s.Outcomes[record.Invited] > 0 || s.Drift != nil && s.Drift.Changed > 0
	default:
		return s.Status != status.Well
	}
}

// Notice returns the summary as a message for a chat's incoming webhook, in the JSON that Slack takes: two plain lines
// under "text", and the object of [Summary.WriteJSON] under "rollcall". Meaning says what the exit code means. There is
// nothing personal in it but what the roster's file name says.
func (s Summary) Notice(meaning string) ([]byte, error) {
	return json.Marshal(struct {
		Text    string  `json:"text"`
		Summary Summary `json:"rollcall"`
	}{s.headline() + "\n" + fmt.Sprintf("exit code %d: %s", s.Status, meaning), s})
}

// headline says in one line what became of which roster.
func (s Summary) headline() string {
	var b bytes.Buffer
	b.WriteString("rollcall")
	if s.DryRun {
		b.WriteString(", dry run")
	}
	fmt.Fprintf(&b, ": %s: %s", chatText.Replace(filepath.Base(s.Roster)), plural(s.Rows, "row"))
	for _, outcome := range record.Outcomes() {
		if n := s.Outcomes[outcome]; n > 0 {
			fmt.Fprintf(&b, ", %d %s", n, outcome)
		}
	}
	return b.String()
}

// chatText keeps the name of a file from being read as a mention or a link. The escapes are those of Slack's message
// text; line breaks would make more lines of it.
var chatText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", " ", "\r", " ")
