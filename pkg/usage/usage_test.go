package usage_test

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/prose"
	"rollcall/pkg/usage"
)

// book is a program with some commands of the manual's.
func book() *usage.Book {
	run := func(*cobra.Command, []string) error { return nil }
	root := &cobra.Command{Use: "rollcall", RunE: run}
	root.PersistentFlags().Bool("json", false, "print one object")
	invite := &cobra.Command{Use: "invite ROSTER", RunE: run}
	usage.Group(invite, "The roster", func(cmd *cobra.Command) {
		cmd.Flags().String("role", "member", "`ROLE` of rows that name none. There are four")
		cmd.Flags().Duration("max-wait", 5*time.Minute, "wait at most this long")
	})
	usage.Group(invite, "On the way", func(cmd *cobra.Command) {
		cmd.Flags().Duration("grace", 24*time.Hour, "how late")
		cmd.Flags().Int("burst", 0, "at once")
		cmd.Flags().BoolP("yes", "y", false, "do not ask")
		cmd.Flags().Bool("secret", false, "nobody knows")
	})
	_ = invite.Flags().MarkHidden("secret")
	audit, hidden := &cobra.Command{Use: "audit"}, &cobra.Command{Use: "manual DIR", Hidden: true, RunE: run}
	audit.AddCommand(&cobra.Command{Use: "verify FILE", RunE: run})
	root.AddCommand(invite, audit, hidden, &cobra.Command{Use: "version", RunE: run})
	b := &usage.Book{
		Root: root, Variable: func(flag string) string { return "VAR_" + strings.ToUpper(flag) },
		Table: func(name string) []prose.Block { return []prose.Block{{Text: "the table of " + name}} },
	}
	b.Describe()
	return b
}

// has returns which of the texts a page lacks, in their order.
func has(t *testing.T, page string, texts ...string) {
	t.Helper()
	rest := page
	for _, text := range texts {
		_, after, found := strings.Cut(rest, text)
		if !found {
			t.Errorf("it lacks %q at its place:\n%s", text, page)
			return
		}
		rest = after
	}
}

func TestHelp(t *testing.T) {
	b := book()
	invite, _, err := b.Root.Find([]string{"invite"})
	if err != nil {
		t.Fatal(err)
	}
	short := b.Help(invite, false, prose.Layout{})
	has(t, short, "Usage:\n  rollcall invite ROSTER [flags]\n", "Examples:\n", "Flags:\n", "      --role ROLE  ROLE of rows that name none (default member)\n",
		"  -y, --yes        do not ask\n", "      --json       print one object\n", "\n  and 3 more: rollcall invite --help --all\n", "See also:\n  rollcall help exit-codes  ")
	all := b.Help(invite, true, prose.Layout{})
	has(t, all, "The roster:\n      --role ROLE          ROLE of rows that name none. There are four (default\n                           member)\n", "--max-wait DURATION  wait at most this long (default 5m)\n",
		"On the way:\n      --grace DURATION  how late (default 24h)\n      --burst N         at once\n  -y, --yes             do not ask\n",
		"Flags of every command:\n      --json  print one object\n", "Exit codes:\n  the table of exit-codes\n")
	for _, page := range []string{short, all} {
		if strings.Contains(page, "nobody knows") {
			t.Errorf("it shows a hidden flag:\n%s", page)
		}
	}
	has(t, b.Help(b.Root, false, prose.Layout{}), "Usage:\n  rollcall COMMAND [flags]\n", "Invite:\n  invite  Invite everybody in a roster, once each\n", "Look after:\n  audit ",
		"Topics, as in rollcall help rosters:\n  rosters ", "Exit codes:\n  the table of exit-codes\n")
	audit, _, _ := b.Root.Find([]string{"audit"})
	has(t, b.Help(audit, false, prose.Layout{}), "  rollcall audit COMMAND [flags]\n", "Commands:\n  verify  Check that an audit trail")
}

