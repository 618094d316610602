package onboard

import (
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"rollcall/pkg/follow"
	"rollcall/pkg/plan"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// errForSync keeps a plan of an organization that follows its roster from being carried out as if it only invited.
var errForSync = &remedy.OptionError{
	Option: "from-plan", What: remedy.Words("the plan was made by ").Run("sync", ""),
	Remedy: remedy.Words("carry it out with ").Run("sync", "").Words(" ").Use("from-plan", ""),
}

// wishes returns the options that decide what else is changed, for a plan; nil if nothing is.
func (o Options) wishes() (*plan.Wishes, error) {
	t := o.Teams
	w := plan.Wishes{ApplyTeams: t.ApplyTeams, PruneTeams: t.PruneTeams, CreateTeam: t.CreateTeam, CreateTeams: t.CreateTeams}
	f := o.Sync
	if f == nil {
		if !w.ApplyTeams && !w.PruneTeams && !w.CreateTeams && len(w.CreateTeam) == 0 {
			return nil, nil
		}
		return &w, nil
	}
	w.Sync, w.LeaverGrace, w.MinAdmins = true, f.LeaverGrace.String(), f.MinAdmins
	w.CancelLeavers, w.RemoveLeavers, w.RemoveAtOnce = f.CancelLeavers, f.RemoveLeavers, f.RemoveAtOnce
	w.ApplyRoles, w.AcceptRenames = f.ApplyRoles, f.AcceptRenames
	var err error
	w.Protect = ProtectFrom(f.Protect, func(path string) string {
		absolute, failed := filepath.Abs(path)
		if failed != nil {
			err = failed
		}
		return absolute
	})
	return &w, err
}

// wishFor returns the options with what a plan wants to be changed beside inviting. Whoever is protected by them is so all the
// same. A plan of inviting has no wishes for an organization that follows its roster, which keeps its own then: whatever is due by
// them is not in the plan.
func (o Options) wishFor(saved plan.Saved) (Options, error) {
	w := saved.Flags.Wishes
	switch {
	case w == nil && o.Sync != nil:
		return o, nil
	case w == nil:
		w = &plan.Wishes{}
	case w.Sync && o.Sync == nil:
		return o, errForSync
	}
	o.Teams = follow.Teams{
		ApplyTeams: w.ApplyTeams, PruneTeams: w.PruneTeams, CreateTeam: w.CreateTeam, CreateTeams: w.CreateTeams, MaxPrunes: o.MaxPrunes,
	}
	if o.Sync == nil || !w.Sync {
		return o, nil
	}
	f := *o.Sync
	f.CancelLeavers, f.RemoveLeavers, f.RemoveAtOnce, f.MinAdmins = w.CancelLeavers, w.RemoveLeavers, w.RemoveAtOnce, w.MinAdmins
	f.ApplyRoles, f.AcceptRenames, f.Protect = w.ApplyRoles, w.AcceptRenames, slices.Concat(w.Protect, f.Protect)
	var err error
	if f.LeaverGrace, err = time.ParseDuration(w.LeaverGrace); err != nil {
		return o, err
	}
	o.Sync = &f
	return o, nil
}

// wishSettings returns the options of the plan about what else is changed that are not as usual.
func (a *approval) wishSettings() []remedy.Remedy {
	w := a.Flags.Wishes
	if w == nil {
		return nil
	}
	var settings []remedy.Remedy
	for _, s := range []struct {
		given  bool
		option string
	}{
		{w.CancelLeavers, "cancel-leavers"},
		{w.RemoveLeavers, "remove-leavers"},
		{w.RemoveAtOnce, "remove-at-once"},
		{w.ApplyRoles, "apply-roles"},
		{w.AcceptRenames, follow.OptionAcceptRenames},
		{w.ApplyTeams, follow.OptionApplyTeams},
		{w.PruneTeams, follow.OptionPruneTeams},
		{w.CreateTeams, follow.OptionCreateTeams},
	} {
		if s.given {
			settings = append(settings, remedy.Remedy{Option: s.option})
		}
	}
	add := func(option string, values ...string) {
		for _, value := range values {
			settings = append(settings, remedy.Remedy{Option: option, Value: value})
		}
	}
	add(follow.OptionCreateTeam, w.CreateTeam...)
	add(optionProtect, w.Protect...)
	usual := follow.Defaults()
	if w.Sync && w.LeaverGrace != usual.LeaverGrace.String() {
		add("leaver-grace", w.LeaverGrace)
	}
	if w.Sync && w.MinAdmins != usual.MinAdmins {
		add("min-admins", strconv.Itoa(w.MinAdmins))
	}
	if column := a.Flags.IDColumn; w.Sync && column != "" {
		add(roster.OptionIDColumn, column)
	}
	return settings
}

// command returns the command that makes such a plan, and carries it out.
func command(saved plan.Saved) string {
	if saved.FollowsRoster() {
		return "sync"
	}
	return "invite"
}
