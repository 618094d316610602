package roster

import (
	"strings"
	"sync"
)

// polarity says how a column tells whether somebody is active.
type polarity uint8

const (
	// spoken columns say it in words: "Status".
	spoken polarity = iota
	// affirmative ones say yes for somebody who is: "Account enabled".
	affirmative
	// negative ones say yes for somebody who is not: "Suspended".
	negative
)

// state is what a cell says about a person.
type state uint8

const (
	unclear state = iota
	active
	inactive
)

// What columns are called that may say whether somebody is active, as [squash] leaves it.
//
//nolint:misspell // Most of it is not English.
const (
	spokenNames = "status userstatus accountstatus state userstate accountstate employmentstatus employeestatus memberstatus membershipstatus " +
		"mitarbeiterstatus benutzerstatus kontostatus beschaftigungsstatus statut statututilisateur etat estado estadodelusuario stato statoutente " +
		"situacao estadodoutilizador"
	affirmativeNames = "active isactive useractive accountactive accountisactive activated enabled isenabled accountenabled userenabled " +
		"invite toinvite shouldinvite sendinvite employed currentlyemployed billingactive " +
		"aktiv istaktiv aktiviert einladen actif active compteactif inviter activo habilitado invitar attivo abilitato invitare " +
		"ativo convidar actief ingeschakeld uitnodigen"
	negativeNames = "inactive isinactive disabled isdisabled accountdisabled suspended issuspended archived isarchived deactivated isdeactivated " +
		"deleted isdeleted blocked isblocked blockcredential blocksignin terminated isterminated left hasleft leaver offboarded former " +
		"inaktiv deaktiviert gesperrt archiviert geloscht geloescht ausgeschieden inactif desactive suspendu archive bloque supprime parti " +
		"inactivo desactivado suspendido archivado bloqueado eliminado deshabilitado inattivo disattivato sospeso archiviato bloccato eliminato disabilitato " +
		"inativo desativado suspenso arquivado excluido desligado inactief gedeactiveerd geschorst gearchiveerd geblokkeerd verwijderd uitgeschakeld"
)

// The words for states, as [squash] leaves them. Those of the directories that people export from are among them.
//
//nolint:misspell // Most of it is not English.
const (
	activeWords = "active enabled activated current employed ok valid confirmed provisioned staged passwordexpired passwordreset lockedout recovery " +
		"recoverystarted transferstarted invited invitedmember pending pendinginvite pendingacceptance " +
		"admin owner primaryowner workspaceowner workspaceprimaryowner workspaceadmin orgowner orgadmin member fullmember regular guest " +
		"multichannelguest singlechannelguest " +
		"aktiv aktiviert angestellt beschaftigt actif activo habilitado attivo abilitato ativo actief"
	inactiveWords = "inactive notactive disabled suspended deprovisioned deactivated archived deleted terminated left leaver former formeremployee " +
		"blocked offboarded resigned retired removed closed quit gone departed unlicensed bot cancelled canceled revoked " +
		"inaktiv nichtaktiv deaktiviert gesperrt ausgeschieden ausgetreten geloscht geloescht archiviert gekundigt gekuendigt verlassen ehemalig " +
		"inactif desactive suspendu archive supprime bloque parti sorti quitte demissionne licencie " +
		"inactivo desactivado deshabilitado suspendido archivado eliminado bloqueado baja debaja cesado " +
		"inattivo disattivato disabilitato sospeso archiviato eliminato bloccato cessato dimesso licenziato " +
		"inativo desativado suspenso arquivado excluido desligado demitido " +
		"inactief gedeactiveerd uitgeschakeld geblokkeerd gearchiveerd verwijderd geschorst uitdienst"
	yesWords = "yes y true t 1 x on ja j wahr oui o vrai si s verdadero vero sim verdadeiro waar"
	noWords  = "no n false f 0 off nein falsch non faux falso nao nee onwaar"

	// Marks are not words.
	yesMarks = "✓✔☑✅"
	noMarks  = "✗✘✕✖❌☐"
)

var (
	columnPolarities = kinds3(spokenNames, affirmativeNames, negativeNames)
	stateWords       = kinds3("", activeWords, inactiveWords)
	answers          = kinds3("", yesWords, noWords)
)

