package follow

import (
	"time"

	"rollcall/pkg/quantity"
)

// Options say what is changed so that the organization follows the roster, beside inviting whoever is missing. The zero value
// changes nothing and lets no roster pass that has lost a row; see [Defaults].
type Options struct {
	// CancelLeavers cancels the open invitations of people whom an earlier roster named and this one does not.
	CancelLeavers bool `yaml:"cancel-leavers"`
	// RemoveLeavers removes members whom an earlier roster named and this one does not, once LeaverGrace is over.
	RemoveLeavers bool `yaml:"remove-leavers"`
	// LeaverGrace is for how long somebody has to be absent. Different rosters have to lack the person, whatever the time.
	LeaverGrace time.Duration `yaml:"leaver-grace"`
	// RemoveAtOnce removes those, too, who have more rights than a member. Otherwise they become members first, and are removed
	// a night later.
	RemoveAtOnce bool `yaml:"remove-at-once"`
	// Protect are people from whom nothing is taken: addresses, and files with one address a line or with a roster.
	Protect []string `yaml:"protect"`
	// MaxRemovals is how many members may be removed, or demoted on the way out.
	MaxRemovals int `yaml:"max-removals"`
	// ApplyRoles gives members the role that the roster has for them.
	ApplyRoles bool `yaml:"apply-roles"`
	// AcceptRoster has the roster take the place of the last one, of whatever name and however that was read.
	AcceptRoster bool `yaml:"accept-roster"`
	// MaxShrink is the share of the last roster's rows that this one may have lost.
	MaxShrink quantity.Share `yaml:"max-shrink"`
	// MaxLeavers is how many people may be changed for having left: a number, or a share of the last roster's people.
	MaxLeavers quantity.Quantity `yaml:"max-leavers"`
	// MaxRoleChanges is how many members may be given another role: a number, or a share of the organization's members.
	MaxRoleChanges quantity.Quantity `yaml:"max-role-changes"`
	// AcceptRenames invites people who seem to have another address than in an earlier roster under the new one. Once that is
	// there, the old one has left.
	AcceptRenames bool `yaml:"accept-renames"`
	// MaxRenames is how many people may seem so: a number, or a share of the roster's rows.
	MaxRenames quantity.Quantity `yaml:"max-renames"`
	// MinAdmins is how many administrators stay, whatever the roster says. Whoever is about to become one does not count.
	// Zero stands for 2.
	MinAdmins int `yaml:"min-admins"`
	// Beside are the ledgers of other jobs, empty being that of the organization: whom a live roster of theirs names for the
	// same organization has not left.
	Beside []string `yaml:"-"`
}

// The defaults, since nobody is there to say no.
const (
	// maxShrink is more than leaves a company overnight, and less than a truncated export loses.
	maxShrink quantity.Share = 0.25
	// maxLeavers, in percent, is more than leaves a company between two rosters, and less than another roster leaves out.
	maxLeavers = 20
	// minAdmins leaves an organization with somebody who can help when the other one is away.
	minAdmins = 2
	// maxRoleChanges, in percent of the members, is more than changes in a company overnight, and less than a roster
	// whose column of roles has slipped.
	maxRoleChanges = 10
	// leaverGrace outlasts an export that is broken over a weekend, and the holidays of whoever mends it.
	leaverGrace = 7 * 24 * time.Hour
	// maxRemovals is more than leaves most companies between two nights, and few enough to be invited again by hand.
	maxRemovals = 10
	// fewRoleChanges are always within a share, and so are fewLeavers: in a small roster one person is a large share.
	fewRoleChanges = 3
	fewLeavers     = 3
	// maxRenames, in percent of the rows, is more than marry or move within a company overnight, and less than a column of
	// numbers that has slipped makes of its joiners. A company that takes another domain has one such night.
	maxRenames = 5
	fewRenames = 3
)

// Defaults returns the options with what is usual.
func Defaults() *Options {
	return &Options{
		MaxShrink: maxShrink, MaxLeavers: quantity.Percent(maxLeavers), MaxRoleChanges: quantity.Percent(maxRoleChanges), MinAdmins: minAdmins,
		MaxRenames: quantity.Percent(maxRenames), LeaverGrace: leaverGrace, MaxRemovals: maxRemovals,
	}
}

// WithDefaults returns the options with what stands for zero filled in; nil of nil.
func (o *Options) WithDefaults() *Options {
	if o == nil || o.MinAdmins != 0 {
		return o
	}
	filled := *o
	filled.MinAdmins = minAdmins
	return &filled
}

// RoleChanges returns how many members may be given another role in an organization of so many.
func (o *Options) RoleChanges(members int) int {
	if o.MaxRoleChanges.IsShare() {
		return max(fewRoleChanges, o.MaxRoleChanges.Of(members))
	}
	return o.MaxRoleChanges.Of(members)
}

// Renames returns how many people may seem to have another address in a roster of so many rows.
func (o *Options) Renames(rows int) int {
	if o.MaxRenames.IsShare() {
		return max(fewRenames, o.MaxRenames.Of(rows))
	}
	return o.MaxRenames.Of(rows)
}

// Leavers returns how many leavers may be changed after a roster of so many people.
func (o *Options) Leavers(people int) int {
	if o.MaxLeavers.IsShare() {
		return max(fewLeavers, o.MaxLeavers.Of(people))
	}
	return o.MaxLeavers.Of(people)
}
