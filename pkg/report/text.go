package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/pkg/paint"
	"rollcall/pkg/plural"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
)

// meanings explain the outcomes that ask something of the reader.
var meanings = map[record.Outcome]string{
	record.Skipped:  "a rule of yours keeps them from being sent; hint names it",
	record.Rejected: "the service said no for good",
	record.Failed:   "trouble on the way; certainly not invited",
	record.Unknown:  "sent, but whether it took effect could not be found out",
	record.Invalid:  "the row itself is wrong",
	record.NotSent:  "the run stopped before their turn",
}

// WriteText writes the summary for people: what became of the rows, what it took, where it is written down, and, as
// the last line, what to do next. Before it come the names of the first people who need something.
func (s Summary) WriteText(w io.Writer) error { return paint.Paper{Out: w}.Print(s.Lines()...) }

// Lines returns the lines of [Summary.WriteText], for a terminal.
func (s Summary) Lines() []paint.Line {
	verb := "Run"
	if s.DryRun {
		verb = "Dry run"
	}
	head := paint.Line{}
	if s.Sandbox {
		head = head.In(paint.Warn, SandboxMark).Words(" ")
	}
	head = head.In(paint.Strong, fmt.Sprintf("%s over %s: %s in %s", verb, s.Roster, plural.Of(s.Rows, "row"), short(s.Duration)))
	if s.Resumed {
		head = head.Words(", resumed")
	}
	lines := append([]paint.Line{head.Hanging(hanging), {}}, s.outcomeLines()...)
	lines = append(lines, s.detailLines()...)
	lines = append(lines, s.nameLines()...)
	role := RoleOfStatus(s.Status)
	if role == paint.Warn { // the outcomes have said it: a whole sentence of it would shout
		role = paint.Strong
	}
	next := paint.Line{}
	if s.Sandbox { // in front, since the command to run again ends the line
		next = next.In(paint.Warn, SandboxWords).Words(" ")
	}
	return append(lines, paint.Line{}, next.In(role, s.Next()).Hanging(hanging))
}

// What is said of a sandbox: in front of the first line, and of the last one.
const (
	SandboxMark  = "[sandbox]"
	SandboxWords = "This was a sandbox: nobody was mailed."
)

// hanging is how far what goes on below a sentence is indented.
const hanging = 2

// RoleOfStatus returns the role in which it is shown how something ended.
func RoleOfStatus(s status.Status) paint.Role {
	switch s {
	case status.Well:
		return paint.Good
	case status.Rows, status.Stopped, status.Interrupted, status.Guarded, status.Locked:
		return paint.Warn
	default:
		return paint.Bad
	}
}

// RoleOf returns the role in which an outcome is shown.
func RoleOf(o record.Outcome) paint.Role {
	switch o {
	case record.Invited:
		return paint.Good
	case record.WouldInvite, record.WouldReinvite:
		return paint.Strong
	case record.Rejected, record.Invalid, record.Failed, record.Unknown:
		return paint.Bad
	case record.NotSent, record.Skipped:
		return paint.Warn
	default:
		return paint.Plain
	}
}

func (s Summary) outcomeLines() (lines []paint.Line) {
	var name, number int
	for outcome, n := range s.Outcomes {
		if n != 0 {
			name, number = max(name, len(outcome.String())), max(number, len(strconv.Itoa(n)))
		}
	}
	for _, outcome := range record.Outcomes() {
		n := s.Outcomes[outcome]
		if n == 0 {
			continue
		}
		line := paint.Words("  ").In(RoleOf(outcome), fmt.Sprintf("%-*s  %*d", name, outcome, number, n))
		if meanings[outcome] != "" {
			line = line.Words("  ").In(paint.Dim, meanings[outcome]).Hanging(2 + name + 2 + number + 2)
		}
		lines = append(lines, line)
	}
	if name > 0 {
		lines = append(lines, paint.Line{})
	}
	return lines
}

// Detail is something that there is to say beside the outcomes, by a short name.
type Detail struct{ Name, Value string }

// Details returns what there is to say beside the outcomes: what it took, what was changed, and where it is written down.
func (s Summary) Details() []Detail {
	requests := plural.Of(s.Requests, "request")
	if s.Throttled > 0 {
		requests += fmt.Sprintf(", %d throttled", s.Throttled)
	}
	if n := s.Repeats(); n > 0 {
		requests += ", " + plural.Of(n, "repeat") + " (" + s.causes() + ")"
	}
	results := s.Results
	if results == "-" {
		results = "standard output"
	}
	details := append([]detail{
		{"sent", requests}, {"seats", s.Seats}, {"teams", s.newTeams()}, {"differs", PendingDiffer(s.PendingDiffers)}, {"changed", s.replaced()},
	}, s.Drift.details()...)
	var list []Detail
	for _, d := range append(details, []detail{
		{"tripped", s.Tripped.String()},
		{"results", results},
		{"to do", s.Corrections},
		{"report", s.Report},
		{"stale", s.stale()},
		{"ledger", s.Ledger},
		{"run", s.Run},
	}...) {
		if d.value != "" {
			list = append(list, Detail{d.name, d.value})
		}
	}
	return list
}

