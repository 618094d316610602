package desk

import (
	"encoding/json"
	"path/filepath"
	"sync"

	"rollcall/pkg/atomicfile"
	"rollcall/pkg/bounded"
	"rollcall/pkg/onboard"
)

// Choices are what a person lets a sync change, beside inviting whoever is missing. The zero value is nothing.
type Choices struct {
	CreateTeams   bool `json:"create-teams"`
	ApplyRoles    bool `json:"apply-roles"`
	ApplyTeams    bool `json:"apply-teams"`
	PruneTeams    bool `json:"prune-teams"`
	CancelLeavers bool `json:"cancel-leavers"`
	RemoveLeavers bool `json:"remove-leavers"`
	RemoveAtOnce  bool `json:"remove-at-once"`
	AcceptRenames bool `json:"accept-renames"`
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

// fileChoices is where the choices for a roster are, in the folder of its sheet: a run that a crash has cut short goes on with
// them.
const fileChoices = "sync.json"

// mostChoices is far more than the file has.
const mostChoices = 64 << 10

// Chosen returns what a sync of a roster may change, by the id of its sheet. What cannot be read was not chosen.
func (d *Desk) Chosen(sheet string) Choices {
	d.choices.mu.Lock()
	defer d.choices.mu.Unlock()
	chosen, known := d.choices.of[sheet]
	if known {
		return chosen
	}
	text, err := bounded.File(d.choicesOf(sheet), mostChoices)
	if err != nil || json.Unmarshal(text, &chosen) != nil {
		chosen = Choices{}
	}
	d.choices.keep(sheet, chosen)
	return chosen
}

// Choose says what a sync of a roster may change.
func (d *Desk) Choose(sheet string, c Choices) error {
	d.choices.mu.Lock()
	defer d.choices.mu.Unlock()
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	d.choices.keep(sheet, c)
	return atomicfile.Write(d.choicesOf(sheet), 0o600, text)
}

func (d *Desk) choicesOf(sheet string) string { return filepath.Join(d.o.Folder, sheet, fileChoices) }

// keep remembers choices. The caller has locked them.
func (c *choices) keep(sheet string, chosen Choices) {
	if c.of == nil {
		c.of = map[string]Choices{}
	}
	c.of[sheet] = chosen
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
