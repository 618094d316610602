// Package orderflags has the flags by which people are invited and rosters are followed: what each is called, what it means, and
// with its reason what it is where nobody says anything.
//
//	var o onboard.Options
//	orderflags.Roster(cmd, &o.Document, &headerFile)
//	orderflags.Who(cmd, &o)
//
// Each function adds some flags to a command, which set the options when the command line is read. What values mean together
// is for others to say.
package orderflags

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"rollcall/pkg/batch"
	"rollcall/pkg/breaker"
	"rollcall/pkg/budget"
	"rollcall/pkg/follow"
	"rollcall/pkg/journey"
	"rollcall/pkg/onboard"
	"rollcall/pkg/optional"
	"rollcall/pkg/pace"
	"rollcall/pkg/plan"
	"rollcall/pkg/retry"
	"rollcall/pkg/roster"
)

// Roster adds the flags that say how a roster is read. Commands that read one share them.
func Roster(cmd *cobra.Command, d *onboard.Document, headerFile *string) {
	flags := cmd.Flags()
	flags.StringArrayVar(&d.Maps, "map", nil, "use a column for a meaning, as in `email=\"Work Email\"` (repeatable). The meanings are email, role, teams and active; role= says that there is none. Or say what a value means, as in role:Mitglied=member (role, team_role, teams, active)")
	flags.StringArrayVar(&d.Where, "where", nil, "invite only the rows with `COLUMN=VALUE`, or COLUMN!=VALUE (repeatable). The others are skipped, and a sync leaves them as they are. Repeated on one column: any of the values; on several: all of them")
	flags.StringArrayVar(&d.Only, "only", nil, "invite only the person with the address `EMAIL` (repeatable); the others are skipped, and a sync leaves them as they are. It is a mistake if the roster does not have it")
	flags.BoolVar(&d.IncludeInactive, "include-inactive", false, "invite people, too, whom a column says not to be active: a known one of Entra, Google, Okta and others, or that of --map active=COLUMN")
	flags.StringVar(&d.Role, "role", "", "`ROLE` of rows that name none: "+strings.Join(roster.Roles(), ", "))
	flags.StringArrayVar(&d.Teams, "team", nil, "`TEAM[:ROLE]` of rows that name none (repeatable)")
	flags.StringVar(&d.Encoding, "encoding", roster.EncodingAuto, "how the roster's characters are written: auto, or a `NAME` such as utf-8, utf-16le, windows-1250, macintosh or shift_jis")
	flags.StringVar(&d.Delimiter, "delimiter", "", "what stands between the cells of a table: `comma|semicolon|tab|pipe`, or the character itself (default: found by the header)")
	flags.StringVar(&d.Sheet, "sheet", "", "read the sheet `NAME` of a workbook (default: the only one with a header for e-mail addresses)")
	flags.StringVar(headerFile, "header-file", "", "where the roster is an https address: send the header fields in `FILE` along, one \"Name: value\" a line")
}

// Fix adds the flags that say where a roster goes once it is fixed, and what is done then.
func Fix(cmd *cobra.Command, f *onboard.Fixing, then string) {
	cmd.Flags().StringVar(&f.File, "fix", "", "write the roster to `FILE` with all done to it that needs no person, and "+then+". "+
		"Cells have no blanks around them, the bare address stands instead of Ann <ann@x.test>, roles are as the "+
		"service spells them, no row twice; everything else stays as it is")
}

// Force adds the flag by which a file that is there is replaced; of names the flags that name such a file.
func Force(cmd *cobra.Command, f *onboard.Fixing, of string) {
	cmd.Flags().BoolVar(&f.Force, "force", false, "replace the FILE of "+of+" if it is there already and differs")
}

