package listing

import (
	"slices"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/guard"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// All is the choice of all invitations, whatever their state.
const All directory.State = "all"

// States returns the choices of a [Filter], the usual one first.
func States() []directory.State { return []directory.State{directory.Pending, directory.Expired, All} }

// Filter says which invitations are listed: those that fit all of it. The zero value lists those that are pending.
type Filter struct {
	// State is [directory.Pending], [directory.Expired] or [All]; empty stands for the first.
	State directory.State
	// Role is the role that they give, in any spelling of a roster; empty stands for any.
	Role string
	// Domains are those of their addresses, each as [guard.ParseDomain] reads it; none stand for any.
	Domains []string
	// ExpiresWithin is how soon a pending one expires. Nil: at any time.
	ExpiresWithin *time.Duration

	domains []guard.Domain
}

// Parse returns the filter with its texts understood, or a [*remedy.OptionError].
func (f Filter) Parse() (Filter, error) {
	if f.State == "" {
		f.State = directory.Pending
	}
	if !slices.Contains(States(), f.State) {
		return f, remedy.Aboutf("status", "%q is none of pending, expired and all", f.State).With(roster.Meant("status", string(f.State), States()))
	}
	if f.Role != "" {
		role, err := roster.ParseRole(f.Role)
		if err != nil {
			return f, remedy.About("role", err)
		}
		f.Role = role
	}
	f.domains = nil
	for _, text := range f.Domains {
		domain, err := guard.ParseDomain(text)
		if err != nil {
			return f, remedy.About("domain", err)
		}
		f.domains = append(f.domains, domain)
	}
	const within = "expires-within"
	switch {
	case f.ExpiresWithin == nil:
	case *f.ExpiresWithin <= 0:
		return f, remedy.MustBePositive(within)
	case f.State != directory.Pending:
		return f, remedy.Aboutf(within, "only pending invitations are still to expire").With(remedy.Words("leave out ").Use("status", ""))
	}
	return f, nil
}

// keeps reports whether an invitation in a state fits, at the service's time now. One whose end is not known expires within no
// time.
func (f Filter) keeps(i cybedefend.Invitation, is directory.State, now time.Time) bool {
	switch {
	case f.State != All && f.State != is,
		f.Role != "" && !strings.EqualFold(strings.TrimSpace(i.OrganizationRole), f.Role),
		len(f.domains) > 0 && !slices.ContainsFunc(f.domains, func(d guard.Domain) bool { return d.Has(i.Email) }):
		return false
	}
	return f.ExpiresWithin == nil || !i.ExpiresAt.IsZero() && i.ExpiresAt.Sub(now) <= *f.ExpiresWithin
}
