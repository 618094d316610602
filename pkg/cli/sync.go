package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/guard"
	"rollcall/pkg/quantity"
)

// Defaults of sync where it differs from invite, since nobody is there to say no.
const (
	// syncMaxAdmins: a role that may administrate is for a person to give.
	syncMaxAdmins = "0"
	// syncMaxShrink is more than leaves a company overnight, and less than a truncated export loses.
	syncMaxShrink = "25%"
	// syncMaxLeavers is more than leaves a company between two rosters, and less than another roster leaves out.
	syncMaxLeavers = "20%"
	// syncReinviteAfter and syncReinviteMax keep somebody who ignores invitations from getting one every night.
	syncReinviteAfter = "24h"
	syncReinviteMax   = "3"
)

// syncFlags are the flags that sync has beside those of invite.
type syncFlags struct {
	maxShrink     quantity.Share
	maxLeavers    quantity.Quantity
	cancelLeavers bool
	applyRoles    bool
	jobs          string
}

func (f *syncFlags) addGuard(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Var(&f.maxShrink, "max-shrink", "send nothing if the roster has lost more than that share of the rows of the last one")
	flags.Var(&f.maxLeavers, "max-leavers", "send nothing if --cancel-leavers would change more people: a number, or a share of the people of the last roster\nas in 20%, which up to three leavers never exceed")
}

// fewLeavers is how many leavers are always within a share: in a small roster one person is a large share.
const fewLeavers = 3

// leaversOf returns how many leavers may be changed after a roster of so many people.
func (f *syncFlags) leaversOf(people int) int {
	if f.maxLeavers.IsShare() {
		return max(fewLeavers, f.maxLeavers.Of(people))
	}
	return f.maxLeavers.Of(people)
}

func (f *syncFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.cancelLeavers, "cancel-leavers", false, "cancel the open invitations of people whom an earlier roster named and this one does not")
	flags.BoolVar(&f.applyRoles, "apply-roles", false, "give members the role that the roster has for them")
	flags.StringVar(&f.jobs, "jobs", "", "run the jobs in `FILE` one after the other, each with its own roster, flags and results")
}

func (a *app) syncCommand() *cobra.Command {
	var f inviteFlags
	var s syncFlags
	cmd := &cobra.Command{
		Use:   "sync ROSTER",
		Short: "Make an organization follow a roster, for schedulers",
		Long: `sync takes the roster for the people that an organization is to have. Who is missing is invited, as invite does it,
and expired invitations are renewed. What else differs is reported, beside the results in NAME.drift.csv and in the
summary: members with another role, people who have left the roster, open invitations that no roster explains. They are
changed only where a flag asks for it; members are never removed.

It never asks. When nothing is to be done it makes no call that writes, and says so. A broken export sends nothing: an
empty or unreadable roster ends with exit code 5, one that has shrunk too much with 8, and so does one that makes leavers
of too many people where these would be changed. A file of rows to correct is for invite: sync refuses it with 5.

The roster may be an address: https://hr.example.com/people.csv, with credentials from --header-file.

A file of jobs names a roster for each, and flags as on the command line but for the dashes; the worst exit code counts:

  defaults:
    pat-file: /etc/rollcall/pat
  jobs:
    - roster: emea.csv
      organization-id: 3c90c3cc-0d44-4b50-8888-8dd25736052a
      allow-domain: [emea.example, emea.test]
    - roster: https://hr.example.com/apac.csv
      organization-id: Acme APAC
      results: apac.results.csv

Exit codes:
` + exitCodeTable(),
		Example: `  rollcall sync people.csv --results /var/lib/rollcall/people.results.csv --metrics-file /var/lib/node_exporter/rollcall.prom
  rollcall sync people.csv --cancel-leavers --apply-roles --max-admins 2
  rollcall sync --jobs jobs.yaml`,
		Args: rosters(0, 1), // jobs name theirs
	}
	cmd.RunE = func(_ *cobra.Command, paths []string) error {
		if s.jobs != "" {
			return a.runJobs(cmd, s.jobs, paths)
		}
		return a.withNotification(&f, func(cmd *cobra.Command, paths []string) error {
			path, err := a.understandSync(cmd, &f, paths)
			if err != nil {
				return err
			}
			r := &onboarding{app: a, flags: f, sync: &s, path: path, began: time.Now()}
			return exitWith(r.finish(context.WithoutCancel(cmd.Context()), r.work(cmd.Context())))
		})(cmd, paths)
	}
	var groups flagGroups
	groups.group(cmd, "The roster", f.rosterFlags.add)
	groups.group(cmd, "The service", f.serviceFlags.add)
	groups.group(cmd, "Who is invited, and what else is changed", func(cmd *cobra.Command) { f.addPolicy(cmd); s.add(cmd) })
	groups.group(cmd, "Guards, which send nothing and end with exit code 8", func(cmd *cobra.Command) { f.guards.add(cmd); s.addGuard(cmd) })
	groups.group(cmd, "What is shown and written", f.addOutcome)
	groups.group(cmd, "On the way", func(cmd *cobra.Command) { f.pacingFlags.add(cmd); f.wayFlags.add(cmd) })
	groups.group(cmd, "For the machine that watches", f.watch.add)
	cmd.SetUsageFunc(groups.usage)
	for flag, value := range map[string]string{
		"max-admins": syncMaxAdmins, guard.OptionMaxShrink: syncMaxShrink, guard.OptionMaxLeavers: syncMaxLeavers,
		"reinvite-after": syncReinviteAfter, "reinvite-max": syncReinviteMax,
	} {
		setDefault(cmd, flag, value)
	}
	return cmd
}

// setDefault gives a flag another default than the one that it was made with.
func setDefault(cmd *cobra.Command, name, value string) {
	flag := cmd.Flags().Lookup(name)
	if err := flag.Value.Set(value); err != nil {
		panic(err) // a mistake in the table of defaults, which any test meets
	}
	flag.DefValue = flag.Value.String()
}

// understandSync checks the command line of sync.
func (a *app) understandSync(cmd *cobra.Command, f *inviteFlags, paths []string) (path string, err error) {
	if err := rosters(1, 1)(cmd, paths); err != nil {
		return "", err
	}
	f.yes = true
	if err := f.finish(a.common, paths[0], true); err != nil {
		return "", err
	}
	return paths[0], f.checkService(a, cmd)
}