func TestTopic(t *testing.T) {
	page, found := book().Topic("environment", prose.Layout{})
	if !found {
		t.Fatal("there is no such topic")
	}
	has(t, page, "Which variables and files count", "Variables of flags:\n", "VAR_BURST     --burst of invite\n", "VAR_JSON      --json of every command\n")
	if strings.Contains(page, "SECRET") {
		t.Errorf("it has the variable of a hidden flag:\n%s", page)
	}
	if page, found := book().Topic("invite", prose.Layout{}); found {
		t.Errorf("invite is a topic:\n%s", page)
	}
}

func TestFind(t *testing.T) {
	b := book()
	for _, test := range []struct {
		words []string
		want  []string
	}{
		{nil, []string{"Usage:\n  rollcall COMMAND"}},
		{[]string{"audit", "verify"}, []string{"rollcall audit verify FILE"}},
		{[]string{"pace"}, []string{"Rates:\n"}},
		{[]string{"invite", "people.csv"}, nil},
		{[]string{"nonsense"}, nil},
	} {
		page, found := b.Find(test.words, false, prose.Layout{})
		if found != (test.want != nil) {
			t.Errorf("%q: found is %t", test.words, found)
		}
		has(t, page, test.want...)
	}
	names := strings.Join(b.Names(), "\n") + "\n"
	has(t, names, "audit\t", "invite\tInvite everybody", "rosters\tColumns")
	if strings.Contains(names, "manual\t") {
		t.Errorf("a hidden command is among\n%s", names)
	}
}

func TestDate(t *testing.T) {
	for _, test := range []struct{ epoch, commit, want string }{
		{"0", "2026-11-28T18:59:01Z", "1970-01-01"},
		{"", "2026-11-28T18:59:01Z", "2026-11-28"},
		{"", "", "0001-01-01"},
	} {
		if date, err := usage.Date(test.epoch, test.commit); err != nil || date.UTC().Format(time.DateOnly) != test.want {
			t.Errorf("%q, %q: %s, %v", test.epoch, test.commit, date, err)
		}
	}
	if _, err := usage.Date("yesterday", ""); err == nil {
		t.Error("yesterday is a date")
	}
}

func TestSheets(t *testing.T) {
	date := time.Date(2026, 11, 28, 23, 30, 0, 0, time.FixedZone("", -3600))
	sheets := map[string]string{}
	for _, sheet := range book().Sheets("1.2.3", date) {
		sheets[sheet.File] = sheet.Text
	}
	has(t, sheets["rollcall-invite.1"], `.TH ROLLCALL\-INVITE 1 "2026-11-29" "rollcall 1.2.3"`, ".SH NAME\nrollcall\\-invite \\- Invite everybody", ".SH SYNOPSIS\n", ".SH DESCRIPTION\n",
		".SH OPTIONS\n.SS The roster\n.TP\n\\fB\\-\\-role ROLE\\fR\n", ".SH EXIT STATUS\nthe table of exit\\-codes\n", ".SH ENVIRONMENT\n", ".SH FILES\n", ".SH EXAMPLES\n", ".SH SEE ALSO\nrollcall(1), rollcall\\-exit\\-codes(7)")
	has(t, sheets["rollcall-audit-verify.1"], ".SH EXIT STATUS\n.TP\n\\fB0\\fR\nthe trail holds\n", ".SH SEE ALSO\nrollcall(1), rollcall\\-audit(1)")
	has(t, sheets["rollcall-results.7"], ".SH DESCRIPTION\n", ".SS Outcomes\n")
	if _, there := sheets["rollcall-manual.1"]; there {
		t.Error("there is a page for a hidden command")
	}
	if undated := book().Sheets("1.2.3", time.Time{}); !strings.HasPrefix(undated[0].Text, `.TH ROLLCALL 1 "" "rollcall 1.2.3"`) {
		t.Errorf("without a date: %.60s", undated[0].Text)
	}
}
