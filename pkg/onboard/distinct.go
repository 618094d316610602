package onboard

import (
	"context"
	"strings"

	"rollcall/pkg/ledger/place"
)

// TwinsError says that two works have an organization and a ledger in common, so that each would take the other's people for
// leavers.
type TwinsError struct {
	// First and Second are their places among the works, from 0.
	First, Second int
	// OrganizationID is the organization that they have in common, empty if both name it in the same words.
	OrganizationID string
}

// Error implements error.
func (e *TwinsError) Error() string {
	return "they have the same organization" + e.Organization() + " and ledger, and would take each other's people for leavers"
}

// Organization returns the id in brackets after a blank, empty if it did not have to be found out.
func (e *TwinsError) Organization() string {
	if e.OrganizationID == "" {
		return ""
	}
	return " (" + e.OrganizationID + ")"
}

// Distinct returns a [*TwinsError] if two works would follow their rosters in one organization with one ledger. Names and ids
// of organizations are compared once the service has said whose they are, and ledgers by the files that they are: the service
// is asked only where two works may otherwise be one. A work whose organization cannot be found is no twin: it will say so
// itself.
func Distinct(ctx context.Context, works []Options) error {
	places := make([]placeOf, len(works))
	for i, o := range works {
		places[i] = placeOf{options: o, words: strings.ToLower(o.OrganizationID)}
		for j := range i {
			if id, same := places[j].sharesWith(ctx, &places[i]); same {
				return &TwinsError{First: j, Second: i, OrganizationID: id}
			}
		}
	}
	return nil
}

// placeOf is where a work is done, as far as it had to be found out.
type placeOf struct {
	options Options
	words   string
	// url and organization are those of the service, empty where they cannot be found.
	dialled, found    bool
	url, organization string
}

// sharesWith reports whether two works are done in one organization with one ledger, and in which if it had to be found out.
func (p *placeOf) sharesWith(ctx context.Context, other *placeOf) (organization string, same bool) {
	if p.options.Ledger != "" && other.options.Ledger != "" && !place.Same(p.options.Ledger, other.options.Ledger) {
		return "", false
	}
	if p.words != other.words && isUUID(p.words) == isUUID(other.words) && p.words != "" && other.words != "" {
		return "", false // two ids, or two names: an organization has one of each
	}
	if url := p.dial(ctx); url == "" || url != other.dial(ctx) {
		return "", false
	}
	if p.words != other.words {
		if organization = p.find(ctx); organization == "" || organization != other.find(ctx) {
			return "", false
		}
	}
	if p.options.Ledger == other.options.Ledger || p.options.Ledger != "" && other.options.Ledger != "" {
		return organization, true
	}
	// One of the ledgers is that of the organization, whose name has its id.
	id := p.find(ctx)
	files := [2]string{}
	for i, o := range []Options{p.options, other.options} {
		if files[i] = o.Ledger; files[i] == "" && o.LedgerOf != nil && id != "" {
			files[i], _ = o.LedgerOf(id) // what is wrong with it is said by the work itself
		}
	}
	return organization, files[0] != "" && files[1] != "" && place.Same(files[0], files[1])
}

// dial returns the address of the service, empty if it is not known or another one each time.
func (p *placeOf) dial(ctx context.Context) string {
	if p.dialled {
		return p.url
	}
	p.dialled = true
	if p.options.Dial == nil {
		return ""
	}
	endpoint, err := p.options.Dial(ctx)
	if err != nil {
		return ""
	}
	if endpoint.Close != nil {
		err = endpoint.Close()
	}
	if err == nil && !endpoint.Ephemeral {
		p.url = endpoint.URL
	}
	return p.url
}

// find returns the id of the organization, empty if it cannot be found.
func (p *placeOf) find(ctx context.Context) string {
	if p.found {
		return p.organization
	}
	p.found = true
	if isUUID(p.words) {
		p.organization = p.words
		return p.organization
	}
	service := p.options.Service
	service.Attempts = 1 // a service that is down is waited for by the work itself
	c, err := Connect(ctx, service, p.options.Observer)
	if err == nil {
		p.organization = strings.ToLower(c.Organization.ID)
		err = c.Close()
	}
	if err != nil {
		p.organization = ""
	}
	return p.organization
}

// beside returns the ledgers of other jobs that may remember the organization.
func (s *Session) beside() []string {
	var paths []string
	for _, path := range s.o.Sync.Beside {
		if path == "" && s.o.LedgerOf != nil {
			path, _ = s.o.LedgerOf(s.memory.scope.OrganizationID) // what is wrong with it is said where the ledger is opened
		}
		if path != "" {
			paths = append(paths, path)
		}
	}
	return paths
}
