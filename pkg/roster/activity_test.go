package roster_test

import (
	"slices"
	"strings"
	"testing"

	"rollcall/pkg/roster"
)

// kept returns who is left in a table, and how many are not active.
func kept(t *testing.T, content string, settings roster.Settings) (addresses []string, gone int) {
	t.Helper()
	r, entries := readWith(t, content, settings)
	for _, e := range entries {
		if !e.Skipped() && !e.Invalid() {
			addresses = append(addresses, strings.TrimSuffix(e.Email, "@x.test"))
		}
		if e.Inactive != (len(e.Rule) > 0 && e.Skipped() && strings.HasPrefix(e.Rule.String(), "not active: ")) {
			t.Errorf("%+v", e)
		}
	}
	if r.Skipped != len(entries)-len(addresses)-r.Invalid {
		t.Errorf("%d skipped, %d invalid of %d", r.Skipped, r.Invalid, len(entries))
	}
	return addresses, r.Inactive
}

func readWith(t *testing.T, content string, settings roster.Settings) (*roster.Roster, []roster.Entry) {
	t.Helper()
	options, err := settings.Parse()
	if err != nil {
		t.Fatal(err)
	}
	name := "x.csv"
	if strings.HasPrefix(content, "- ") {
		name = "x.yaml"
	}
	r, err := roster.Read(t.Context(), memory(name, []byte(content)), options)
	if err != nil {
		t.Fatal(err)
	}
	var entries []roster.Entry
	for e, err := range r.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	return r, entries
}

func TestKnownExports(t *testing.T) {
	for name, content := range map[string]string{
		"Entra":              "userPrincipalName,displayName,mail,state,accountEnabled\na@x.test,A,a@x.test,Inactive,TRUE\nb@x.test,B,b@x.test,NY,False\n",
		"Entra, bulk create": "Name [displayName] Required,User name [userPrincipalName] Required,Block sign in (Yes/No) [accountEnabled] Required\nA,a@x.test,No\nB,b@x.test,Yes\n",
		"Microsoft 365":      "Block credential,Display name,User principal name\nFalse,A,a@x.test\nTrue,B,b@x.test\n",
		"Active Directory":   "DistinguishedName,Enabled,SamAccountName,mail\nX,True,a,a@x.test\nX,False,b,b@x.test\n",
		"Google":             "First Name [Required],Email Address [Required],Status [READ ONLY]\nA,a@x.test,Active\nB,b@x.test,Suspended\n",
		"GAM":                "primaryEmail,suspended,archived\na@x.test,False,False\nb@x.test,True,False\nc@x.test,False,True\n",
		"Okta":               "login,firstName,email,status\na,A,a@x.test,LOCKED_OUT\nb,B,b@x.test,DEPROVISIONED\n",
		"Slack":              "username,email,status,billing-active,userid\na,a@x.test,Primary Owner,1,U\nb,b@x.test,Deactivated,0,U\nc,c@x.test,Bot,0,U\n",
		"Atlassian":          "User id,User name,email,User status,Added to org\n1,A,a@x.test,Active,2026\n2,B,b@x.test,Suspended,2026\n3,C,c@x.test,Deactivated,2026\n",
		"Atlassian accounts": "Name,Atlassian ID,Email,Status,Claimed\nA,1,a@x.test,active,yes\nB,2,b@x.test,deactivated,yes\n",
		"Confluence":         "group_name,username,full_name,email,active,last_login\ng,a,A,a@x.test,Yes,\ng,b,B,b@x.test,No,\n",
		"GitHub":             "created_at,id,login,email,suspended?,dormant?\n2026,1,a,a@x.test,false,true\n2026,2,b,b@x.test,true,false\n",
		"JumpCloud":          "username,email,state,activated,suspended\na,a@x.test,ACTIVATED,False,False\nb,b@x.test,SUSPENDED,True,False\nc,c@x.test,STAGED,True,True\n",
		"Keycloak":           "username,email,emailVerified,enabled\na,a@x.test,false,true\nb,b@x.test,true,false\n",
		"Salesforce":         "Username,Email,IsActive,ProfileId\na,a@x.test,1,P\nb,b@x.test,0,P\n",
	} {
		t.Run(name, func(t *testing.T) {
			got, gone := kept(t, content, roster.Settings{Role: "member"})
			rows := strings.Count(content, "\n") - 1
			if !slices.Equal(got, []string{"a"}) || gone != rows-1 {
				t.Errorf("%q are left, %d are gone of %d", got, gone, rows)
			}
			all, gone := kept(t, content, roster.Settings{Role: "member", IncludeInactive: true})
			if len(all) != rows || gone != 0 {
				t.Errorf("%q are left where all are asked for, %d gone", all, gone)
			}
			unmapped, _ := kept(t, content, roster.Settings{Role: "member", Maps: []string{"active="}})
			if len(unmapped) != rows {
				t.Errorf("%q are left where the column is no matter", unmapped)
			}
		})
	}
}

