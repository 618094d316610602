package roster

import (
	"strings"
	"sync"

	"rollcall/pkg/remedy"
)

// roleSet is the roles of one kind, and what people write for them.
type roleSet struct {
	// kind is what messages call such a role, field what a mapping of its values calls it.
	kind, field string
	// code is that of a word that is none.
	code string
	// mapped are the words that a setting gives a meaning, by [valueKey]. They beat all others.
	mapped map[string]string
	// known are the roles, most powerful first, as the service spells them.
	known []string
	// words are translations that are taken for the role. None gives the right to change anything for others.
	words func() map[string]string
	// hints are what may be meant, squashed. These are suggested, never assumed: each gives rights.
	hints map[string]string
	// powers are translations of the powerful roles. They are suggested as a mapping, for a person to agree with.
	powers func() map[string]string
}

// Words of the languages in which columns are recognised, as [squash] leaves them.
//
//nolint:misspell // Most of it is not English.
const (
	memberWords  = "mitglied membre miembro membro lid"
	billingWords = "abrechnungsmanager abrechnungsmanagerin rechnungsmanager rechnungsmanagerin gestionnairedefacturation responsabledefacturation " +
		"gestordefacturacion responsabledefacturacion responsabilefatturazione responsabiledellafatturazione gestordefaturacao gestordefaturamento " +
		"gestoradefaturacao gestoradefaturamento factureringsbeheerder facturatiebeheerder"
	adminWords = "administratorin verwalter verwalterin geschaftsfuhrer geschaftsfuhrerin geschaeftsfuehrer geschaeftsfuehrerin inhaber inhaberin " +
		"administrateur administratrice proprietaire administrador administradora propietario propietaria " +
		"amministratore amministratrice proprietario proprietaria beheerder beheerster eigenaar"
	managerWords = "managerin leiter leiterin gestionnaire responsable gerant gerante gestor gestora gerente jefe jefa " +
		"responsabile gestore dirigente"

	developerWords = "entwickler entwicklerin developpeur developpeuse desarrollador desarrolladora sviluppatore sviluppatrice " +
		"desenvolvedor desenvolvedora programador programadora ontwikkelaar ontwikkelaarster"
	analystWords = "analystentwickler analyseentwickler analystedeveloppeur analystedeveloppeuse analistadesarrollador analistadesarrolladora " +
		"analistasviluppatore analistadesenvolvedor analistadesenvolvedora analistontwikkelaar"
	readOnlyWords = "nurlesen nurlesend lesend nurlesezugriff schreibgeschutzt schreibgeschuetzt lectureseule enlectureseule lectureuniquement " +
		"sololectura solalettura insolalettura somenteleitura apenasleitura soleitura alleenlezen"
	teamManagerWords = "teamleiter teamleiterin teamverwalter teammanagerin chefdequipe cheffedequipe gestionnairedequipe responsabledequipe " +
		"jefedeequipo jefadeequipo gestordeequipo responsabledeequipo caposquadra responsabiledelteam responsabileteam " +
		"gestordeequipe gestordeequipa liderdeequipe liderdeequipa teambeheerder teamleider teamleidster"
)

// translated returns what makes the words, once and when they are needed, each with what it means.
func translated(meanings map[string]string) func() map[string]string {
	return sync.OnceValue(func() map[string]string {
		words := map[string]string{}
		for role, list := range meanings {
			for word := range strings.FieldsSeq(list) {
				words[word] = role
			}
		}
		return words
	})
}

var (
	orgRoles = roleSet{
		kind: "role", field: FieldRole, code: "role-unknown", known: roles, hints: roleHints,
		words:  translated(map[string]string{"member": memberWords, "billing_manager": billingWords}),
		powers: translated(map[string]string{"administrator": adminWords, "manager": managerWords}),
	}
	rolesInTeams = roleSet{
		kind: "team role", field: fieldTeamRole, code: "team-role-unknown", known: teamRoles, hints: teamRoleHints,
		words:  translated(map[string]string{"developer": developerWords, "analyst_developer": analystWords, "read_only": readOnlyWords}),
		powers: translated(map[string]string{"team_manager": teamManagerWords + " " + adminWords + " " + managerWords}),
	}
)

// with returns the set in which the words mean what is said, too.
func (s roleSet) with(mapped map[string]string) roleSet {
	s.mapped = mapped
	return s
}

// spelled returns the role that the text is mapped to, that it is a spelling of, or that it is taken for as a translation; ""
// if there is none.
func (s roleSet) spelled(text string) string {
	if len(s.mapped) > 0 {
		if role := s.mapped[valueKey(text)]; role != "" {
			return role
		}
	}
	if role := spelled(text, s.known); role != "" {
		return role
	}
	return s.words()[squash(text)]
}

// intended returns the role that the text is meant for, as far as one can guess, or "".
func (s roleSet) intended(text string) string {
	if meant := s.powers()[squash(text)]; meant != "" {
		return meant
	}
	return intended(text, s.known, s.hints)
}

// parse returns the role that the text names.
func (s roleSet) parse(text string) (string, *ValueError) {
	if role := s.spelled(text); role != "" {
		return role, nil
	}
	wrong := &ValueError{Reason: "unknown " + s.kind + " " + quote(text), Suggestion: "one of " + strings.Join(s.known, ", ")}
	wrong.Code, wrong.Args = s.code, []string{text}
	if meant := s.powers()[squash(text)]; meant != "" {
		wrong.Suggestion, wrong.Meant = "if it means "+meant+", a person has to say so", meant
		wrong.remedy = remedy.Words("if "+meant+" is meant, say ").Use(OptionMap, valueMapping(s.field, text, meant))
		return "", wrong
	}
	if meant := intended(text, s.known, s.hints); meant != "" {
		wrong.Suggestion, wrong.Meant = didYouMean(meant), meant
	}
	return "", wrong
}

// valueMapping writes what a value means as a mapping.
func valueMapping(field, value, meant string) string { return field + ":" + value + "=" + meant }
