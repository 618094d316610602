package cli

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/batch"
	"rollcall/pkg/breaker"
	"rollcall/pkg/budget"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/follow"
	"rollcall/pkg/journey"
	"rollcall/pkg/onboard"
	"rollcall/pkg/optional"
	"rollcall/pkg/pace"
	"rollcall/pkg/plan"
	"rollcall/pkg/remedy"
	"rollcall/pkg/results"
	"rollcall/pkg/retry"
	"rollcall/pkg/roster"
	"rollcall/pkg/version"
)

// What to do about invalid rows.
const (
	refuseInvalid = "refuse"
	skipInvalid   = "skip"
)

// order is what invite or sync is told to do, by the command line, the environment or a file of jobs, whose keys are the
// names of the flags.
type order struct {
	onboard.Options `yaml:",inline"`
	Follow          follow.Options `yaml:",inline"` // for sync
	Place           place          `yaml:",inline"`
	Watch           watch          `yaml:",inline"`
	HeaderFile      string         `yaml:"header-file"`
	Invalid         string         `yaml:"invalid"`
	StopAt          string         `yaml:"deadline"`
	Progress        string         `yaml:"progress"`

	// rate is that of the flag, which is read with the others.
	rate string

	// What follows is for invite alone.
	yes      bool
	fix      onboard.Fixing
	fromPlan string
}

// roster returns the path of the roster that is worked on: of the fixed one, if there is one.
func (o *order) roster() string { return cmp.Or(o.fix.File, o.Roster) }

// publicName is what that roster may be called in messages.
func (o *order) publicName() string { return onboard.Document{Roster: o.roster()}.PublicName() }

// complete checks what was told and works out what its texts mean.
func (o *order) complete(a *app) error {
	err := completeService(&o.Service, o.rate)
	if err != nil {
		return err
	}
	if o.Grace == 0 {
		return remedy.MustBePositive("grace")
	}
	if o.Deadline, err = onboard.ParseDeadline(o.StopAt, time.Now()); err != nil {
		return remedy.About("deadline", err)
	}
	if note := onboard.DeadlineNote(o.StopAt, o.Deadline); note != "" {
		a.log.Warn().Msg(note)
	}
	switch {
	case o.Reinvite == "":
		return onboard.NoneOf(plan.OptionReinvite, string(o.Reinvite), plan.Reinvites()...)
	case o.Encoding == "":
		return emptyEncoding()
	case o.Invalid != refuseInvalid && o.Invalid != skipInvalid:
		return onboard.NoneOf("invalid", o.Invalid, refuseInvalid, skipInvalid)
	case o.Progress != "" && o.Progress != "line" && o.Progress != "graph": // a cancel has none
		return onboard.NoneOf("progress", o.Progress, "line", "graph")
	case o.fix.File == "-":
		return remedy.Aboutf("fix", "standard output is no file").With(remedy.Words("name a file"))
	case a.common.json && o.Results == "-":
		return usageError("name a file with --results", "--json and --results - both want standard output")
	case o.Roster == "-" && o.Place.PATFile == "-":
		return usageError("", "standard input cannot be both the roster and the personal access token")
	}
	o.SkipInvalid = o.Invalid == skipInvalid
	for _, limit := range []**int{&o.MaxAdmins, &o.MaxSeats, &o.MaxPerDay, &o.MaxPending, &o.Limit} {
		if *limit != nil && **limit == -1 {
			*limit = nil
		}
	}
	if o.Header, err = a.readHeader(o.HeaderFile, o.Roster); err != nil {
		return err
	}
	o.resultsPath()
	if o.Results != "" && o.Results != "-" {
		if _, err := results.FormatOf(o.Results); err != nil {
			return remedy.About("results", err)
		}
	}
	o.Input, o.Stream, o.LedgerOf, o.UserAgent = a.In, a.Out, a.defaultLedger, "rollcall/"+version.Get().Version
	o.Dial = func(ctx context.Context) (onboard.Endpoint, error) { return a.dial(ctx, o.Place) }
	o.Render = asFlag
	if o.Sandbox = o.Place.Sandbox; o.Sandbox {
		o.OrganizationID, o.LedgerOf = "", a.sandboxLedger
	}
	return o.Validate()
}

// resultsPath names the results where nothing else is said: beside the roster.
func (o *order) resultsPath() {
	if o.Results == "" && !o.DryRun {
		of := o.Options
		of.Roster, of.Sandbox = o.roster(), o.Place.Sandbox
		o.Results, o.LikeRoster = of.DefaultResults(), true
	}
}

