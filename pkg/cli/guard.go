package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"rollcall/pkg/guard"
	"rollcall/pkg/quantity"
	"rollcall/pkg/status"
)

// guardFlags say what would be suspicious about a roster.
type guardFlags struct {
	maxNew    quantity.Quantity
	domains   []string
	maxAdmins int
	minRows   int

	// allowed is what domains mean.
	allowed []guard.Domain
}

func (f *guardFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Var(&f.maxNew, "max-new", "send nothing if more people would get an e-mail: a number, or a share of the organization's\nmembers and pending invitations as in 10%")
	flags.StringArrayVar(&f.domains, "allow-domain", nil, "send nothing if somebody would get an e-mail elsewhere than at `DOMAIN` (repeatable);\n.DOMAIN or *.DOMAIN: at its subdomains")
	flags.IntVar(&f.maxAdmins, "max-admins", -1, "send nothing if more than `N` people would become administrator or manager; -1: any number")
	flags.IntVar(&f.minRows, "min-rows", 0, "send nothing if the roster has fewer than `N` rows, as a broken export has")
}

// finish checks the flags and works out what their texts mean. Without a reading of the organization's people there is
// nothing to have a share of.
func (f *guardFlags) finish(blind bool) error {
	f.allowed = nil
	for _, text := range f.domains {
		domain, err := guard.ParseDomain(text)
		if err != nil {
			return usageError("", "--allow-domain: %w", err)
		}
		f.allowed = append(f.allowed, domain)
	}
	switch {
	case f.maxAdmins < -1:
		return usageError("", "--max-admins cannot be less than nothing")
	case f.minRows < 0:
		return usageError("", "--min-rows cannot be less than nothing")
	case f.maxNew.IsShare() && blind:
		return usageError("write it as a number", "--max-new %s is a share of people who are not looked up", &f.maxNew)
	}
	return nil
}

// limits returns what the flags allow in an organization of so many members and pending invitations.
func (f *guardFlags) limits(population int) guard.Limits {
	limits := guard.Limits{MinRows: f.minRows, Domains: f.allowed}
	if f.maxNew.Given() {
		limits.MaxNew = new(f.maxNew.Of(population))
	}
	if f.maxAdmins >= 0 {
		limits.MaxAdmins = &f.maxAdmins
	}
	return limits
}

// guardFlagsShown is how many flags a hint about guards names.
const guardFlagsShown = 20

// refuseTrips tells about every guard that tripped, and returns the error that keeps everything from being sent.
func (r *onboarding) refuseTrips(trips []guard.Trip) error {
	if len(trips) == 0 {
		return nil
	}
	var pass []string
	for _, trip := range trips {
		r.console.Printf("%s", trip.Text(asFlag))
		for _, setting := range trip.Pass {
			pass = append(pass, asFlag(setting))
		}
	}
	more := ""
	if len(pass) > guardFlagsShown {
		more = fmt.Sprintf(" and %d more", len(pass)-guardFlagsShown)
		pass = pass[:guardFlagsShown]
	}
	return &codedError{
		code: status.Guarded,
		err:  fmt.Errorf("%s: %s tripped; nothing was sent", r.roster.Name, plural(len(trips), "guard")),
		hint: "if the roster is right, it passes with " + strings.Join(pass, " ") + more,
	}
}