// TestOtherColumns maps columns of rosters that no directory has exported.
func TestOtherColumns(t *testing.T) {
	for _, tt := range []struct {
		name, column, active, gone string
		settings                   []string
	}{
		{"a status in words", "Status", "Aktiv", "ausgeschieden", nil},
		{"with accents", "Statut", "Actif", "Désactivé", nil},
		{"yes and no", "Active?", "Yes", "no", nil},
		{"in another language", "Aktiv", "ja", "Nein", nil},
		{"marks", "Einladen", "✓", "✗", nil},
		{"letters", "Invite?", "Y", "n", nil},
		{"numbers", "Active", "1", "0", nil},
		{"a status of yes and no", "Status", "true", "false", nil},
		{"a column of those who are not", "Left", "", "x", nil},
		{"in another language", "Gesperrt", "nein", "Ja", nil},
		{"words in a column of those who are not", "Suspended", "active", "Suspended", nil},
		{"a name that says nothing", "Col7", "Y", "N", nil},
		{"words of one's own", "Status", "an Bord", "weg", []string{"active:An Bord=yes", "active:weg=no"}},
		{"an empty cell", "Invite", "x", "", []string{"active:=no"}},
		{"words that mean something else", "Status", "left", "right", []string{"active:left=yes", "active:right=no"}},
	} {
		content := "email,role," + tt.column + "\na@x.test,member," + tt.active + "\nb@x.test,member," + tt.gone + "\n"
		got, gone := kept(t, content, roster.Settings{Maps: append([]string{"active=" + tt.column}, tt.settings...)})
		if !slices.Equal(got, []string{"a"}) || gone != 1 {
			t.Errorf("%s: %q are left, %d gone", tt.name, got, gone)
		}
		// Without a mapping, everybody is read, and it is said only where somebody seems to be gone.
		r, entries := readWith(t, content, roster.Settings{})
		if r.Skipped > 0 || len(entries) != 2 {
			t.Errorf("%s: %d are left out without a mapping", tt.name, r.Skipped)
		}
	}
}

func TestWhatSaysNothing(t *testing.T) {
	for _, cell := range []string{"maybe", "", "-", "?", "7"} {
		r, entries := readWith(t, "email,role,Invite\na@x.test,member,"+cell+"\n", roster.Settings{Maps: []string{"active=Invite"}})
		if r.Invalid != 1 || entries[0].Findings[0].Field != roster.FieldActive {
			t.Errorf("%q: %+v", cell, entries[0].Findings)
		}
		remedies := entries[0].Findings[0].Suggestion.Remedies()
		got, gone := kept(t, "email,role,Invite\na@x.test,member,"+cell+"\n", roster.Settings{Maps: []string{"active=Invite", remedies[1].Value}})
		if len(got) != 0 || gone != 1 {
			t.Errorf("%q: %q are left with %s", cell, got, remedies[1])
		}
	}
}

