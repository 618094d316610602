package web_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
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

// Whatever setting or use of the program an error tells a person about has a name on the page.
func TestWhatIsToldOfIsNamed(t *testing.T) {
	named := regexp.MustCompile(`\b(?:Use|Run|Aboutf?|MustBePositive)\("([a-z-]+)"|\b[oO]ption[A-Z][A-Za-z]* += "([a-z-]+)"`)
	found := 0
	for _, from := range []string{"onboard", "roster", "guard", "plan", "follow", "budget", "document"} {
		files, err := filepath.Glob(filepath.Join("..", from, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range named.FindAllSubmatch(text, -1) {
				found++
				if key := "option." + string(name[1]) + string(name[2]); !words.Has(key) {
					t.Errorf("%s tells of %s, which has no words", file, key)
				}
			}
		}
	}
	if found < 100 {
		t.Errorf("%d names were found, far too few", found)
	}
}
