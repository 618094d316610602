package onboard

import (
	"slices"

	"rollcall/pkg/plan"
	"rollcall/pkg/plural"
	"rollcall/pkg/remedy"
)

// optionFaults are mistakes in options that show in the rows which go by them. Each is said once, about the option, however
// many rows there are. The zero value has none.
type optionFaults struct {
	faults []optionFault
	// rows counts all rows that go by one.
	rows int
}

type optionFault struct {
	what    remedy.Hint
	problem plan.Problem
	rows    int
}

// add takes in what is wrong with a row, and reports whether an option is to blame.
func (f *optionFaults) add(wrong *plan.Problem) bool {
	if wrong == nil || wrong.Option == "" {
		return false
	}
	f.rows++
	i := slices.IndexFunc(f.faults, func(one optionFault) bool { return one.problem.Same(*wrong) })
	if i < 0 {
		what := remedy.Use(wrong.Option, wrong.Value).Words(": " + wrong.Reason)
		if wrong.Suggestion != "" {
			what = what.Words(" (" + wrong.Suggestion + ")")
		}
		i, f.faults = len(f.faults), append(f.faults, optionFault{what: what, problem: *wrong})
	}
	f.faults[i].rows++
	return true
}

// lines says what is wrong, in a line each.
func (f *optionFaults) lines(render remedy.Renderer) (lines []string) {
	for _, one := range f.faults {
		lines = append(lines, one.what.Words("; it is for "+plural.Of(one.rows, "row")+" without a team").Render(render))
	}
	return lines
}

// correct returns what to do if nothing else is wrong with so many invalid rows, nil otherwise.
func (f *optionFaults) correct(invalid int) remedy.Hint {
	if f.rows != invalid || len(f.faults) == 0 {
		return nil
	}
	return remedy.Words("correct ").Use(f.faults[0].problem.Option, "")
}
