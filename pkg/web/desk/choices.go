package desk

import (
	"sync"

	"rollcall/pkg/onboard"
)

// Choices are what a person lets a sync change, beside inviting whoever is missing. The zero value is nothing.
type Choices struct {
	CreateTeams, ApplyRoles, ApplyTeams, PruneTeams bool
	CancelLeavers, RemoveLeavers, RemoveAtOnce      bool
	AcceptRenames                                   bool
}

// On returns the options of a sync with the choices. What the options allow already stays allowed.
func (c Choices) On(o onboard.Options) onboard.Options {
	if o.Sync == nil {
		return o
	}
	follow := *o.Sync
	o.CreateTeams = o.CreateTeams || c.CreateTeams
	o.ApplyTeams = o.ApplyTeams || c.ApplyTeams
	o.PruneTeams = o.PruneTeams || c.PruneTeams
	follow.ApplyRoles = follow.ApplyRoles || c.ApplyRoles
	follow.CancelLeavers = follow.CancelLeavers || c.CancelLeavers
	follow.RemoveLeavers = follow.RemoveLeavers || c.RemoveLeavers
	follow.RemoveAtOnce = follow.RemoveLeavers && (follow.RemoveAtOnce || c.RemoveAtOnce)
	follow.AcceptRenames = follow.AcceptRenames || c.AcceptRenames
	o.Sync = &follow
	return o
}

// choices are those that were made, by roster.
type choices struct {
	mu sync.Mutex
	of map[string]Choices
}

// Chosen returns what a sync of a roster may change, by the id of its sheet.
func (d *Desk) Chosen(sheet string) Choices {
	d.choices.mu.Lock()
	defer d.choices.mu.Unlock()
	return d.choices.of[sheet]
}

// Choose says what a sync of a roster may change.
func (d *Desk) Choose(sheet string, c Choices) {
	d.choices.mu.Lock()
	defer d.choices.mu.Unlock()
	if d.choices.of == nil {
		d.choices.of = map[string]Choices{}
	}
	d.choices.of[sheet] = c
}

// Allowed returns what a sync may change whatever is chosen: that was said where the program was started.
func (d *Desk) Allowed() Choices {
	o, follow := d.o.Sync, d.o.Sync.Sync
	c := Choices{CreateTeams: o.CreateTeams, ApplyTeams: o.ApplyTeams, PruneTeams: o.PruneTeams}
	if follow != nil {
		c.ApplyRoles, c.AcceptRenames = follow.ApplyRoles, follow.AcceptRenames
		c.CancelLeavers, c.RemoveLeavers, c.RemoveAtOnce = follow.CancelLeavers, follow.RemoveLeavers, follow.RemoveAtOnce
	}
	return c
}