// Pacing adds the flags that say how fast and how patiently to call the service. Commands that call it share them.
func Pacing(cmd *cobra.Command, p *onboard.Pacing, rate *string) {
	flags := cmd.Flags()
	flags.StringVar(rate, "rate", pace.Rate(0).String(), "at most so many requests, evenly: `RATE` is N/s, N/m, N/h or auto. The service does not publish its limits: auto begins at 10/s and finds out what it takes, which invite remembers for a week")
	flags.IntVar(&p.Burst, "burst", 1, "with --rate N/s: requests that may leave at once after a pause. More than 1 may be refused")
	flags.IntVar(&p.Concurrency, "concurrency", batch.DefaultWorkers, "requests in flight at most, up to "+strconv.Itoa(onboard.MaxConcurrency)+"; there are never more than the rate needs while answers are slow")
	flags.IntVar(&p.Attempts, "attempts", retry.DefaultAttempts, "requests per row, or per page of a list, at most: enough to outlast a restart behind the gateway. Those of a row that are refused for being too many (429) do not count; while nothing else comes back, --max-wait does")
	flags.DurationVar(&p.MaxWait, "max-wait", breaker.DefaultMaxWait, "wait for the service at most this long without a good answer, whether it asks for that, time and again, or is down; then stop, to be resumed")
}

// Who adds the flags that say who is invited again; they make sense wherever the organization is looked at.
func Who(cmd *cobra.Command, o *onboard.Options) {
	flags := cmd.Flags()
	flags.StringVar((*string)(&o.Reinvite), "reinvite", string(cmp.Or(o.Reinvite, plan.ReinviteExpired)), "send `WHOSE` invitation again: expired, ended, differing, pending or never. ended: also those cancelled, declined, accepted under another address or vanished; pending: expired ones, and open ones, which are cancelled first: one of them before the others, which keep theirs if the service refuses that one; differing: of the open ones those alone with another role than the roster has for them, or which this ledger has sent with other teams")
	usual := " (default 0s, for pending and differing 24h)"
	if o.ReinviteAfter != nil {
		usual = "" // which is shown by itself
	}
	flags.Var(optional.Duration(&o.ReinviteAfter), "reinvite-after", "send only those again whose last invitation is so old"+usual+"; a pending one that nobody knows the age of is sent again for 0s only")
	flags.IntVar(&o.ReinviteMax, "reinvite-max", o.ReinviteMax, "invite one person at most `N` times, in all runs together; 0: as often as need be")
	flags.BoolVar(&o.ApplyTeams, "apply-teams", false, "put members into the teams of their rows, with the roles that these name, after the invitations")
	flags.StringArrayVar(&o.CreateTeam, "create-team", nil, "make the team `NAME` if the roster names it and the organization lacks it (repeatable); not beside one of nearly that name")
	flags.BoolVar(&o.TrustLists, "trust-lists", false, "go on although the lists of members and invitations contradict themselves, which may mail somebody whom they hide")
}

// Changes adds the flags that say what a sync changes besides who is invited.
func Changes(cmd *cobra.Command, o *onboard.Options, f *follow.Options) {
	flags := cmd.Flags()
	flags.BoolVar(&f.CancelLeavers, "cancel-leavers", false, "cancel the open invitations of people whom an earlier roster named and this one does not")
	flags.BoolVar(&f.RemoveLeavers, "remove-leavers", false, "remove members whom an earlier roster named and this one does not, once --leaver-grace is over")
	flags.DurationVar(&f.LeaverGrace, "leaver-grace", f.LeaverGrace, "with --remove-leavers: for how long somebody has to be absent. Two different rosters in a row have to lack the person, whatever the time: an export that is stuck is no evidence")
	flags.BoolVar(&f.RemoveAtOnce, "remove-at-once", false, "with --remove-leavers: do not demote those first who have more rights than a member")
	flags.StringArrayVar(&f.Protect, "protect", nil, "take nothing from the people in `FILE|ADDRESS` (repeatable): they are not removed, keep their role and their teams unless the roster wants more, and their invitations stay open. A file has one address a line, or is a roster")
	flags.BoolVar(&f.ApplyRoles, "apply-roles", false, "give members the role that the roster has for them; never the caller, nor anybody whose role no roster can give")
	flags.BoolVar(&o.PruneTeams, "prune-teams", false, "take members out of teams that the roster names and their row does not; never the last team_manager, the caller, nor anybody whose row names no team")
	flags.StringVar(&o.IDColumn, roster.OptionIDColumn, "", "the `COLUMN` in which everybody has a number that stays the same when an address changes. Such a one is that of an employee; somebody who has another address is then known by it (default: by its name; none: there is none)")
	flags.BoolVar(&f.AcceptRenames, follow.OptionAcceptRenames, false, "invite people under their new address who are the same as under an old one, by the numbers of --id-column; the old one has left once the new one is there. Without it, neither is touched")
	flags.IntVar(&f.MinAdmins, "min-admins", f.MinAdmins, "with --apply-roles and --remove-leavers: leave at least `N` administrators; whoever is about to become one does not count")
}