func (s Summary) detailLines() (lines []paint.Line) {
	for _, detail := range s.Details() {
		role := paint.Plain
		switch detail.Name {
		case "tripped", "to do", "stale":
			role = paint.Warn
		case "results":
			role = paint.Strong
		}
		lines = append(lines, paint.Words(fmt.Sprintf("  %-7s  ", detail.Name)).In(role, detail.Value).Hanging(2+7+2))
	}
	return lines
}

// replaced says how many pending invitations were replaced.
func (s Summary) replaced() string {
	if s.PendingReplaced == 0 {
		return ""
	}
	return plural.Of(s.PendingReplaced, "invitation") + " replaced"
}

// newTeams says which teams were made, or are to be.
func (s Summary) newTeams() string {
	switch {
	case len(s.NewTeams) == 0:
		return ""
	case s.DryRun:
		return fmt.Sprintf("%d to be made: %s", len(s.NewTeams), strings.Join(s.NewTeams, ", "))
	}
	return fmt.Sprintf("%d made: %s", len(s.NewTeams), strings.Join(s.NewTeams, ", "))
}

// stale names the files of an earlier run.
func (s Summary) stale() string {
	if len(s.Stale) == 0 {
		return ""
	}
	return strings.Join(s.Stale, ", ") + " (of an earlier run)"
}

// causes lists why requests were repeated, the most frequent cause first.
func (s Summary) causes() string {
	causes := slices.SortedFunc(maps.Keys(s.Retries), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.Retries[b], s.Retries[a]), cmp.Compare(a, b))
	})
	for i, cause := range causes {
		causes[i] = fmt.Sprintf("%d %s", s.Retries[cause], cause)
	}
	return strings.Join(causes, ", ")
}

// Next says what to do now, in one line.
func (s Summary) Next() string {
	switch s.Status {
	case status.Well:
		if s.Idle {
			return "Nothing to do."
		}
		if n := s.Outcomes[record.WouldInvite] + s.Outcomes[record.WouldReinvite]; n > 0 {
			without := s.Render.Text(remedy.Remedy{Option: "dry-run"})
			return "Nothing was sent. Without " + without + ", " + plural.Of(n, "person") + " would be invited."
		}
		if s.DryRun && s.Drift != nil && len(s.Drift.Due) > 0 {
			return "Nothing was changed. Without " + s.Render.Text(remedy.Remedy{Option: "dry-run"}) + ", the same command does."
		}
		return s.leftOver()
	case status.Settings:
		return "Nothing was sent. Correct the command line or the settings and run it again."
	case status.Rows:
		return s.nextForRows()
	case status.Refused:
		return "Check the credentials and the caller's right to invite; then " + s.same("goes on from here")
	case status.Roster:
		return "Nothing was sent. Fix the rows in " + s.Roster + "; then " + s.same("checks them again")
	case status.Locked:
		return "Another run holds this ledger. When it has ended, " + s.same("goes on from there")
	case status.Guarded:
		return "Nothing was sent. See what tripped the guard; then " + s.same("tries again")
	case status.Stopped, status.Interrupted:
		return capital(s.same("resumes"))
	default:
		return "See the error above; " + s.same("goes on from here")
	}
}

// nextForRows is for a run that finished with rows that did not end well. Rows that only a person can fix come first.
func (s Summary) nextForRows() string {
	file := s.Roster
	switch {
	case s.Corrections != "":
		file = s.Corrections
	case s.Results != "" && s.Results != "-":
		file = s.Results
	}
	switch {
	case s.Outcomes[record.Rejected]+s.Outcomes[record.Invalid] > 0 && s.Follows:
		return s.nextForSync()
	case s.Outcomes[record.Rejected]+s.Outcomes[record.Invalid] > 0:
		return "Fix the rows in " + file + " and run the same command on that file: it sends only what is missing."
	case s.Outcomes[record.Failed]+s.Outcomes[record.NotSent] > 0:
		return capital(s.same("tries the missing rows again"))
	case s.Drift != nil && s.Drift.Failed > 0:
		return "See in " + s.Drift.File + " what could not be changed; then " + s.same("tries again")
	default:
		return s.nextForUnknown()
	}
}

// nextForUnknown is for rows of which nobody knows whether they took effect. What to do about each is in a list or in the
// results, and never in the roster.
func (s Summary) nextForUnknown() string {
	hints := cmp.Or(s.Corrections, s.Results)
	switch hints {
	case "":
		return capital(s.same("looks the unknown rows up again"))
	case "-":
		hints = "the results on standard output"
	}
	return "Follow the hints in " + hints + "; " + s.same("looks the unknown rows up again")
}

// nextForSync is for rows that only a person can fix, in a roster that the organization follows. The list of them names only
// some of the people, so it is no roster to follow.
func (s Summary) nextForSync() string {
	text := "Fix the rows in " + s.Roster
	if s.Corrections != "" {
		text += ", which " + s.Corrections + " lists"
	}
	return text + "; then " + s.same("goes on from there")
}

// same says what the same command does, and spells it out if it is known.
func (s Summary) same(does string) string {
	if s.Command == "" {
		return "the same command " + does + "."
	}
	return "the same command " + does + ": " + s.Command
}

// capital begins a sentence.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// short prints a duration without digits that nobody reads.
func short(d time.Duration) string {
	if d < time.Minute {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
