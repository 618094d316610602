package web

import (
	"rollcall/pkg/amend"
	"rollcall/pkg/drift"
	"rollcall/pkg/web/desk"
	"rollcall/pkg/web/words"
)

// changeRow is where the organization differs from a roster, as a person reads it.
type changeRow struct {
	Kind, Email string
	// Differs says how, Becomes what becomes of it.
	Differs, Becomes string
	Due              bool
	// Why says in English why it stays as it is, or what else there is to know; it may be empty.
	Why string
}

// changeRowOf returns a change as a person reads it.
func changeRowOf(l *words.Language, c amend.Change) changeRow {
	row := changeRow{Kind: string(c.Kind), Email: c.Email, Due: c.IsDue(), Why: c.Held}
	if row.Why == "" && !row.Due {
		row.Why = c.Doubt
	}
	if row.Why == "" {
		row.Why = c.Note
	}
	has, wanted := named(l, "role.", c.Has), named(l, "role.", c.Wanted)
	if c.Team.ID != "" {
		has, wanted = named(l, "teamrole.", c.Has), named(l, "teamrole.", c.Wanted)
	}
	switch c.Kind {
	case drift.Role:
		row.Differs = l.Say("drift.role.is", has, wanted)
	case drift.TeamMissing:
		row.Differs = l.Say("drift.team_missing.is", c.Team.Name, wanted)
	case drift.TeamRole:
		row.Differs = l.Say("drift.team_role.is", c.Team.Name, has, wanted)
	case drift.TeamExtra:
		row.Differs = l.Say("drift.team_extra.is", c.Team.Name)
	case drift.Renamed:
		row.Differs = l.Say("drift.renamed.is", c.NewEmail)
	case drift.PendingDiffers, drift.Leaver, drift.LeaverInvited, drift.UnknownInvited:
		row.Differs = l.Say("drift." + string(c.Kind) + ".is")
	}
	if row.Due {
		row.Becomes = l.Say("step." + c.Step.String())
	} else {
		row.Becomes = l.Say("step.none")
	}
	return row
}

// kindChip counts the differences of a kind, and those of them that will be changed.
type kindChip struct {
	Kind       string
	Count, Due int
}

// kindChips counts differences by kind, in the order of a summary.
func kindChips(changes []amend.Change) (chips []kindChip) {
	counts := map[drift.Kind]*kindChip{}
	for _, c := range changes {
		if counts[c.Kind] == nil {
			counts[c.Kind] = &kindChip{Kind: string(c.Kind)}
		}
		counts[c.Kind].Count++
		if c.IsDue() {
			counts[c.Kind].Due++
		}
	}
	for _, kind := range drift.Kinds() {
		if counts[kind] != nil {
			chips = append(chips, *counts[kind])
		}
	}
	return chips
}

// choiceView is something that a sync may change, as a tick.
type choiceView struct {
	// Name is that of the field, and of the option.
	Name string
	// On says that it may, Fixed that nobody can say no to it here, since that was said where the program was started.
	On, Fixed bool
	of        func(*desk.Choices) *bool
}

// syncChoices are the ticks, in the order in which they take more and more away.
func syncChoices() []choiceView {
	return []choiceView{
		{Name: "create-teams", of: func(c *desk.Choices) *bool { return &c.CreateTeams }},
		{Name: "apply-teams", of: func(c *desk.Choices) *bool { return &c.ApplyTeams }},
		{Name: "apply-roles", of: func(c *desk.Choices) *bool { return &c.ApplyRoles }},
		{Name: "accept-renames", of: func(c *desk.Choices) *bool { return &c.AcceptRenames }},
		{Name: "prune-teams", of: func(c *desk.Choices) *bool { return &c.PruneTeams }},
		{Name: "cancel-leavers", of: func(c *desk.Choices) *bool { return &c.CancelLeavers }},
		{Name: "remove-leavers", of: func(c *desk.Choices) *bool { return &c.RemoveLeavers }},
		{Name: "remove-at-once", of: func(c *desk.Choices) *bool { return &c.RemoveAtOnce }},
	}
}

// choiceViews returns the ticks as they are set: by the person, or where the program was started.
func choiceViews(chosen, fixed desk.Choices) []choiceView {
	all := syncChoices()
	for i, c := range all {
		all[i].Fixed = *c.of(&fixed)
		all[i].On = *c.of(&chosen) || all[i].Fixed
	}
	return all
}

// choicesOf returns what a form says.
func choicesOf(said func(name string) bool) (chosen desk.Choices) {
	for _, c := range syncChoices() {
		*c.of(&chosen) = said(c.Name)
	}
	return chosen
}