// rosterFlags say how a roster is read. Commands that read one share them.
func rosterFlags(cmd *cobra.Command, d *onboard.Document, headerFile *string) {
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

// fixFlags say where a roster goes once it is fixed, and what is done then.
func fixFlags(cmd *cobra.Command, f *onboard.Fixing, then string) {
	cmd.Flags().StringVar(&f.File, "fix", "", "write the roster to `FILE` with all done to it that needs no person, and "+then+". "+
		"Cells have no blanks around them, the bare address stands instead of Ann <ann@x.test>, roles are as the "+
		"service spells them, no row twice; everything else stays as it is")
}

// forceFlag replaces what is there; of names the flags that it is for.
func forceFlag(cmd *cobra.Command, f *onboard.Fixing, of string) {
	cmd.Flags().BoolVar(&f.Force, "force", false, "replace the FILE of "+of+" if it is there already and differs")
}

// pacingFlags say how fast and how patiently to call the service. Commands that call it share them.
func pacingFlags(cmd *cobra.Command, p *onboard.Pacing, rate *string) {
	flags := cmd.Flags()
	flags.StringVar(rate, "rate", pace.Rate(0).String(), "at most so many requests, evenly: `RATE` is N/s, N/m, N/h or auto. The service does not publish its limits: auto begins at 10/s and finds out what it takes, which invite remembers for a week")
	flags.IntVar(&p.Burst, "burst", 1, "with --rate N/s: requests that may leave at once after a pause. More than 1 may be refused")
	flags.IntVar(&p.Concurrency, "concurrency", batch.DefaultWorkers, "requests in flight at most, up to "+strconv.Itoa(onboard.MaxConcurrency)+"; there are never more than the rate needs while answers are slow")
	flags.IntVar(&p.Attempts, "attempts", retry.DefaultAttempts, "requests per row, or per page of a list, at most: enough to outlast a restart behind the gateway. Those of a row that are refused for being too many (429) do not count; while nothing else comes back, --max-wait does")
	flags.DurationVar(&p.MaxWait, "max-wait", breaker.DefaultMaxWait, "wait for the service at most this long without a good answer, whether it asks for that, time and again, or is down; then stop, to be resumed")
}

// serviceFlags say which service and which organization are meant. Commands that call the service share them.
func serviceFlags(cmd *cobra.Command, s *onboard.Service, p *place) {
	flags := cmd.Flags()
	flags.StringVar(&s.OrganizationID, "organization-id", "", "`ID` or exact name of the organization (default: CYBEDEFEND_ORGANIZATION_ID, else the caller's only one)")
	flags.StringVar(&p.Region, "region", "", "`REGION` of the service: us or eu (default: CYBEDEFEND_REGION, the vendor's config file, us)")
	flags.StringVar(&p.APIURL, "api-url", "", "`URL` of the service, stronger than the region (default: CYBEDEFEND_API_URL, the vendor's config file)")
	flags.StringVar(&p.AuthEndpoint, "auth-endpoint", "", "`URL` of the identity provider (default: CYBEDEFEND_AUTH_ENDPOINT, the vendor's config file)")
	flags.StringVar(&p.PATFile, "pat-file", "", "read the personal access token from `FILE`, - being standard input. CYBEDEFEND_ACCESS_TOKEN comes before it; CYBEDEFEND_PAT, the vendor's login and its config file come after it")
	flags.DurationVar(&s.Timeout, "timeout", cybedefend.DefaultTimeout, "time for one request: giving up early loses the reply, not the invitation")
	flags.BoolVar(&p.Sandbox, "sandbox", false, "use a service inside this process, which mails nobody; results go to NAME.sandbox.results.csv, and runs to a ledger of their own")
}

// whoFlags say who is invited again; they make sense wherever the organization is looked at.
func (o *order) whoFlags(cmd *cobra.Command) {
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

// guardFlags say what would be suspicious about a roster, and what passes all the same.
func (o *order) guardFlags(cmd *cobra.Command) {
	guardFlags(cmd, &o.Guards)
	cmd.Flags().Var(optional.Limit(&o.MaxSeats), "max-seats", "send nothing if more than `N` people would be members or have an open invitation afterwards; -1: any number")
	cmd.Flags().BoolVar(&o.WithinSeats, "within-seats", false, "send nothing if more seats would be needed than the subscription has left, a member and an open invitation taking one each; where the service does not tell how many there are, that is a warning")
	cmd.Flags().StringArrayVar(&o.ApprovedDigests, "approve", nil, "let pass what was kept back, once: `DIGEST` is shown with what tripped. It is that of who would be mailed, changed or cancelled, and as what; if that is another by now, nothing is sent. A run that is cut short goes on without it (repeatable)")
}

// guardFlags are the guards that a check of a roster has, too.
func guardFlags(cmd *cobra.Command, g *onboard.Guards) {
	flags := cmd.Flags()
	flags.Var(&g.MaxNew, "max-new", "send nothing if more people would get an e-mail: a number, or a share of the organization's members and pending invitations as in 10%")
	flags.StringArrayVar(&g.AllowDomains, "allow-domain", nil, "send nothing if somebody would get an e-mail elsewhere than at `DOMAIN` (repeatable); .DOMAIN or *.DOMAIN: at its subdomains")
	flags.Var(optional.Limit(&g.MaxAdmins), "max-admins", "send nothing if more than `N` people would become administrator or manager; -1: any number")
	flags.IntVar(&g.MinRows, "min-rows", 0, "send nothing if the roster has fewer than `N` rows, as a broken export has")
}

// outcomeFlags say whether anything is done, and where what came of it goes.
func (o *order) outcomeFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.Results, "results", "", "write the results to `FILE` (.csv, .jsonl or .xlsx), - being standard output as CSV (default: NAME.results.csv beside the roster). That one has the delimiter and line ends of the roster, and beside a workbook it is a workbook")
	flags.StringVar(&o.Report, "report", "", "write a page about the run to `FILE` (.html): what became of whom, why, and how the pace went. It is for a browser, a printer or a mail, and is written however the run ends. It needs nothing else, asks nobody for anything and has no invitation tokens")
	flags.StringVar(&o.Progress, "progress", "line", "`HOW` it is shown how far a run is: line or graph. A graph is a picture of the pace beside the line, and all of it at the end")
	flags.BoolVar(&o.DryRun, "dry-run", false, "list what would happen to each row, with the same exit codes, and send nothing. Results are written only where --results asks for them")
	flags.StringVar(&o.Invalid, "invalid", refuseInvalid, "`WHAT` to do about invalid rows: refuse (nothing is sent) or skip (the others are invited)")
}

