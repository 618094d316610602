package web

import (
	"errors"
	"strconv"
	"strings"

	"rollcall/pkg/breaker"
	"rollcall/pkg/connection"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/onboard"
	"rollcall/pkg/paint"
	"rollcall/pkg/status"
	"rollcall/pkg/web/desk"
	"rollcall/pkg/web/words"
)

// What is being done, and what is waited for, is said by the uses of the program in English. What they are known to say has
// words in the catalog; anything else is shown as it is.

// saying is how something in English begins, and the key of what it means.
type saying struct{ begins, key string }

// doings are what is done beside sending.
var doings = []saying{
	{"connecting", "doing.connecting"},
	{"reading who is in the teams", "doing.teams"},
	{"reading the organization", "doing.reading"},
	{"writing the ledger", "doing.writing"},
	{"making team", "doing.team"},
	{"changing what differs", "doing.changing"},
	{"writing down who is removed", "doing.keeping"},
	{"waiting for up to", "doing.locked"},
	{"waiting for ", "doing.unreached"},
}

// waits are what is waited for.
var waits = []saying{
	{"the service asks for a pause", "wait.pause"},
	{"the service does not answer as it should", "wait.down"},
	{"requests may still be at work inside the service", "wait.settle"},
	{"requests of an earlier run may still be at work inside the service", "wait.earlier"},
	{"looking up what became of the invitations without a certain answer", "wait.lookup"},
	{"looking whether others have invited somebody meanwhile", "wait.others"},
	{"the service could not be read", "wait.unread"},
	{"the directory cannot be read", "wait.unread"},
}

// inWords returns what something in English is in the language, with the arguments of its sentence.
func inWords(l *words.Language, known []saying, text string, args ...any) phrase {
	for _, s := range known {
		if strings.HasPrefix(text, s.begins) {
			return phrase{Text: l.Say(s.key, args...)}
		}
	}
	return phrase{Text: paint.Visible(text), English: text != ""}
}

// teamless is how the warning goes on that counts people who are in no team.
const teamless = " without a team would be invited as member"

// warned says a warning about a plan.
func warned(l *words.Language, text string) phrase {
	if counted, _, found := strings.Cut(text, teamless); found {
		count, _, _ := strings.Cut(counted, " ")
		if n, err := strconv.Atoi(count); err == nil {
			return phrase{Text: l.Say("plan.teamless", n)}
		}
	}
	return phrase{Text: text, English: true}
}

// doing says what is being done.
func doing(l *words.Language, text string) phrase {
	if text == "" {
		return phrase{Text: l.Say("doing.something")}
	}
	return inWords(l, doings, text)
}

// causeOf names what has kept work from being done, or has stopped it, for the catalog.
func causeOf(err error) string {
	switch breaker.ReasonOf(err) {
	case breaker.Interrupted:
		return "interrupted"
	case breaker.Deadline:
		return "deadline"
	case breaker.Overlong:
		if errors.Is(err, cybedefend.ErrUnreached) {
			return "unreached"
		}
		return "overlong"
	case breaker.Streak, breaker.Failures:
		return "failures"
	case breaker.Unsettled, breaker.Contradicted:
		return "contradicted"
	case breaker.Foreign:
		return "foreign"
	case breaker.Unconnected:
		return "unreached"
	case breaker.Budget:
		return "budget"
	case breaker.Credentials:
		return "credentials"
	case breaker.Forbidden:
		return "forbidden"
	case breaker.Replacing:
		return "failures"
	}
	switch kind := onboard.StatusOf(err); {
	case desk.Standing{Err: err}.Trouble() == desk.NoCredentials:
		return "missing"
	case errors.Is(err, cybedefend.ErrCredentials):
		return "credentials"
	case errors.Is(err, cybedefend.ErrForbidden):
		return "forbidden"
	case errors.Is(err, cybedefend.ErrUnreached), errors.Is(err, cybedefend.ErrConnection), errors.Is(err, connection.ErrProxyUnreached):
		return "unreached"
	case errors.Is(err, cybedefend.ErrAddress):
		return "foreign"
	case kind == status.Locked:
		return "locked"
	case kind == status.Settings:
		return "settings"
	case kind == status.Roster:
		return "roster"
	case kind == status.Stopped:
		return "contradicted"
	case kind == status.Interrupted:
		return "interrupted"
	}
	return "unexpected"
}
