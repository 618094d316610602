package plan

// Wishes are the options that decide what else is changed beside inviting, as they were given. What guards let pass is no
// wish: it is said each time.
type Wishes struct {
	// Sync says that the organization follows the roster, so that whoever is not in it counts.
	Sync bool `json:"sync,omitempty"`

	CancelLeavers bool `json:"cancel_leavers,omitempty"`
	RemoveLeavers bool `json:"remove_leavers,omitempty"`
	// LeaverGrace is a duration, empty where nothing follows the roster.
	LeaverGrace   string   `json:"leaver_grace,omitempty"`
	RemoveAtOnce  bool     `json:"remove_at_once,omitempty"`
	Protect       []string `json:"protect,omitempty"`
	ApplyRoles    bool     `json:"apply_roles,omitempty"`
	AcceptRenames bool     `json:"accept_renames,omitempty"`
	MinAdmins     int      `json:"min_admins,omitempty"`

	ApplyTeams  bool     `json:"apply_teams,omitempty"`
	PruneTeams  bool     `json:"prune_teams,omitempty"`
	CreateTeam  []string `json:"create_team,omitempty"`
	CreateTeams bool     `json:"create_teams,omitempty"`
}

// FollowsRoster reports whether the plan is that of an organization that follows its roster.
func (s Saved) FollowsRoster() bool { return s.Flags.Wishes != nil && s.Flags.Wishes.Sync }
