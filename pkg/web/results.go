package web

import (
	"errors"
	"html/template"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"rollcall/pkg/budget"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
	"rollcall/pkg/web/desk"
	"rollcall/pkg/web/words"
)

// resultsView is what the page of a run shows once it is over.
type resultsView struct {
	ledger.Summary
	slice
	// All counts the rows, Counts how many have which outcome, the sorts that there are.
	All    int
	Counts []outcomeView
	// Show is the outcome that is shown alone, or [showNeed], empty for all, and Find what is looked for.
	Show, Find string
	Rows       []resultView
	// Invited, Need and ToGo are what the title says.
	Invited, Need, ToGo int
	// Open says that the run can go on. Sheet is the roster on the desk that goes on with it, empty if it is not there any more.
	Open  bool
	Sheet string
	// Why is what has stopped it, in words, and Trouble what the program says about that.
	Why     string
	Trouble *trouble
	// Changes counts the changes that were made and are no invitations.
	Changes int
}

// outcomeView is how many rows have an outcome.
type outcomeView struct {
	Outcome record.Outcome
	N       int
	// Class is its colour, Kind how good it is, X and Width its part of a bar of a hundred.
	Class, Kind string
	X, Width    float64
	On          bool
}

// resultView is a row.
type resultView struct {
	record.Record
	// Note is the key of what to do, where the page knows better than the hint, which is about the command line.
	Note  string
	Kind  string
	Teams []roster.Team
}

// classes are the colours of outcomes.
var classes = map[record.Outcome]string{
	record.Invited: "o1", record.AlreadyInvited: "o2", record.AlreadyMember: "o3", record.Skipped: "o4", record.Duplicate: "o4",
	record.Rejected: "o5", record.Failed: "o5", record.Unknown: "o5", record.Invalid: "o5", record.NotSent: "o6",
}

// showResults shows what has come of a run.
func (s *Server) showResults(r *http.Request) (answer, error) {
	l, query := s.languageOf(r), r.URL.Query()
	v := resultsView{Show: query.Get("show"), Find: strings.TrimSpace(query.Get("find"))}
	err := s.desk.Records(r.Context(), r.PathValue("run"), func(run ledger.Summary, records iter.Seq2[record.Record, error]) error {
		v.Summary = run
		return v.read(records, pageOf(query))
	})
	switch {
	case errors.Is(err, desk.ErrNoRun):
		return nil, errNotFound
	case err != nil:
		return nil, err
	}
	v.finish(s, l)
	return s.render(r, "results.html", page{Title: v.title(l), Mark: "results-" + strconv.Itoa(v.Page-1), Step: 4, Data: v})
}

// showNeed shows the rows that need a person, of whatever outcome.
const showNeed = "need"

// shows reports whether rows with an outcome are shown.
func (v *resultsView) shows(outcome record.Outcome) bool {
	return v.Show == "" || v.Show == outcome.String() || v.Show == showNeed && desk.NeedsPerson(outcome)
}

// read counts the rows, and keeps those of a page of them, the last one if there are not so many. Where the run has counted them
// itself, rows behind the page are not read.
func (v *resultsView) read(records iter.Seq2[record.Record, error], page int) error {
	counts, find := map[record.Outcome]int{}, strings.ToLower(v.Find)
	counted := v.Outcomes[record.Unset] == 0 && v.Pruned == 0 && find == ""
	matching, first := 0, (page-1)*perPage
	v.All = 0
	for rec, err := range records {
		if err != nil {
			return err
		}
		v.All++
		counts[rec.Outcome]++
		if !v.shows(rec.Outcome) || find != "" && !hasText(rec, find) {
			continue
		}
		if matching >= first && matching < first+perPage {
			v.Rows = append(v.Rows, viewOf(rec))
		}
		if matching++; counted && matching == first+perPage {
			break
		}
	}
	if counted {
		counts, matching, v.All = v.Outcomes, 0, 0
		for outcome, n := range v.Outcomes {
			if v.All += n; v.shows(outcome) {
				matching += n
			}
		}
	}
	if v.slice = sliceOf(page, matching); v.Page < page {
		return v.read(records, v.Page)
	}
	v.Query = queryOf("show", v.Show, "find", v.Find)
	x := 0.0
	for _, outcome := range record.Outcomes() {
		n := counts[outcome]
		if n == 0 {
			continue
		}
		width := 100 * float64(n) / float64(v.All)
		v.Counts = append(v.Counts, outcomeView{
			Outcome: outcome, N: n, Class: classes[outcome], Kind: kindOfOutcome(outcome), X: x, Width: width, On: v.Show == outcome.String(),
		})
		x += width
		if desk.NeedsPerson(outcome) {
			v.Need += n
		}
	}
	v.Invited, v.ToGo = counts[record.Invited], counts[record.NotSent]
	return nil
}

// hasText reports whether a row has what is looked for.
func hasText(rec record.Record, find string) bool {
	return slices.ContainsFunc([]string{rec.Email, rec.Role, rec.Teams, strconv.Itoa(rec.Line)}, func(text string) bool {
		return strings.Contains(strings.ToLower(text), find)
	})
}

// viewOf returns a row as it is shown.
func viewOf(rec record.Record) resultView {
	v := resultView{Record: rec, Kind: kindOfOutcome(rec.Outcome), Teams: teamsOf(rec.Teams)}
	if before, _, found := strings.Cut(rec.Hint, sameCommand); found {
		v.Hint, v.Note = strings.TrimSuffix(before, "; "), "results.again."+rec.Outcome.String()
	}
	return v
}

// sameCommand is what hints say to whoever works on the command line.
const sameCommand = "run the same command again"

// finish takes in what is known beside the rows.
func (v *resultsView) finish(s *Server, l *words.Language) {
	v.Open = v.EndedAt.IsZero()
	if sheet := s.desk.SheetOf(v.Run); sheet != nil && v.Open {
		v.Sheet = sheet.ID
	}
	n := s.desk.Sending()
	if n == nil || n.Run() != v.ID {
		return
	}
	state := n.State()
	v.Changes = state.Changes
	if state.Err == nil {
		return
	}
	cause := causeOf(state.Err)
	if key := "stop." + cause; words.Has(key) {
		v.Why = l.Say(key)
	}
	if spent, ok := errors.AsType[*budget.SpentError](state.Err); ok && !spent.From.IsZero() {
		v.Why = l.Say("stop.budget.from", l.When(spent.From))
	}
	if v.Why == "" || !slices.Contains(asWished, cause) {
		v.Trouble = troubleOf(l, state.Err)
	}
}

// asWished are the causes of a stop that somebody has asked for, one way or another.
var asWished = []string{"interrupted", "deadline", "budget"}

// title states the worst that is true.
func (v *resultsView) title(l *words.Language) string {
	switch {
	case v.Open && v.ToGo > 0:
		return l.Say("results.stopped", v.ToGo, v.Invited)
	case v.Open:
		return l.Say("results.open")
	case v.ExitCode != int(status.Well) && v.ExitCode != int(status.Rows):
		return l.Say("results.broken", v.Invited)
	case v.Need > 0:
		return l.Say("results.need", v.Need, v.Invited)
	case v.Invited == 0:
		return l.Say("results.nobody")
	}
	return l.Say("results.well", v.Invited)
}

// Link is the address of the rows with an outcome, of all if it is empty.
func (v resultsView) Link(outcome string) template.URL {
	return "?" + template.URL(valuesOf("show", outcome, "find", v.Find).Encode()) //nolint:gosec // it is encoded
}
