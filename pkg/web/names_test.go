package web_test

import (
	"testing"

	"rollcall/pkg/budget"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/guard"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/web/words"
)

// Whatever comes of a row, whatever role somebody has and whatever holds a plan back has words in both languages.
func TestWhatIsNamed(t *testing.T) {
	keys := []string{"outcome.unset", "option." + plan.OptionReinvite, "option." + plan.OptionTrustLists}
	for _, outcome := range record.Outcomes() {
		keys = append(keys, "outcome."+outcome.String(), "outcome."+outcome.String()+".meaning")
	}
	for _, role := range cybedefend.Roles() {
		keys = append(keys, "role."+string(role))
	}
	for _, role := range cybedefend.TeamRoles() {
		keys = append(keys, "teamrole."+string(role))
	}
	for _, option := range []string{
		guard.OptionMaxNew, guard.OptionAllowDomain, guard.OptionMaxAdmins, guard.OptionMinRows, guard.OptionMaxShrink, guard.OptionMaxLeavers,
		guard.OptionMaxRoleChanges, guard.OptionMaxRemovals, guard.OptionMaxPrunes, guard.OptionMaxRenames, guard.OptionAcceptRoster,
		guard.OptionMaxSeats, guard.OptionWithinSeats,
	} {
		keys = append(keys, "option."+option, "guard."+option)
	}
	for _, option := range []string{budget.OptionFirst, budget.OptionPerDay, budget.OptionPending} {
		keys = append(keys, "option."+option)
	}
	for _, key := range keys {
		if !words.Has(key) {
			t.Errorf("%s has no words", key)
		}
	}
}