// wayFlags say how long a run goes on and what it remembers.
func (o *order) wayFlags(cmd *cobra.Command) {
	o.stayFlags(cmd)
	flags := cmd.Flags()
	flags.Var(&o.MaxFailures, "max-failures", "stop, to be resumed, once so many rows ended rejected, failed or unknown: a number, or a share of the rows as in 5%")
	flags.Var(optional.Limit(&o.MaxPerDay), budget.OptionPerDay, "invite at most `N` people in 24 hours, over all runs that share the ledger; then stop, to be resumed. What may have mailed somebody counts, a certain refusal does not; -1: any number")
	flags.Var(optional.Limit(&o.MaxPending), budget.OptionPending, "stop, to be resumed, rather than have more than `N` invitations open in the organization at once; -1: any number")
	flags.Var(optional.Limit(&o.Limit), budget.OptionFirst, "invite the first `N` of those to be invited, then stop with exit code 7: the same command goes on with the next N. A small batch shows what a large one would do; guards count everybody; -1: any number")
	flags.BoolVar(&o.Fresh, "fresh", false, "begin a new run even if one over this roster was cut short; it looks up and does not repeat what was sent")
}

// stayFlags are those of wayFlags that make sense whatever is changed.
func (o *order) stayFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.DurationVar(&o.Grace, "grace", journey.DefaultGrace, "how long a request may still be at work inside the service after an error; one whose connection or process is gone is given up to 10s, one that timed out --timeout once more. A list is taken to lag behind by ten times as much unless it shows that it does not")
	flags.StringVar(&o.StopAt, "deadline", "", "stop at `WHEN`, to be resumed, whatever is waited for then: a duration (90m), a time of day (06:00) or RFC 3339; what is in flight may still be answered, for up to --timeout")
	flags.StringVar(&o.Ledger, "ledger", "", "`FILE` that remembers what was sent (default: one for each organization, see rollcall help environment)")
	flags.DurationVar(&o.LockWait, "lock-wait", 0, "wait for another run that holds the ledger at most this long, and not beyond --deadline, rather than end with exit code 6 at once")
	flags.StringVar(&o.Audit, "audit", "", "append who changed what to `FILE`, each line with the hash of the one before: the ledger's audit trail, for rollcall audit verify. Nothing is sent unless it can be written")
}

// completeService reads the rate, unless a job has named one, and refuses zeros that were told: a use of the program would
// take them for its defaults.
func completeService(s *onboard.Service, rate string) error {
	if s.Rate == 0 {
		if err := s.Rate.UnmarshalText([]byte(rate)); err != nil {
			return remedy.About("rate", err)
		}
	}
	for _, flag := range []struct {
		name string
		zero bool
	}{
		{"burst", s.Burst == 0},
		{"concurrency", s.Concurrency == 0},
		{"attempts", s.Attempts == 0},
		{"max-wait", s.MaxWait == 0},
		{"timeout", s.Timeout == 0},
	} {
		if flag.zero {
			return remedy.MustBePositive(flag.name)
		}
	}
	return nil
}

func emptyEncoding() error {
	return remedy.Aboutf(roster.OptionEncoding, "it is empty").With(remedy.Use(roster.OptionEncoding, roster.EncodingAuto).Words(" finds it out"))
}