// kinds3 returns what makes the words of three lists, once and when they are needed, each with the number of its list. A word
// of an earlier list is of that one.
func kinds3(lists ...string) func() map[string]polarity {
	return sync.OnceValue(func() map[string]polarity {
		all := map[string]polarity{}
		for i, list := range lists {
			for word := range strings.FieldsSeq(list) {
				if _, known := all[word]; !known {
					all[word] = polarity(i)
				}
			}
		}
		return all
	})
}

// readState returns what a cell of a column says. What is said of values beats all that is known.
func readState(text string, column polarity, said map[string]string) state {
	if meant, mapped := said[valueKey(text)]; mapped {
		if meant == sayActive {
			return active
		}
		return inactive
	}
	word := squash(text)
	if means, known := stateWords()[word]; known && word != "" {
		return stateOf(means == affirmative)
	}
	answer, known := answers()[word]
	switch mark := strings.TrimSpace(text); {
	case mark == "" && column == negative:
		return active // nothing is said against it
	case word == "" && mark != "" && strings.Contains(yesMarks, mark):
		answer, known = affirmative, true
	case word == "" && mark != "" && strings.Contains(noMarks, mark):
		answer, known = negative, true
	}
	if !known || column == spoken {
		return unclear
	}
	return stateOf((answer == affirmative) == (column == affirmative))
}

func stateOf(isActive bool) state {
	if isActive {
		return active
	}
	return inactive
}

// export is a table that a directory exports, known by the names of its columns, as [squash] leaves them.
type export struct {
	has    string // all of these
	column string
	says   polarity
}

// exports are those that are known. Sources: Microsoft Learn "Download a list of users" and "Bulk create users"; Google
// Workspace Admin Help "Download a list of users" and GAM's "print users"; Okta's people report; Slack Help "Export member
// list"; Atlassian Support "Export users"; GitHub Enterprise Server "all_users"; JumpCloud's Get-JCUser; Get-ADUser;
// Keycloak; Salesforce. Columns that other tables may have as well are no sign of one: in those, a column has to be mapped.
var exports = []export{
	{"userprincipalname accountenabled", "accountenabled", affirmative},
	{"usernameuserprincipalnamerequired blocksigninyesnoaccountenabledrequired", "blocksigninyesnoaccountenabledrequired", negative},
	{"userprincipalname blockcredential", "blockcredential", negative},
	{"userprincipalname blocksignin", "blocksignin", negative},
	{"userprincipalname enabled", "enabled", affirmative},
	{"samaccountname enabled", "enabled", affirmative},
	{"emailaddressrequired statusreadonly", "statusreadonly", spoken},
	{"primaryemail suspended", "suspended", negative},
	{"primaryemail archived", "archived", negative},
	{"login firstname status", "status", spoken},
	{"login email status activated", "status", spoken},
	{"username email status billingactive", "status", spoken},
	{"userid username email userstatus", "userstatus", spoken},
	{"atlassianid email status", "status", spoken},
	{"username fullname active lastlogin", "active", affirmative},
	{"login suspended dormant", "suspended", negative},
	{"username state activated suspended", "state", spoken},
	{"username state activated suspended", "suspended", negative},
	{"username emailverified enabled", "enabled", affirmative},
	{"username isactive profileid", "isactive", affirmative},
}

// recognise returns the columns that say whether somebody is active, by their index, if the header is that of a known export.
func recognise(names []string) map[int]polarity {
	index := make(map[string]int, len(names))
	for i, name := range names {
		if name = squash(name); name != "" {
			index[name] = i
		}
	}
	found := map[int]polarity{}
	for _, known := range exports {
		all := true
		for name := range strings.FieldsSeq(known.has) {
			_, there := index[name]
			all = all && there
		}
		if all {
			found[index[known.column]] = known.says
		}
	}
	return found
}

// polarityOf returns how a column of that name may say whether somebody is active.
func polarityOf(name string) (p polarity, may bool) {
	p, may = columnPolarities()[squash(annotation().ReplaceAllString(name, ""))]
	return p, may
}
