package order

import (
	"slices"

	"rollcall/pkg/fetch"
	"rollcall/pkg/fileset"
	"rollcall/pkg/onboard"
)

// FileNames returns what is read for it.
func (p *Place) FileNames() []fileset.File {
	return []fileset.File{{Path: p.PATFile, Role: fileset.Token, Option: "pat-file"}}
}

// FileNames returns what an order reads and writes for a roster that is named on the command line.
func (o *Order) FileNames(paths []string) []fileset.File {
	planned := *o
	if len(paths) > 0 {
		planned.Roster = paths[len(paths)-1]
	}
	names := append(o.Place.FileNames(), []fileset.File{
		{Path: o.Watch.NotifyFile, Role: fileset.Webhook, Option: "notify-file"},
		{Path: o.Fix.File, Role: fileset.Fixed, Option: "fix"},
		{Path: o.Watch.Summary, Role: fileset.Summary, Option: "summary"},
		{Path: o.Watch.Metrics, Role: fileset.Metrics, Option: "metrics-file"},
	}...)
	if o.FromPlan != "" {
		planned.PlanFile = o.FromPlan
		// One that cannot be read is refused when it is to be carried out.
		if saved, err := onboard.ReadPlan(o.FromPlan); err == nil {
			planned.Roster, paths = saved.Roster, append(slices.Clone(paths), saved.Roster)
		}
	}
	names = append(names, RosterNames(paths, o.HeaderFile)...)
	if planned.WorkedOn() != "" {
		planned.ResultsPath()
	}
	planned.Roster = planned.WorkedOn() // what is written beside it is named for the fixed one
	for _, f := range planned.Options.Files() {
		if f.Role != fileset.Roster {
			names = append(names, f)
		}
	}
	return names
}

// RosterNames returns what is read for rosters that are named on the command line.
func RosterNames(paths []string, header string) []fileset.File {
	names := []fileset.File{{Path: header, Role: fileset.Header, Option: "header-file"}}
	for _, path := range paths {
		if !fetch.Is(path) {
			names = append(names, fileset.File{Path: path, Role: fileset.Roster})
		}
	}
	return names
}