// Guards adds the flags that say what would be suspicious about a roster, and what passes all the same.
func Guards(cmd *cobra.Command, o *onboard.Options) {
	CheckGuards(cmd, &o.Guards)
	cmd.Flags().Var(optional.Limit(&o.MaxSeats), "max-seats", "send nothing if more than `N` people would be members or have an open invitation afterwards; -1: any number")
	cmd.Flags().BoolVar(&o.WithinSeats, "within-seats", false, "send nothing if more seats would be needed than the subscription has left, a member and an open invitation taking one each; where the service does not tell how many there are, that is a warning")
	cmd.Flags().StringArrayVar(&o.ApprovedDigests, "approve", nil, "let pass what was kept back, once: `DIGEST` is shown with what tripped. It is that of who would be mailed, changed or cancelled, and as what; if that is another by now, nothing is sent. A run that is cut short goes on without it (repeatable)")
}

// CheckGuards adds the guards that a check of a roster has, too.
func CheckGuards(cmd *cobra.Command, g *onboard.Guards) {
	flags := cmd.Flags()
	flags.Var(&g.MaxNew, "max-new", "send nothing if more people would get an e-mail: a number, or a share of the organization's members and pending invitations as in 10%")
	flags.StringArrayVar(&g.AllowDomains, "allow-domain", nil, "send nothing if somebody would get an e-mail elsewhere than at `DOMAIN` (repeatable); .DOMAIN or *.DOMAIN: at its subdomains")
	flags.Var(optional.Limit(&g.MaxAdmins), "max-admins", "send nothing if more than `N` people would become administrator or manager; -1: any number")
	flags.IntVar(&g.MinRows, "min-rows", 0, "send nothing if the roster has fewer than `N` rows, as a broken export has")
}

// SyncGuards adds the guards that only a sync has.
func SyncGuards(cmd *cobra.Command, o *onboard.Options, f *follow.Options) {
	flags := cmd.Flags()
	flags.BoolVar(&f.AcceptRoster, "accept-roster", false, "change leavers although the roster has another name than the last one (digits in it don't count), or is read with other flags; it is the one that is followed from then on")
	flags.Var(&f.MaxShrink, "max-shrink", "send nothing if the roster has lost more than that share of the rows of the last one")
	flags.Var(&f.MaxRoleChanges, "max-role-changes", "send nothing if --apply-roles would give more members another role: a number, or a share of the organization's members as in 10%, which up to three never exceed")
	flags.Var(&o.MaxPrunes, "max-prunes", "send nothing if --prune-teams would take more people out, of one team or of all together: a number, or a share of those who are in as in 20%, which is usual and which up to three never exceed")
	flags.Var(&f.MaxRenames, "max-renames", "send nothing if more people seem to have another address, by the numbers of --id-column: a number, or a share of the rows as in 5%, which up to three never exceed")
	flags.Var(&f.MaxLeavers, "max-leavers", "send nothing if --cancel-leavers and --remove-leavers would change more people: a number, or a share of the people of the last roster as in 20%, which up to three leavers never exceed")
	flags.IntVar(&f.MaxRemovals, "max-removals", f.MaxRemovals, "send nothing if --remove-leavers would remove more than `N` members, or demote them on the way out")
}

// Outcome adds the flags that say whether anything is done, and where what came of it goes; and how progress is shown, and what
// becomes of invalid rows.
func Outcome(cmd *cobra.Command, o *onboard.Output, progress, invalid *string) {
	flags := cmd.Flags()
	flags.StringVar(&o.Results, "results", "", "write the results to `FILE` (.csv, .jsonl or .xlsx), - being standard output as CSV (default: NAME.results.csv beside the roster). That one has the delimiter and line ends of the roster, and beside a workbook it is a workbook")
	flags.StringVar(&o.Report, "report", "", "write a page about the run to `FILE` (.html): what became of whom, why, and how the pace went. It is for a browser, a printer or a mail, and is written however the run ends. It needs nothing else, asks nobody for anything and has no invitation tokens")
	flags.StringVar(progress, "progress", "line", "`HOW` it is shown how far a run is: line or graph. A graph is a picture of the pace beside the line, and all of it at the end")
	flags.BoolVar(&o.DryRun, "dry-run", false, "list what would happen to each row, with the same exit codes, and send nothing. Results are written only where --results asks for them")
	flags.StringVar(invalid, "invalid", onboard.RefuseInvalid, "`WHAT` to do about invalid rows: refuse (nothing is sent) or skip (the others are invited)")
}

