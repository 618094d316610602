package roster_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/roster"
)

// How people and systems call the columns, by what these mean.
func TestColumnNames(t *testing.T) {
	tests := []struct {
		field string
		names []string
	}{
		{roster.FieldEmail, []string{
			"email", "E-Mail", "e_mail", "EMAIL:", "Mail", "Email*", "E-mail Address", "EmailAddress", "email_id", "userEmail", "Work Email", "Work E-mail (required)",
			"Corporate Email", "Company Email Address", "Employee Email", "Business e-mail", "Primary Email", "PrimarySmtpAddress", "Primary Work Email", "Email - Primary Work",
			"Email - Work", "Email Address [Required]", "Email address to invite [inviteeEmail] Required", "CybeDefend email",
			"E-Mail-Adresse", "Mailadresse", "E-Mail geschäftlich", "Geschäftliche E-Mail-Adresse", "E-Mail (dienstlich)", "Dienstliche E-Mail", "Geschaeftliche E-Mail", "Firmen-E-Mail", "Arbeits-E-Mail",
			"Courriel", "Adresse e-mail professionnelle", "E-mail pro", "Mél", "Adresse électronique", "Adresse de messagerie", "Courrier électronique", "Adresse mail de l'utilisateur", "E-mail de travail",
			"Correo", "Correo electrónico", "Correo electrónico corporativo", "Dirección de correo electrónico", "Email de trabajo", "Correo de la empresa",
			"E-mail aziendale", "Indirizzo e-mail", "Indirizzo di posta elettronica", "Posta elettronica", "Email del dipendente",
			"E-mail corporativo", "Endereço de e-mail", "Correio eletrônico", "Correio electrónico", "Endereço eletrónico", "E-mail do colaborador",
			"E-mailadres", "Zakelijk e-mailadres", "E-mail werk", "Werkmail", "E-mail van medewerker",
		}},
		{roster.FieldRole, []string{
			"role", "Role [Required]", "Org Role", "Organization role", "Role in the organisation", "User role", "CybeDefend Role", "Role name",
			"Rolle", "Benutzerrolle", "Organisationsrolle", "Rolle in der Organisation", "Rôle", "Rôle dans l'organisation", "Rôle de l'utilisateur",
			"Rol", "Rol en la organización", "Rol del usuario", "Ruolo", "Ruolo nell'organizzazione", "Papel", "Papel na organização", "Rol in de organisatie", "Gebruikersrol",
		}},
		{roster.FieldTeams, []string{
			"teams", "Team", "Team(s)", "Team name", "Team Assignments", "Team memberships", "CybeDefend teams", "Teamzuordnung", "Teamname", "Teamzugehörigkeit",
			"Équipe", "Équipes", "Nom de l'équipe", "Equipo", "Nombre del equipo", "Squadra", "Nome della squadra", "Equipe", "Equipas", "Nome da equipa", "Teamnaam", "Naam van het team",
		}},
	}
	for _, tt := range tests {
		for _, name := range tt.names {
			values := map[string]string{roster.FieldEmail: "ann@x.test", roster.FieldRole: "manager", roster.FieldTeams: "Data:developer"}
			header, row := name, values[tt.field]
			for _, other := range []string{roster.FieldEmail, roster.FieldRole, roster.FieldTeams} {
				if other != tt.field {
					header, row = header+";"+other, row+";"+values[other]
				}
			}
			r, err := roster.Read(t.Context(), memory("x.csv", []byte(header+"\n"+row+"\n")), roster.Options{})
			if err != nil {
				t.Errorf("%q is not taken for %s: %v", name, tt.field, err)
				continue
			}
			entry := first(t, r)
			got := map[string]string{roster.FieldEmail: entry.Email, roster.FieldRole: entry.Role, roster.FieldTeams: roster.FormatTeams(entry.Teams)}
			if diff := cmp.Diff(values, got); diff != "" || !r.Clean() {
				t.Errorf("with a column %q (-want +got, findings %v):\n%s", name, r.Findings, diff)
			}
		}
	}
}

