package roster_test

import (
	"errors"
	"strings"
	"testing"

	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

func TestMapsOfValues(t *testing.T) {
	for _, tt := range []struct {
		maps               []string
		role, teams        string
		wantRole, wantTeam string
	}{
		{[]string{"role:Mitarbeiter=member"}, "mitarbeiter", "", "member", ""},
		{[]string{"role:Geschäftsführer=admin"}, "Geschaftsfuhrer", "", "administrator", ""},
		{[]string{`role:"a=b"=Billing Manager`}, "A = b", "", "billing_manager", ""},
		{[]string{"role:-=member"}, "-", "", "member", ""},
		{[]string{"role:Manager=member"}, "manager", "", "member", ""},
		{[]string{"team_role:Lead=team_manager"}, "member", "A:LEAD; B", "member", "A:team_manager; B:developer"},
		{[]string{"Team_Role:dev=read_only"}, "member", "A:dev", "member", "A:read_only"},
		{[]string{"teams:n/a="}, "member", "N/A", "member", ""},
		{[]string{"teams:R&D=Research; Development:read_only"}, "member", "R&D", "member", "Research:developer; Development:read_only"},
	} {
		r, entries := readWith(t, "email,role,teams\na@x.test,"+tt.role+","+tt.teams+"\n", roster.Settings{Maps: tt.maps, Teams: defaultTeams(tt.wantTeam)})
		if !r.Clean() || entries[0].Role != tt.wantRole || roster.FormatTeams(entries[0].Teams) != tt.wantTeam {
			t.Errorf("%q: %+v", tt.maps, entries[0])
		}
		_, entries = readWith(t, "- email: a@x.test\n  role: "+quoted(tt.role)+"\n  teams: "+quoted(tt.teams)+"\n", roster.Settings{Maps: tt.maps})
		if entries[0].Invalid() || entries[0].Role != tt.wantRole || roster.FormatTeams(entries[0].Teams) != tt.wantTeam {
			t.Errorf("%q in YAML: %+v", tt.maps, entries[0])
		}
	}
}

// defaultTeams returns teams that must not be taken where a cell is said to mean none.
func defaultTeams(want string) []string {
	if want == "" {
		return nil
	}
	return []string{"Default"}
}

func quoted(text string) string { return "'" + text + "'" }

func TestNoTeamsMeansNotEvenTheDefault(t *testing.T) {
	_, entries := readWith(t, "email,role,teams\na@x.test,member,n/a\nb@x.test,member,\n", roster.Settings{Maps: []string{"teams:n/a="}, Teams: []string{"Default"}})
	if len(entries[0].Teams) != 0 || len(entries[1].Teams) != 1 {
		t.Errorf("%+v", entries)
	}
}

func TestMapsThatCannotBe(t *testing.T) {
	for _, text := range []string{
		"email=", "role", `role=""`, "age=A", "role:x=boss", "role:x=", "role:=member", "team_role:x=chief", "teams:x=A:develper", "active:x=perhaps", "active:x=",
		"email:x=y", "team_role=A",
	} {
		if _, err := (roster.Settings{Maps: []string{text}}).Parse(); remedy.Of(err) == nil || remedy.Of(err).Option != roster.OptionMap {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, maps := range [][]string{{"role=", "role=A"}, {"role:a=member", "role: A =manager"}} {
		if _, err := (roster.Settings{Maps: maps}).Parse(); err == nil || !strings.Contains(err.Error(), "mapped twice") {
			t.Errorf("%q: %v", maps, err)
		}
	}
	for _, o := range []roster.Options{
		{Map: map[string]string{"age": "A"}},
		{Map: map[string]string{"email": ""}},
		{Values: map[string]map[string]string{"role": {"x": "boss"}}},
		{Values: map[string]map[string]string{"age": {"x": "7"}}},
	} {
		if _, err := roster.Read(t.Context(), memory("x.csv", []byte("email,role\n")), o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}

// TestColumnLeftOut leaves out a column that is called like a role and is none.
func TestColumnLeftOut(t *testing.T) {
	const content = "email,Role,Team\na@x.test,Accountant,Blue, or so\n"
	r, entries := readWith(t, "email,Role,Team\na@x.test,Accountant,\"Blue, or so\"\n", roster.Settings{Role: "member", Maps: []string{"role=", "teams="}})
	if !r.Clean() || entries[0].Role != "member" || len(entries[0].Teams) != 0 || strings.Join(entries[0].Extra, "|") != "Accountant|Blue, or so" {
		t.Errorf("%q: %+v", content, entries[0])
	}
	_, err := roster.Read(t.Context(), memory("x.csv", []byte("email,,Role\na@x.test,,Accountant\n")), roster.Options{Map: map[string]string{"role": ""}})
	if err == nil || !strings.Contains(err.Error(), "no column for the roles") {
		t.Error(err)
	}
}

func TestRolesOfOtherLanguages(t *testing.T) {
	for word, want := range map[string]string{
		"Mitglied": "member", "membre": "member", "Miembro": "member", "membro": "member", "LID": "member", "Gestionnaire de facturation": "billing_manager",
		"Responsabile fatturazione": "billing_manager", "Gestor de faturação": "billing_manager",
	} {
		if got, err := roster.ParseRole(word); got != want || err != nil {
			t.Errorf("%q: %q, %v", word, got, err)
		}
	}
	for word, want := range map[string]string{
		"Geschäftsführer": "role:Geschäftsführer=administrator", "Administratrice": "role:Administratrice=administrator",
		"Beheerder": "role:Beheerder=administrator", "Leiter": "role:Leiter=manager", "gestore": "role:gestore=manager", "Responsable": "role:Responsable=manager",
	} {
		r, entries := readWith(t, "email,role\na@x.test,"+word+"\n", roster.Settings{})
		if r.Invalid != 1 {
			t.Errorf("%q gives power without a word", word)
			continue
		}
		remedies := entries[0].Findings[0].Suggestion.Remedies()
		if len(remedies) != 1 || remedies[0] != (remedy.Remedy{Option: "map", Value: want}) {
			t.Errorf("%q: %+v", word, remedies)
			continue
		}
		if r, _ := readWith(t, "email,role\na@x.test,"+word+"\n", roster.Settings{Maps: []string{remedies[0].Value}}); !r.Clean() {
			t.Errorf("%q: what is suggested does not help", word)
		}
	}
	_, entries := readWith(t, "email,role,teams\na@x.test,member,A:Entwicklerin; B:lecture seule; C:analista desarrollador\nb@x.test,member,A:Teamleiter\n", roster.Settings{})
	if got := roster.FormatTeams(entries[0].Teams); got != "A:developer; B:read_only; C:analyst_developer" {
		t.Error(got)
	}
	if hints := entries[1].Findings[0].Suggestion.Remedies(); !entries[1].Invalid() || len(hints) != 1 || hints[0].Value != "team_role:Teamleiter=team_manager" {
		t.Errorf("%+v", entries[1])
	}
}

func TestDoubtfulTeams(t *testing.T) {
	const id = "550e8400-e29b-41d4-a716-446655440000"
	for _, tt := range []struct {
		cell, teams, reason string
		invalid             bool
	}{
		{"n/a", "n/a:developer", `"n/a" is read as the name of a team`, false},
		{"-", "-:developer", `"-" is read as the name of a team`, false},
		{"0", "0:developer", `"0" is read as the name of a team`, false},
		{"Keine; A", "Keine:developer; A:developer", `"Keine" is read as the name of a team`, false},
		{"A, B", "A, B:developer", `"A, B" is read as one team`, false},
		{"A|B:team_manager", "A|B:team_manager", `"A|B" is read as one team`, false},
		{`""A, B""`, "A, B:developer", "", false},
		{"A,", "A,:developer", "", false},
		{"Sec: Ops", "Sec: Ops:developer", "", false},
		{"A:developer|B:developer", "A:developer|B:developer", `more than one team in "A:developer|B:developer"`, true},
		{id + ":boss", id + ":boss", `unknown team role "boss"`, true},
		{id + ":developer", id + ":developer", "", false},
		{id, id + ":developer", "", false},
		{"Platform:boss", "Platform:boss:developer", "", false},
	} {
		r, entries := readWith(t, "email,role,teams\na@x.test,member,\""+tt.cell+"\"\n", roster.Settings{})
		e := entries[0]
		var reasons []string
		for _, f := range e.Findings {
			reasons = append(reasons, f.Reason)
		}
		got := strings.Join(reasons, "; ")
		if e.Invalid() != tt.invalid || got != tt.reason || !tt.invalid && roster.FormatTeams(e.Teams) != tt.teams {
			t.Errorf("%q: %q, %+v", tt.cell, got, e)
		}
		if (tt.reason == "") != r.Clean() {
			t.Errorf("%q: %d invalid, %d warnings", tt.cell, r.Invalid, r.Warnings)
		}
	}
}

// TestAlike tells what is said of many rows once.
func TestAlike(t *testing.T) {
	r, entries := readWith(t, "email,role\n"+strings.Repeat("a@x.test,boss\n", 3)+strings.Repeat("b@x.test,chief\n", 9), roster.Settings{})
	var got []string
	var last roster.Finding
	for _, e := range entries {
		for _, f := range e.Findings {
			if f, ok := r.Gather(f); ok {
				got = append(got, f.Reason)
				last = f
			}
		}
	}
	hint := "one of administrator, manager, billing_manager, member; map role:chief=ROLE says what it means, map role= that the column is no role"
	if last.Rows != 9 || len(last.Lines) != 5 || last.Suggestion.String() != hint {
		t.Errorf("%+v", last)
	}
	want := `unknown role "boss"|unknown role "boss"|unknown role "boss"|unknown role "chief" on lines 5, 6, 7, 8, 9 and 4 more`
	if strings.Join(got, "|") != want {
		t.Errorf("%q", got)
	}
}

// TestColumnThatMayHoldAddresses is suggested, and not taken.
func TestColumnThatMayHoldAddresses(t *testing.T) {
	for header, want := range map[string]string{
		"First Name,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Value": `email="E-mail 1 - Value"`,
		"Name,Private E-Mail,Email type":                                `email="Private E-Mail"`,
		"Name,Email verified":                                           "email=COLUMN",
		"Name,Emial":                                                    `email="Emial"`,
	} {
		_, err := roster.Read(t.Context(), memory("x.csv", []byte(header+"\nx\n")), roster.Options{Role: "member"})
		refused, ok := errors.AsType[*roster.RefusedError](err)
		if !ok || refused.Findings[0].Suggestion.Remedies()[0].Value != want {
			t.Errorf("%q: %v, want %s", header, err, want)
		}
	}
}
