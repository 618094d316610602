package cli

import (
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/plan"
)

// pendingAge is how old a pending invitation must be to be replaced, unless the flags say otherwise: so the same command,
// given twice, mails nobody twice.
const pendingAge = 24 * time.Hour

// policyFlags say who is invited again.
type policyFlags struct {
	reinvite    string
	after       time.Duration
	max         int
	noPreflight bool
	trustLists  bool
}

func (f *policyFlags) add(cmd *cobra.Command) {
	f.addPolicy(cmd)
	cmd.Flags().BoolVar(&f.noPreflight, "no-preflight", false, "do not look up members and invitations: what earlier runs did decides who is sent")
}

// addPolicy adds the flags that make sense wherever the organization is looked at.
func (f *policyFlags) addPolicy(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.reinvite, "reinvite", string(plan.ReinviteExpired), "send `WHOSE` invitation again: expired; ended: also those cancelled, declined, accepted under another address or vanished;\npending: expired ones, and open ones, which are cancelled first; never")
	flags.DurationVar(&f.after, "reinvite-after", 0, "send only those again whose last invitation is so old (default 0s, for pending ones 24h);\na pending one that nobody knows the age of is sent again for 0s only")
	flags.IntVar(&f.max, "reinvite-max", 0, "invite one person at most `N` times, in all runs together; 0: as often as need be")
	flags.BoolVar(&f.trustLists, "trust-lists", false, "go on although the lists of members and invitations contradict themselves, which may mail somebody whom they hide")
}

// finish checks the flags. afterGiven says that after is not just its default.
func (f *policyFlags) finish(afterGiven bool) error {
	switch plan.Reinvite(f.reinvite) {
	case plan.ReinviteExpired, plan.ReinviteEnded, plan.ReinviteNever:
	case plan.ReinvitePending:
		if !afterGiven {
			f.after = pendingAge
		}
	default:
		return usageError("", "--reinvite: %q is none of expired, ended, pending and never", f.reinvite)
	}
	switch {
	case f.after < 0:
		return usageError("", "--reinvite-after cannot be less than nothing")
	case f.max < 0:
		return usageError("", "--reinvite-max cannot be less than nothing")
	}
	return nil
}

func (f *policyFlags) policy() plan.Policy {
	return plan.Policy{Reinvite: plan.Reinvite(f.reinvite), After: f.after, Max: f.max}
}