// Columns that must not be taken for anything, however alone they are.
func TestOtherColumnNames(t *testing.T) {
	for _, name := range []string{
		"Private E-Mail", "E-Mail privat", "E-Mail (privat)", "Personal Email", "Home Email", "Email - Primary Home", "Email - Primary Work or Primary Home", "Home Secondary Email",
		"Work Secondary Email", "Recovery Email", "secondEmail", "Secondary email", "Alternate email address", "alternateEmailAddress", "authenticationEmail", "otherMails",
		"New Primary Email [UPLOAD ONLY]", "Email Usage [READ ONLY]", "Manager Email", "Manager's email", "Supervisor Email", "E-Mail Vorgesetzter", "E-mail du responsable", "Correo personal",
		"Correo del supervisor", "Email personale", "E-mail pessoal", "Privé e-mail", "Emergency contact email", "E-mail 2 Address", "mailNickname", "Mailing address", "Primary Email Type",
		"Email verified", "Email status", "Send invitation message (true or false) [sendEmail]", "proxyAddresses", "Address",
		"Job title", "Title", "Position", "Employee Title", "Stellenbezeichnung", "Funktion", "Fonction", "Poste", "Cargo", "Puesto", "Função", "Functie", "Job role", "Team role", "Role ID", "Access level", "userType",
		"Team lead", "Team ID", "Team size", "Teamleiter", "Chef d'équipe", "Time", "Department", "Abteilung", "Group", "Org Unit Path [Required]", "organization",
		"Status", "accountEnabled", "displayName", "Name", "User", "Employee ID", "", "  ", "-", strings.Repeat("email", 40),
	} {
		document := "email;role;" + name + ";n\nann@x.test;member;x;1\n"
		r, err := roster.Read(t.Context(), memory("x.csv", []byte(document)), roster.Options{})
		if err != nil || !r.Clean() || len(r.Extra) != 2 {
			t.Errorf("beside others, %q is taken for something: %v, %+v", name, err, r)
		}
		document = name + ";n\nann@x.test;1\n"
		if r, err := roster.Read(t.Context(), memory("x.csv", []byte(document)), roster.Options{Role: "member"}); err == nil {
			t.Errorf("%q is taken for the e-mail: %+v", name, r)
		}
	}
}

func TestWeakNames(t *testing.T) {
	const taken = " is taken as the e-mail, since no other column is (if another one is, name it with map email=COLUMN)"
	tests := []struct {
		header string
		mapped map[string]string
		want   string // the finding, or why the roster is refused
	}{
		{header: "userPrincipalName;n", want: `x.csv:1:1: email: "userPrincipalName"` + taken},
		{header: "n;User name [userPrincipalName] Required", want: `x.csv:1:3: email: "User name [userPrincipalName] Required"` + taken},
		{header: "n;Benutzername", want: `x.csv:1:3: email: "Benutzername"` + taken},
		{header: "n;Nom d'utilisateur principal", want: `x.csv:1:3: email: "Nom d'utilisateur principal"` + taken},
		{header: "n;login", want: `x.csv:1:3: email: "login"` + taken},
		{header: "login;mail"},
		{header: "mail;login;userPrincipalName"},
		{header: "n;login", mapped: map[string]string{"email": "Login"}},
		{header: "mail;login", mapped: map[string]string{"email": "login"}},
		{header: "mail;login", mapped: map[string]string{"teams": "mail"}, want: `x.csv:1:6: email: "login"` + taken},
		{header: "login;userPrincipalName", want: `x.csv:1:7: email: columns "login" and "userPrincipalName" both mean email (choose one with map email="login")`},
	}
	for _, tt := range tests {
		row := strings.Repeat("ann@x.test;", strings.Count(tt.header, ";")) + "ann@x.test\n"
		r, err := roster.Read(t.Context(), memory("x.csv", []byte(tt.header+"\n"+row)), roster.Options{Role: "member", Map: tt.mapped})
		got := ""
		if err != nil {
			got = err.Error()
		} else if len(r.Findings) > 0 {
			got = untagged(r.Findings[0])
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("Read(%q) with %v (-want +got):\n%s", tt.header, tt.mapped, diff)
		}
		if err == nil && (r.Warnings != len(r.Findings) || r.Clean() != (tt.want == "")) {
			t.Errorf("Read(%q) with %v = %+v", tt.header, tt.mapped, r)
		}
	}
}
