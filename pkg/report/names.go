package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rollcall/pkg/causes"
	"rollcall/pkg/paint"
	"rollcall/pkg/plural"
	"rollcall/pkg/status"
)

// nameLines names the first people who need something, by reason.
func (s Summary) nameLines() (lines []paint.Line) {
	list := slices.Clone(s.Causes)
	for i, cause := range list {
		if cause.Error == "" { // nobody has said more than that
			for outcome, meaning := range meanings {
				if outcome.String() == cause.Outcome {
					list[i].Error = meaning
				}
			}
		}
	}
	file := cmp.Or(s.Corrections, s.Results)
	if file == "-" {
		file = "the results on standard output"
	}
	if lines = causes.Painted(list, file, 2); len(lines) > 0 {
		lines = append([]paint.Line{{}}, lines...)
	}
	if waits := s.waits(); s.Idle && s.Status == status.Well && waits != "" {
		lines = append(lines, paint.Line{}, paint.Line{}.In(paint.Warn, "What waits for you: "+waits+".").Hanging(hanging))
	}
	return lines
}

// leftOver says that the program has nothing left to do, and what is left to a person, if anything is.
func (s Summary) leftOver() string {
	if waits := s.waits(); waits != "" {
		return "Nothing is left to do but what waits for you: " + waits + "."
	}
	return "Nothing is left to do."
}

// waits says in words what a person has to decide on although every row ended well, "" if there is nothing.
func (s Summary) waits() string {
	var parts []string
	pending := s.PendingDiffers - s.PendingReplaced
	if d := s.Drift; d != nil {
		if d.Renamed > 0 {
			parts = append(parts, plural.Of(d.Renamed, "rename")+" to be confirmed")
		}
		if d.Held > 0 {
			parts = append(parts, plural.Of(d.Held, "change")+" that a rule has held")
		}
		pending += d.PendingDiffers - d.PendingReplaced
	}
	if pending > 0 {
		parts = append(parts, fmt.Sprintf("%d %s", pending, pendingDiffers))
	}
	if len(parts) == 0 {
		return ""
	}
	where := s.Results
	if s.Drift != nil {
		where = s.Drift.File
	}
	if where != "" && where != "-" {
		where = "; see " + where
	} else {
		where = ""
	}
	return strings.Join(parts, ", ") + where
}
