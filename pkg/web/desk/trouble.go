package desk

import (
	"errors"

	"rollcall/pkg/config"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/onboard"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
)

// Trouble is a kind of reason why nothing can be sent: each asks for something else of a person.
type Trouble string

// The kinds.
const (
	// NoTrouble: it can be sent, or that is being found out.
	NoTrouble Trouble = ""
	// NoCredentials: there is no token.
	NoCredentials Trouble = "missing"
	// Refused: the service does not take the token.
	Refused Trouble = "refused"
	// NoOrganization: it is not clear which organization is meant.
	NoOrganization Trouble = "organization"
	// Unreached: nothing answers, or something that is not the service.
	Unreached Trouble = "unreached"
	// Wrong: something else, which its words say.
	Wrong Trouble = "wrong"
)

// Trouble returns the kind of reason why nothing can be sent.
func (s Standing) Trouble() Trouble {
	option := ""
	if p := remedy.Of(s.Err); p != nil {
		option = p.Option
	}
	switch {
	case s.Err == nil:
		return NoTrouble
	case errors.Is(s.Err, config.ErrNoCredentials):
		return NoCredentials
	case errors.Is(s.Err, cybedefend.ErrAddress), errors.Is(s.Err, cybedefend.ErrUnreached), errors.Is(s.Err, cybedefend.ErrConnection):
		return Unreached
	case errors.Is(s.Err, cybedefend.ErrCredentials), errors.Is(s.Err, cybedefend.ErrForbidden), onboard.StatusOf(s.Err) == status.Refused:
		return Refused
	case option == "organization-id":
		return NoOrganization
	}
	return Wrong
}

// Looked returns what is closed once the look at the place has ended that is under way, if one is.
func (d *Desk) Looked() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.looked
}