// TestColumnsThatMaySayIt are a warning if they say of somebody to be gone.
func TestColumnsThatMaySayIt(t *testing.T) {
	for _, tt := range []struct {
		content string
		want    string
	}{
		{"email,role,Status\na@x.test,member,Left\nb@x.test,member,gone\nc@x.test,member,Left\nd@x.test,member,ok\n", `"Status" is "Left" on lines 2 and 4, "gone" on line 3`},
		{"email,role,Status\na@x.test,member,Active\nb@x.test,member,shipped\n", ""},
		{"email,role,Active\na@x.test,member,no\n", `"Active" is "no" on line 2`},
		{"email,role,Archived\na@x.test,member,no\n", ""},
		{"email,role,State\na@x.test,member,NY\n", ""},
		{"row,line,email,role,teams,outcome,invitation_id,token,status,organization_id,organization_name,organization_role,expires_at,attempts,http_status,error,hint,updated_at\n" +
			"1,2,a@x.test,member,,failed,,,cancelled,,,,,,,,,\n", ""},
		{"status,email,role,outcome,invitation_id\ncancelled,a@x.test,member,failed,1\n", ""},
	} {
		r, _ := readWith(t, tt.content, roster.Settings{})
		var reasons []string
		for _, f := range r.Findings {
			if f.Severity != roster.Warning || f.Field != roster.FieldActive {
				t.Errorf("%+v", f)
			}
			reasons = append(reasons, f.Reason)
		}
		got := strings.Join(reasons, "; ")
		if r.Skipped > 0 || !strings.HasPrefix(got, tt.want) || (tt.want == "") != (got == "") {
			t.Errorf("%q: %d left out, %q, want %q", tt.content, r.Skipped, got, tt.want)
		}
	}
}

func TestLeftOutIsNotJudged(t *testing.T) {
	r, entries := readWith(t, "login,firstName,email,status,role,teams\n"+
		"a,A,,DEPROVISIONED,boss,A:x;A:y\nb,B,b@x.test,DEPROVISIONED,,\nb,B,b@x.test,ACTIVE,manager,\nb,B,b@x.test,SUSPENDED,member,T\n", roster.Settings{})
	if r.Invalid != 0 || r.Duplicates != 0 || r.Skipped != 3 || r.NamesTeams || len(entries[3].Teams) != 1 || entries[2].Role != "manager" {
		t.Errorf("%+v", r)
	}
	for _, e := range entries {
		if len(e.Findings) > 0 || e.DuplicateOf != 0 {
			t.Errorf("%+v", e)
		}
	}
	// A row whose cells may be shifted is wrong, whatever it seems to say.
	r, _ = readWith(t, "login,firstName,email,status,role\na,A,a@x.test,DEPROVISIONED,member,x\n", roster.Settings{})
	if r.Invalid != 1 || r.Skipped != 0 {
		t.Errorf("%+v", r)
	}
}

func TestFilters(t *testing.T) {
	const people = "email,role,Department,Cost center,a=b\n" +
		"a@x.test,member,Research,7,x\nb@x.test,member,research ,8,y\nc@x.test,member,Sales,7,\nd@x.test,member,,,x\n"
	for _, tt := range []struct {
		where []string
		want  string
	}{
		{[]string{"Department=Research"}, "a b"},
		{[]string{"department = RESEARCH "}, "a b"},
		{[]string{"Department!=Research"}, "c d"},
		{[]string{"Department=Research", "Department=Sales"}, "a b c"},
		{[]string{"Department!=Research", "Department!=Sales"}, "d"},
		{[]string{"Department=Research", "Cost Center=7"}, "a"},
		{[]string{`"Cost center"="7"`, "Department!=Sales"}, "a"},
		{[]string{`"a=b"=x`}, "a d"},
		{[]string{`"a=b"!=x`}, "b c"},
		{[]string{"Department="}, "d"},
		{[]string{"email=C@x.test"}, "c"},
		{[]string{"Department=Nobody"}, ""},
	} {
		got, gone := kept(t, people, roster.Settings{Where: tt.where})
		if strings.Join(got, " ") != tt.want || gone != 0 {
			t.Errorf("%q: %q are left, %d gone", tt.where, got, gone)
		}
	}
	const nodes = "- email: a@x.test\n  role: member\n  extra: {Dep: R}\n- email: b@x.test\n  role: manager\n- email: c@x.test\n  role: member\n  extra: {Left: yes, dep: r}\n"
	for _, tt := range []struct {
		settings roster.Settings
		want     string
		gone     int
	}{
		{roster.Settings{Where: []string{"Dep=r"}}, "a", 0},
		{roster.Settings{Where: []string{"role!=manager"}, Maps: []string{"active=Left"}}, "a", 1},
		{roster.Settings{Where: []string{"email=b@x.test"}}, "b", 0},
	} {
		got, gone := kept(t, nodes, tt.settings)
		if strings.Join(got, " ") != tt.want || gone != tt.gone {
			t.Errorf("%+v: %q are left, %d gone", tt.settings, got, gone)
		}
	}
}

