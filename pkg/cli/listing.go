package cli

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/console"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/email"
	"rollcall/pkg/formula"
	"rollcall/pkg/onboard"
	"rollcall/pkg/remedy"
)

// listingFlags are the flags of commands that list what an organization has.
type listingFlags struct {
	service onboard.Service
	rate    string
	place   place
	csv     bool
}

func (f *listingFlags) add(cmd *cobra.Command) {
	serviceFlags(cmd, &f.service, &f.place)
	pacingFlags(cmd, &f.service.Pacing, &f.rate)
	cmd.Flags().BoolVar(&f.csv, "csv", false, "print CSV on standard output instead of a table")
}

func (a *app) teamsCommand() *cobra.Command {
	var f listingFlags
	cmd := &cobra.Command{
		Use:   "teams",
		Short: "List the teams of an organization",
		Long: `teams lists the teams that a roster can name, by name or by id. It changes nothing.

Exit codes:
` + exitCodeTable(),
		Example: `  rollcall teams
  rollcall teams --csv > teams.csv`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.list(cmd, f, func(ctx context.Context, c *onboard.Connection) (listing, error) {
				teams, err := directory.Teams(ctx, c.Reading())
				return listTeams(c.Organization, teams), err
			})
		},
	}
	f.add(cmd)
	a.files[cmd] = func([]string) fileNames { return f.place.fileNames() }
	return cmd
}

// all is the choice of everything where words choose among states.
const all = "all"

func (a *app) invitationsCommand() *cobra.Command {
	var f listingFlags
	var status string
	cmd := &cobra.Command{
		Use:   "invitations",
		Short: "List the invitations of an organization",
		Long: `invitations lists who is invited and has not answered, with the role and the end of each invitation, or those that
have expired, or all that the service still knows. It changes nothing and never shows the tokens of invitations. With
--csv it prints a roster: rollcall invitations --status expired --csv > again.csv, to be invited again.

Exit codes:
` + exitCodeTable(),
		Example: `  rollcall invitations
  rollcall invitations --status expired --csv > again.csv`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains([]string{string(directory.Pending), string(directory.Expired), all}, status) {
				return usageError("", "--status: %q is none of pending, expired and all", status)
			}
			return a.list(cmd, f, func(ctx context.Context, c *onboard.Connection) (listing, error) {
				invitations, stable, err := directory.Invitations(ctx, a.reading(c))
				if err == nil && !stable {
					a.log.Warn().Msg("the list kept changing while it was read: some invitations may be missing")
				}
				return listInvitations(c.Organization, invitations, status, c.Now()), err
			})
		},
	}
	f.add(cmd)
	a.files[cmd] = func([]string) fileNames { return f.place.fileNames() }
	cmd.Flags().StringVar(&status, "status", string(directory.Pending), "list invitations that are `WORD`: pending, expired or all")
	return cmd
}

// listing is a list to print.
type listing struct {
	// none is what to say about an empty one.
	none    string
	columns []string
	rows    [][]string
	// readable has the cells of the rows that a person reads more easily in another form, by column.
	readable map[string]func(cell string) string
	// object is the list for programs.
	object any
}

// list connects to the service, has the list read and prints it.
func (a *app) list(cmd *cobra.Command, f listingFlags, read func(context.Context, *onboard.Connection) (listing, error)) (err error) {
	if f.csv && a.common.json {
		return usageError("leave one of them out", "--csv and --json both want standard output")
	}
	if err := completeService(&f.service, f.rate); err != nil {
		return err
	}
	c, err := a.connect(cmd, f.service, f.place)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	l, err := read(cmd.Context(), c)
	if err != nil {
		return err
	}
	return a.printList(l, f.csv)
}

// printList prints a list as the flags ask for it.
func (a *app) printList(l listing, asCSV bool) error {
	a.console.Clear()
	switch {
	case a.common.json:
		return json.NewEncoder(a.Out).Encode(l.object)
	case asCSV:
		return a.writeCSV(l)
	}
	return a.writeTable(l)
}

// connect opens the connection that the flags ask for. Close it.
func (a *app) connect(cmd *cobra.Command, s onboard.Service, p place) (*onboard.Connection, error) {
	s, err := a.service(cmd, s, p)
	if err != nil {
		return nil, err
	}
	return onboard.Connect(cmd.Context(), s, a.observer())
}

// service returns the service that the flags mean.
func (a *app) service(cmd *cobra.Command, s onboard.Service, p place) (onboard.Service, error) {
	if err := a.refuseConflicts(cmd, []conflict{{p.Sandbox, "--sandbox", besideSandbox}}); err != nil {
		return s, err
	}
	if s.Timeout == 0 {
		return s, remedy.MustBePositive("timeout")
	}
	s.UserAgent = "rollcall/" + version()
	s.Dial = func(ctx context.Context) (onboard.Endpoint, error) { return a.dial(ctx, p) }
	return s, nil
}

// reading is what a reading of the organization needs, with its progress on the terminal.
func (a *app) reading(c *onboard.Connection) directory.Options {
	o := c.Reading()
	o.Progress = func(n int) { a.console.Status(fmt.Sprintf("reading the organization: %d", n)) }
	return o
}

