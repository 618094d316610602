package roster

import (
	"strings"
	"sync"

	"rollcall/pkg/email"
	"rollcall/pkg/pattern"
)

// A column means a field if its name has a noun of that field in it and, besides, only words that change nothing: people
// and the systems they export from put them in every order and seven languages. Any other word makes it another column:
// "Private E-Mail", "Email type", "Team lead", "Job role". All is written as [squash] leaves it.
//
//nolint:misspell // Most of it is not English.
const (
	fillers = "cybedefend required mandatory optional pflichtfeld obligatoire obligatorio obbligatorio verplicht " +
		"of the to in for d l de du des del della dell di do da der die das la le van het en dans na nell"

	emailNouns = "email emails mail mails electronicmail smtpaddress epost mel courriel courriels courrierelectronique " +
		"adresseelectronique adressedemessagerie correo correos correoe correoelectronico correoselectronicos " +
		"direccionelectronica postaelettronica indirizzoelettronico correioeletronico correioelectronico " +
		"enderecoeletronico enderecoelectronico"
	emailFillers = "id address addresses adresse adressen adresses adres adressen direccion indirizzo endereco " +
		"work business company corporate enterprise office professional official primary main login " +
		"user users employee staff worker member invitee invite " +
		"geschaftlich geschaftliche geschaeftlich geschaeftliche dienstlich dienstliche beruflich berufliche " +
		"geschafts geschaefts dienst firmen firma arbeit arbeits primar primare primaer primaere haupt mitarbeiter benutzer " +
		"professionnel professionnelle pro travail entreprise societe principal principale utilisateur collaborateur salarie employe " +
		"corporativo corporativa laboral trabajo profesional empresa empresarial institucional usuario empleado trabajador " +
		"aziendale lavoro professionale ufficio utente dipendente " +
		"profissional trabalho utilizador colaborador funcionario " +
		"zakelijk zakelijke werk bedrijf bedrijfs primair primaire hoofd gebruiker gebruikers medewerker medewerkers"

	roleNouns   = "role rolle rol ruolo papel"
	roleFillers = "name org organization organizational organisation organisations organizacion organizzazione organizacao " +
		"organisatie organisatorische user member benutzer mitglied mitglieds utilisateur membre usuario miembro utente membro " +
		"utilizador gebruiker gebruikers lid"

	teamNouns   = "team teams equipe equipes equipo equipos squadra squadre equipa equipas"
	teamFillers = "name names nom noms nombre nombres nome nomi nomes naam namen " +
		"assignment assignments membership memberships zuordnung zuordnungen zugehorigkeit zugehoerigkeit mitgliedschaft " +
		"mitgliedschaften affectation affectations appartenance asignacion asignaciones assegnazione assegnazioni " +
		"atribuicao atribuicoes toewijzing toewijzingen lidmaatschap"

	// Names to sign in with are addresses in many directories, and something else in others.
	loginNouns = "userprincipalname upn login loginname logonname userlogin username signinname benutzerprinzipalname " +
		"benutzername anmeldename nomdutilisateur nomdutilisateurprincipal nombredeusuario nombreprincipaldeusuario " +
		"nomeutente nomedeusuario nomedousuario nomedeutilizador nomedoutilizador gebruikersnaam inlognaam"
)

// vocabulary says what columns are called. What is weak counts only where nothing else means the field.
var vocabulary = []struct {
	field string
	weak  bool
	words func() map[string]wordKind
}{
	{FieldEmail, false, words(emailNouns, emailFillers)},
	{FieldRole, false, words(roleNouns, roleFillers)},
	{FieldTeams, false, words(teamNouns, teamFillers)},
	{FieldEmail, true, words(loginNouns, "")},
}

// secretName matches the names, as [squash] leaves them, of columns that hold passwords: rather one too many.
var secretName = pattern.Of("passwor[dt]|passwd|passphrase|passcode|pwd|kennwort|mots?depasse|^mdp|contrasen|clavedeacceso|" +
	"^senha|senha$|palavrapasse|wachtwoord")

func isSecret(name string) bool { return secretName().MatchString(squash(name)) }

// about matches the names, as [squash] leaves them, of columns that say something about an address and hold none.
var about = pattern.Of("label|type|typ$|status|verified|valid|format|count|sent|password|opt|consent|art$|hash|domain|template|subject")

// holdingMail returns the name of the first column that seems to hold addresses of whatever kind, "" if none does: a choice for
// a person to make.
func (h header) holdingMail() string {
	for _, cell := range h.cells {
		if strings.ContainsAny(cell, delimiters) { // a whole header in one cell, as likely as not
			continue
		}
		if name := squash(cell); strings.Contains(name, "mail") && !about().MatchString(name) {
			return email.Trim(cell)
		}
	}
	return ""
}

type wordKind uint8

const (
	filler wordKind = iota + 1
	noun
)

// words returns what makes the words of a field, once and when they are needed.
func words(nouns, around string) func() map[string]wordKind {
	return sync.OnceValue(func() map[string]wordKind {
		kinds := make(map[string]wordKind)
		for word := range strings.FieldsSeq(fillers + " " + around) {
			kinds[word] = filler
		}
		for word := range strings.FieldsSeq(nouns) {
			kinds[word] = noun
		}
		return kinds
	})
}

// The longest name that anybody gives a column, without what [squash] drops, and the longest word in one.
const (
	longestName = 80
	longestWord = 24
)

// annotation is what templates say about a column behind its name: "User name [userPrincipalName] Required".
var annotation = pattern.Of(`\[[^]]*\]`)

// meaning returns the field that a column of that name means, "" if none, and whether that is a guess.
func meaning(name string) (field string, weak bool) {
	name = squash(annotation().ReplaceAllString(name, ""))
	if len(name) > longestName {
		return "", false
	}
	for _, known := range vocabulary {
		if composed(name, known.words()) {
			return known.field, known.weak
		}
	}
	return "", false
}

// composed reports whether the name is a row of the words, with just one noun.
func composed(name string, words map[string]wordKind) bool {
	// How each beginning of the name may be composed: of fillers alone, with a noun.
	var bare, full [longestName + 1]bool
	bare[0] = true
	for start := range len(name) {
		if !bare[start] && !full[start] {
			continue
		}
		for end := start + 1; end <= min(len(name), start+longestWord); end++ {
			switch words[name[start:end]] {
			case filler:
				bare[end], full[end] = bare[end] || bare[start], full[end] || full[start]
			case noun:
				full[end] = full[end] || bare[start]
			}
		}
	}
	return full[len(name)]
}
