package onboard

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"rollcall/pkg/document"
	"rollcall/pkg/fetch"
	"rollcall/pkg/fileset"
	"rollcall/pkg/follow"
	"rollcall/pkg/guard"
	"rollcall/pkg/plural"
	"rollcall/pkg/remedy"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
)

// complain returns the hint that a check of the roster lists all findings, nil where it would not: one person is no roster, and
// standard input is read no second time by itself. Where the roster is read in a way of its own, a check has to be told that, too.
func (o Options) complain() remedy.Hint {
	switch {
	case o.IsPerson(), o.Source.Open != nil, o.Roster == "-":
		return nil
	case fetch.Is(o.Roster):
		return remedy.Hint{}.Run("check", "").Words(" of that address, with the flags that say how it is read, lists all")
	case o.Shape() != (Options{}).Shape(), o.Role != "", len(o.Settings.Teams) > 0:
		return remedy.Hint{}.Run("check", o.Roster).Words(" lists all, with the same flags for how it is read")
	}
	return remedy.Hint{}.Run("check", o.Roster).Words(" lists all")
}

// writes returns what is written where, for a person who is asked whether to go on.
func (s *Session) writes() []File {
	var files []File
	add := func(what, path string) {
		if path == "-" {
			path = "standard output"
		}
		if path != "" {
			files = append(files, File{what, path})
		}
	}
	o := s.o
	add("results", o.Results)
	if o.Results != "" && o.Results != "-" {
		add("to do", o.todoPath())
	}
	if o.listsChanges() {
		add("drift", results.DriftPath(o.Results))
	}
	for _, file := range s.removedFiles() {
		add("removed", file.Path)
	}
	add(string(fileset.Plan), o.Plan)
	if s.memory.ledger != nil {
		add(string(fileset.Ledger), s.memory.ledger.Path())
	}
	add("audit", o.Audit)
	add("report", o.Report)
	return files
}

// guarding returns the guards that are set, with their values.
func (o Options) guarding() (set []remedy.Remedy) {
	add := func(option, value string, given bool) {
		if given {
			set = append(set, remedy.Remedy{Option: option, Value: value})
		}
	}
	most := func(option string, limit *int) {
		if limit != nil {
			add(option, strconv.Itoa(*limit), true)
		}
	}
	add(guard.OptionMaxNew, o.MaxNew.String(), o.MaxNew.Given())
	add(guard.OptionAllowDomain, strings.Join(o.AllowDomains, ", "), len(o.AllowDomains) > 0)
	most(guard.OptionMaxAdmins, o.MaxAdmins)
	add(guard.OptionMinRows, strconv.Itoa(o.MinRows), o.MinRows > 0)
	most(guard.OptionMaxSeats, o.MaxSeats)
	add(guard.OptionWithinSeats, "", o.WithinSeats)
	add("max-failures", o.MaxFailures.String(), o.MaxFailures.Given())
	add(guard.OptionMaxPrunes, o.MaxPrunes.String(), o.PruneTeams && o.MaxPrunes.Given())
	if o.Sync != nil {
		set = append(set, guardingSync(o.Sync)...)
	}
	return set
}

// guardingSync returns the guards of a sync that matter for what it may change.
func guardingSync(o *follow.Options) (set []remedy.Remedy) {
	add := func(option, value string, matters bool) {
		if matters {
			set = append(set, remedy.Remedy{Option: option, Value: value})
		}
	}
	add(guard.OptionMaxShrink, o.MaxShrink.String(), true)
	add(guard.OptionMaxRoleChanges, o.MaxRoleChanges.String(), o.ApplyRoles)
	add(guard.OptionMaxLeavers, o.MaxLeavers.String(), o.CancelLeavers || o.RemoveLeavers)
	add(guard.OptionMaxRemovals, strconv.Itoa(o.MaxRemovals), o.RemoveLeavers)
	add(guard.OptionMaxRenames, o.MaxRenames.String(), o.AcceptRenames)
	return set
}

// Missing returns the error of a roster that is a file and is not there, nil of any other.
func (d Document) Missing() error {
	if d.Source.Open != nil || d.Roster == "-" || fetch.Is(d.Roster) || d.IsPerson() {
		return nil
	}
	if _, err := os.Lstat(d.Roster); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	_, err := roster.Read(context.Background(), document.File(d.Roster), roster.Options{})
	return err
}

// refuseInvalid returns the error that keeps everything from being sent since some rows are invalid, and how to correct them.
func refuseInvalid(r *roster.Roster, invalid int, lines []string, correct remedy.Hint) error {
	if invalid < r.Rows {
		correct = correct.Words(", or invite the others with ").Use("invalid", "skip")
	}
	err := refusal(status.Roster, fmt.Errorf("%s: %d of %s invalid; nothing was sent", r.Name, invalid, plural.Of(r.Rows, "row")), correct)
	err.Details = lines
	return err
}

// correcting says that rows are to be corrected, and what lists all of them, if anything does.
func correcting(lists remedy.Hint) remedy.Hint {
	if lists == nil {
		return remedy.Words("correct them")
	}
	return append(remedy.Words("correct them ("), append(lists, remedy.Words(")")...)...)
}
