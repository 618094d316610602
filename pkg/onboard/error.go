package onboard

import (
	"context"
	"crypto/x509"
	"errors"
	"io/fs"
	"syscall"

	"rollcall/pkg/breaker"
	"rollcall/pkg/connection"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/ledger"
	"rollcall/pkg/paging"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
)

// Error says why the work was refused or ended early.
type Error struct {
	// Kind is how it ends.
	Kind status.Status
	// OptionError says what is wrong, by which option, and what to do about it.
	*remedy.OptionError
	// Details are lines for a person, with options as the face shows them: the first rows that are wrong, the guards that
	// tripped.
	Details []string
}

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.OptionError }

// Refuse returns the error that ends the work in a way of its own, unless it is one already.
func Refuse(kind status.Status, err error) error {
	if _, refused := errors.AsType[*Error](err); refused {
		return err
	}
	return refusal(kind, err, nil)
}

// refusal returns an error of a kind, with what to do about it.
func refusal(kind status.Status, err error, hint remedy.Hint) *Error {
	return &Error{Kind: kind, OptionError: &remedy.OptionError{What: remedy.Words(err.Error()), Err: err, Remedy: hint}}
}

// settings returns the error of a mistake in the options.
func settings(hint remedy.Hint, err error) error { return refusal(status.Settings, err, hint) }

// StatusOf returns how the work ends that an error has ended.
func StatusOf(err error) status.Status {
	if err == nil {
		return status.Well
	}
	if refused, ok := errors.AsType[*Error](err); ok {
		return refused.Kind
	}
	switch breaker.ReasonOf(err) {
	case breaker.Interrupted:
		return status.Interrupted
	case breaker.Deadline, breaker.Overlong, breaker.Streak, breaker.Failures, breaker.Unsettled, breaker.Contradicted, breaker.Foreign,
		breaker.Unconnected, breaker.Budget, breaker.Replacing:
		return status.Stopped
	case breaker.Credentials, breaker.Forbidden:
		return status.Refused
	}
	if _, ok := errors.AsType[*roster.RefusedError](err); ok {
		return status.Roster
	}
	if _, ok := errors.AsType[*ledger.LockedError](err); ok || errors.Is(err, ledger.ErrFenced) {
		return status.Locked
	}
	switch {
	case remedy.Of(err) != nil, errors.Is(err, ledger.ErrForeign), errors.Is(err, ledger.ErrNewer), errors.Is(err, cybedefend.ErrAddress):
		return status.Settings
	case errors.Is(err, paging.ErrEndless), errors.Is(err, paging.ErrRepeats): // lists that make no sense, as others that contradict themselves
		return status.Stopped
	case errors.Is(err, context.Canceled): // only a request to stop cancels
		return status.Interrupted
	case errors.Is(err, cybedefend.ErrCredentials), errors.Is(err, cybedefend.ErrForbidden):
		return status.Refused
	}
	return status.Unexpected
}

// statusFor returns how a run ends that came to its end with these outcomes.
func statusFor(outcomes map[record.Outcome]int) status.Status {
	for outcome, n := range outcomes {
		if n > 0 && !outcome.Well() {
			return status.Rows
		}
	}
	return status.Well
}

// IsOver reports whether the run of a report is over, so that the same roster begins a new one.
func IsOver(r Report) bool { return r.Final && isOver(r.Status, r.Outcomes) }

// isOver reports whether a run is over. Any other can be resumed: one that stopped early, and one in which a row has not
// had its turn, however it ended.
func isOver(how status.Status, outcomes map[record.Outcome]int) bool {
	return (how == status.Well || how == status.Rows) && outcomes[record.NotSent] == 0
}

// RemedyOf returns what a person can do about an error, nil if there is nothing to add.
func RemedyOf(err error) remedy.Hint {
	if p := remedy.Of(err); p != nil && p.Remedy != nil {
		return p.Remedy
	}
	if locked, ok := errors.AsType[*ledger.LockedError](err); ok && locked.Host != "" {
		return remedy.Words("wait until the other run has ended, as ").Use(optionLockWait, "1m").Words(" does: one that was killed is followed half a minute later")
	} else if ok {
		return remedy.Words("wait until the other run has ended: another ledger would know nothing of what it sends")
	}
	if errors.Is(err, ledger.ErrFenced) {
		return remedy.Words("nothing more is sent from here, and whoever took over goes on: the same command is refused until they have ended")
	}
	if _, ok := errors.AsType[*roster.RefusedError](err); ok {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return remedy.Words("check the name of the file, and the folder that this runs in")
		case errors.Is(err, syscall.EISDIR):
			return remedy.Words("name a file in it")
		}
		return nil
	}
	if broken, ok := errors.AsType[*ledger.Error](err); ok {
		return remedy.Words(broken.Hint)
	}
	switch {
	case errors.Is(err, cybedefend.ErrConnection):
		return connectionRemedy(err)
	case errors.Is(err, connection.ErrProxyUnreached):
		return remedy.Words(checkProxy)
	case cybedefend.ClassOf(err) == cybedefend.NotProcessed && errors.Is(err, cybedefend.ErrUnreached):
		return remedy.Words("check the network of this machine and ").Use("region", "").Words(", or ").Use("api-url", "").Words(" and ").Use("auth-endpoint", "")
	case errors.Is(err, paging.ErrEndless), errors.Is(err, paging.ErrRepeats):
		return remedy.Words("nobody is invited on the word of such a list: run the same command again, and tell whoever runs the service if it stays so")
	case errors.Is(err, cybedefend.ErrAddress):
		return remedy.Words("what answers there is not CybeDefend: check ").Use("region", "").Words(", or ").Use("api-url", "").
			Words(" and ").Use("auth-endpoint", "")
	case errors.Is(err, cybedefend.ErrCredentials):
		return credentialsRemedy(err)
	case errors.Is(err, cybedefend.ErrForbidden):
		return remedy.Words("ask an administrator of the organization for the right to invite")
	}
	return nil
}

const checkProxy = "check the variables HTTPS_PROXY and NO_PROXY, and what the proxy lets through"

// credentialsRemedy returns what a person can do about credentials that are refused.
func credentialsRemedy(err error) remedy.Hint {
	const made = " and the region; a personal access token can be made in the dashboard under your profile"
	if e, ok := errors.AsType[*cybedefend.Error](err); ok && e.CredentialsFrom != "" {
		return remedy.Words("the token comes from " + e.CredentialsFrom + ": check it" + made)
	}
	return remedy.Words("check the personal access token" + made)
}

// connectionRemedy returns what a person can do about a connection that cannot be made.
func connectionRemedy(err error) remedy.Hint {
	var authority x509.UnknownAuthorityError
	var certificate x509.CertificateInvalidError
	switch {
	case errors.As(err, &authority):
		return remedy.Words("if it is that of a proxy of yours which looks into connections, have SSL_CERT_FILE name a file with the certificate of the authority")
	case errors.As(err, &certificate) && certificate.Reason == x509.Expired:
		return remedy.Words("check the clock of this machine; if that is right, the service needs another certificate")
	case errors.Is(err, connection.ErrProxy):
		return remedy.Words(checkProxy)
	}
	return remedy.Words("check ").Use("region", "").Words(", or ").Use("api-url", "").Words(" and ").Use("auth-endpoint", "")
}