// TestFilterBeatsColumn holds that whom a filter leaves out has not left.
func TestFilterBeatsColumn(t *testing.T) {
	_, entries := readWith(t, "login,firstName,email,status\na,A,a@x.test,DEPROVISIONED\nb,B,b@x.test,DEPROVISIONED\n",
		roster.Settings{Role: "member", Where: []string{"login=b"}})
	if entries[0].Inactive || !entries[0].Skipped() || !entries[1].Inactive {
		t.Errorf("%+v", entries)
	}
}

func TestFiltersThatCannotBe(t *testing.T) {
	for _, where := range []string{"", "x", "=x", `""=x`, "!=x"} {
		if _, err := (roster.Settings{Where: []string{where}}).Parse(); err == nil {
			t.Errorf("%q is a filter", where)
		}
		if _, err := roster.Read(t.Context(), memory("x.csv", []byte("email,role\n")), roster.Options{Where: []string{where}}); err == nil {
			t.Errorf("%q is a filter of a program", where)
		}
	}
	for _, tt := range []struct{ content, where, want string }{
		{"email,role\na@x.test,member\n", "Dep=1", `no column "Dep", which a filter is about`},
		{"email,role,D-e-p,dep!\na@x.test,member,,\n", "Dep=1", `two columns are called "Dep", which a filter is about`},
	} {
		_, err := roster.Read(t.Context(), memory("x.csv", []byte(tt.content)), roster.Options{Where: []string{tt.where}})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q with %q: %v", tt.content, tt.where, err)
		}
	}
}

// TestMatchlessFilters tells of filters that no row has.
func TestMatchlessFilters(t *testing.T) {
	r, _ := readWith(t, "email,role,Dep\na@x.test,member,R\n", roster.Settings{Where: []string{"Dep=R", "Dep=S", "Dep!=T"}})
	if len(r.Findings) != 2 || r.Warnings != 2 || r.Findings[0].Suggestion.Remedies()[0].Value != "Dep=S" {
		t.Errorf("%+v", r.Findings)
	}
}

// TestMapsOfNodes refuses columns for the fields of a document that has none, and takes an extra one that says who is active.
func TestMapsOfNodes(t *testing.T) {
	const nodes = "- email: a@x.test\n  role: member\n  extra: {Left: no}\n- email: b@x.test\n  role: member\n  extra: {Left: yes}\n"
	for maps, want := range map[string]int{"active=Left": 1, "active=": 0} {
		if _, gone := kept(t, nodes, roster.Settings{Maps: []string{maps}}); gone != want {
			t.Errorf("%s: %d gone", maps, gone)
		}
	}
	for _, maps := range []string{"role=Left", "role=", "active=Gone"} {
		options, err := roster.Settings{Maps: []string{maps}}.Parse()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := roster.Read(t.Context(), memory("x.yaml", []byte(nodes)), options); err == nil {
			t.Errorf("%s is taken", maps)
		}
	}
}