// Way adds the flags that say how long a run goes on and what it remembers.
func Way(cmd *cobra.Command, o *onboard.Options, stopAt *string) {
	Stay(cmd, o, stopAt)
	flags := cmd.Flags()
	flags.Var(&o.MaxFailures, "max-failures", "stop, to be resumed, once so many rows ended rejected, failed or unknown: a number, or a share of the rows as in 5%")
	flags.Var(optional.Limit(&o.MaxPerDay), budget.OptionPerDay, "invite at most `N` people in 24 hours, over all runs that share the ledger; then stop, to be resumed. What may have mailed somebody counts, a certain refusal does not; -1: any number")
	flags.Var(optional.Limit(&o.MaxPending), budget.OptionPending, "stop, to be resumed, rather than have more than `N` invitations open in the organization at once; -1: any number")
	flags.Var(optional.Limit(&o.Limit), budget.OptionFirst, "invite the first `N` of those to be invited, then stop with exit code 7: the same command goes on with the next N. A small batch shows what a large one would do; guards count everybody; -1: any number")
	flags.Var(&o.Keep, onboard.OptionKeep, "forget runs of the organization that ended so long ago, once this one has ended: `AGE` is 90d, 12w or a duration, of two days at least; 0: never. What decides who is invited stays, as does the audit trail, see rollcall runs prune")
	flags.BoolVar(&o.Fresh, "fresh", false, "begin a new run even if one over this roster was cut short; it looks up and does not repeat what was sent")
}

// History adds the flags that say which ledgers are looked at.
func History(cmd *cobra.Command, ledger, organization *string, sandbox *bool) {
	flags := cmd.Flags()
	flags.StringVar(ledger, "ledger", "", "`FILE` that remembers the runs, or a database, as postgres://USER@HOST/NAME (default: the files of all organizations, see rollcall help environment)")
	flags.StringVar(organization, "organization-id", "", "`ID` of the organization whose ledger is meant (default: CYBEDEFEND_ORGANIZATION_ID, else all)")
	flags.BoolVar(sandbox, "sandbox", false, "look at the runs with --sandbox, which have ledgers of their own")
}

// Prune adds the flags that say which runs are forgotten by hand.
func Prune(cmd *cobra.Command, p *onboard.Pruning, yes *bool) {
	flags := cmd.Flags()
	flags.Var(&p.Keep, onboard.OptionKeep, "keep the runs that ended within `AGE`, and forget older ones: 90d, 12w or a duration, of two days at least")
	flags.BoolVar(&p.DryRun, "dry-run", false, "say what would be forgotten, and forget nothing")
	flags.BoolVarP(yes, "yes", "y", false, "forget without asking; where nobody can be asked, nothing is forgotten without it")
}

// Stay adds those flags of [Way] that make sense whatever is changed.
func Stay(cmd *cobra.Command, o *onboard.Options, stopAt *string) {
	flags := cmd.Flags()
	flags.DurationVar(&o.Grace, "grace", journey.DefaultGrace, "how long a request may still be at work inside the service after an error; one whose connection or process is gone is given up to 10s, one that timed out --timeout once more. A list is taken to lag behind by ten times as much unless it shows that it does not")
	flags.StringVar(stopAt, "deadline", "", "stop at `WHEN`, to be resumed, whatever is waited for then: a duration (90m), a time of day (06:00) or RFC 3339; what is in flight may still be answered, for up to --timeout")
	flags.StringVar(&o.Ledger, "ledger", "", "`FILE` that remembers what was sent, or a database that machines share, as postgres://USER@HOST/NAME (default: a file for each organization, see rollcall help environment)")
	flags.DurationVar(&o.LockWait, "lock-wait", 0, "wait for another run that holds the ledger at most this long, and not beyond --deadline, rather than end with exit code 6 at once")
	flags.StringVar(&o.Audit, "audit", "", "append who changed what to `FILE`, each line with the hash of the one before: the ledger's audit trail, for rollcall audit verify. Nothing is sent unless it can be written")
}
