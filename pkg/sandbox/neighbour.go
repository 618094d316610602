package sandbox

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"rollcall/pkg/cybedefend"
)

// Neighbours are the organizations of a sandbox besides the first one. Each is a sandbox of its own, with its own people,
// teams and misbehaviour, behind the first one: that one hands it the calls that name the organization or one of its teams.
// What is the service's, not an organization's, is the first one's for all: credentials, limit and outages.

// maxOrganizations is far beyond any use.
const maxOrganizations = 1000

// addNeighbours makes the organizations besides the first one, from what that was made from.
func (s *Sandbox) addNeighbours() error {
	own := s.options
	own.Organizations, own.OtherOrganizations = 1, nil
	own.Teams = append([]Team{}, own.Teams...)
	for i := range own.Teams {
		own.Teams[i].ID = "" // one that its seed gives
	}
	for n := 2; n <= s.options.Organizations; n++ {
		own.Seed = mix(s.options.Seed + uint64(n))
		own.Organization = cybedefend.Organization{
			ID: identity(s.options.Seed, organizationKind, uint32(n)).String(), Name: fmt.Sprintf("%s %d", s.options.Organization.Name, n),
		}
		neighbour, err := open(own, s)
		if err != nil {
			return err
		}
		s.neighbours = append(s.neighbours, neighbour)
		s.options.OtherOrganizations = append(s.options.OtherOrganizations, neighbour.options.Organization)
	}
	return nil
}

// Organizations returns those to which people can be invited.
func (s *Sandbox) Organizations() []cybedefend.Organization {
	all := []cybedefend.Organization{s.options.Organization}
	for _, n := range s.neighbours {
		all = append(all, n.options.Organization)
	}
	return all
}

// neighbour returns whom a call is for, nil if that is this sandbox itself.
func (s *Sandbox) neighbour(r *http.Request) *Sandbox {
	organization, team := r.PathValue("organizationId"), r.PathValue("teamId")
	for _, n := range s.neighbours {
		switch {
		case organization != "":
			if strings.EqualFold(organization, n.options.Organization.ID) {
				return n
			}
		case team != "":
			if n.hasTeam(team) {
				return n
			}
		}
	}
	return nil
}

func (s *Sandbox) hasTeam(text string) bool {
	id, ok := parseID(text)
	return ok && s.teamKnown(id)
}

func (s *Sandbox) teamKnown(id uuid.UUID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, known := s.organization.teamNumbers[id]
	return known
}

// houses reports whether an organization is this sandbox's, or a neighbour's.
func (s *Sandbox) houses(id string) bool {
	if id == s.options.Organization.ID {
		return true
	}
	for _, n := range s.neighbours {
		if id == n.options.Organization.ID {
			return true
		}
	}
	return false
}

// order carries out an order in all organizations. It fails if none of them takes it.
func (s *Sandbox) order(name string, body []byte) error {
	err := s.orders()[name](body)
	for _, n := range s.neighbours {
		if n.order(name, body) == nil {
			err = nil
		}
	}
	return err
}

// add adds what happened in another organization. Its calls were counted already.
func (c *Stats) add(other Stats) {
	c.Invitations += other.Invitations
	c.Emails += other.Emails
	c.MailedTwice += other.MailedTwice
	c.Twice = append(c.Twice, other.Twice...)
	c.Cancelled += other.Cancelled
	c.RolesChanged += other.RolesChanged
	for kind, n := range other.Faults {
		c.Faults[kind] += n
	}
}