func (a *app) writeTable(l listing) error {
	if len(l.rows) == 0 && !a.common.quiet {
		a.console.Printf("%s", l.none)
	}
	table := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, strings.ToUpper(strings.Join(l.columns, "\t")))
	for _, row := range l.rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			if read := l.readable[l.columns[i]]; read != nil {
				cell = read(cell)
			}
			cells[i] = console.Clean(cell)
		}
		fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	return table.Flush()
}

func (a *app) writeCSV(l listing) error {
	out := csv.NewWriter(a.Out)
	for _, row := range append([][]string{l.columns}, l.rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = formula.Defuse(cell)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (a *app) organizationsCommand() *cobra.Command {
	var f listingFlags
	cmd := &cobra.Command{
		Use:   "organizations",
		Short: "List your organizations",
		Long: `organizations lists the organizations that the credentials open, with their ids and your role in each. It changes
nothing.

Exit codes:
` + exitCodeTable(),
		Example: `  rollcall organizations`,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			service, err := a.service(cmd, f.service, f.place)
			if err != nil {
				return err
			}
			found, err := onboard.Organizations(cmd.Context(), service, a.observer())
			if err != nil {
				return err
			}
			return a.printList(listOrganizations(found), f.csv)
		},
	}
	f.add(cmd)
	a.files[cmd] = func([]string) fileNames { return f.place.fileNames() }
	return cmd
}

// listOrganizations lists organizations by name.
func listOrganizations(organizations []cybedefend.Membership) listing {
	slices.SortFunc(organizations, func(x, y cybedefend.Membership) int {
		return cmp.Or(cmp.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)), cmp.Compare(x.ID, y.ID))
	})
	type organizationJSON struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Role string `json:"role"`
	}
	l := listing{none: "the credentials open no organization", columns: []string{"name", "id", "role"}}
	objects := []organizationJSON{}
	for _, o := range organizations {
		l.rows = append(l.rows, []string{o.Name, o.ID, o.Role})
		objects = append(objects, organizationJSON{o.ID, o.Name, o.Role})
	}
	l.object = map[string]any{"organizations": objects}
	return l
}

// teamJSON is a team as teams --json prints it.
type teamJSON struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

// listTeams lists teams by name.
func listTeams(organization cybedefend.Organization, teams []cybedefend.Team) listing {
	slices.SortFunc(teams, func(x, y cybedefend.Team) int {
		return cmp.Or(cmp.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)), cmp.Compare(x.ID, y.ID))
	})
	l := listing{none: "the organization has no teams", columns: []string{"name", "id", "description"}}
	objects := []teamJSON{}
	for _, team := range teams {
		l.rows = append(l.rows, []string{team.Name, team.ID, team.Description})
		objects = append(objects, teamJSON(team))
	}
	l.object = struct {
		OrganizationID string     `json:"organization_id"`
		Teams          []teamJSON `json:"teams"`
	}{organization.ID, objects}
	return l
}

// invitationJSON is an invitation as invitations --json prints it.
type invitationJSON struct {
	Email     string     `json:"email"`
	Role      string     `json:"role"`
	Status    string     `json:"status"`
	ExpiresAt *time.Time `json:"expires_at"`
	ID        string     `json:"id"`
}

// listInvitations lists the invitations with a status by person. What is neither pending nor expired has the service's
// own word for it.
func listInvitations(organization cybedefend.Organization, invitations []cybedefend.Invitation, status string, now time.Time) listing {
	slices.SortFunc(invitations, func(x, y cybedefend.Invitation) int {
		return cmp.Or(cmp.Compare(email.Fold(x.Email), email.Fold(y.Email)), x.ExpiresAt.Compare(y.ExpiresAt), cmp.Compare(x.ID, y.ID))
	})
	l := listing{
		none:    "the organization has no such invitations",
		columns: []string{"email", "role", "status", "expires_at", "id"},
		readable: map[string]func(string) string{"expires_at": func(cell string) string {
			at, err := time.Parse(time.RFC3339, cell)
			if err != nil {
				return "unknown"
			}
			return at.Local().Format(time.DateTime)
		}},
	}
	objects := []invitationJSON{}
	for _, invitation := range invitations {
		state := directory.StateOf(invitation, now)
		if status != all && status != string(state) {
			continue
		}
		object := invitationJSON{Email: invitation.Email, Role: invitation.OrganizationRole, Status: string(state), ID: invitation.ID}
		if state == directory.Ended {
			object.Status = strings.ToLower(strings.TrimSpace(invitation.Status))
		}
		expires := ""
		if at := invitation.ExpiresAt.UTC(); !at.IsZero() {
			object.ExpiresAt, expires = &at, at.Format(time.RFC3339)
		}
		l.rows = append(l.rows, []string{object.Email, object.Role, object.Status, expires, object.ID})
		objects = append(objects, object)
	}
	l.object = struct {
		OrganizationID string           `json:"organization_id"`
		Invitations    []invitationJSON `json:"invitations"`
	}{organization.ID, objects}
	return l
}
