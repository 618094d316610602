package cybedefend

import (
	"context"
	"encoding/json"
	"net/http"
)

// Teams returns all teams of an organization: GET /organization/{id}/teams. Items without an id are left out; if that
// leaves none, the call fails.
func (c *Client) Teams(ctx context.Context, organizationID string) ([]Team, error) {
	if err := checkID(OpTeams, "organization", organizationID); err != nil {
		return nil, err
	}
	var teams []Team
	err := c.call(ctx, &request{
		operation: OpTeams, to: c.api, method: http.MethodGet, read: true, path: at("organization", organizationID, "teams"),
		understand: func(body []byte) (err error) {
			teams, err = decodeTeams(body)
			return err
		},
	})
	return teams, err
}

// CreateTeam makes a team: POST /organization/{id}/team. The service wants a description, too. The team returned holds what
// could be read of the reply.
func (c *Client) CreateTeam(ctx context.Context, organizationID, name, description string) (Team, error) {
	if err := checkID(OpCreateTeam, "organization", organizationID); err != nil {
		return Team{}, err
	}
	body, err := json.Marshal(struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	}{name, description})
	if err != nil {
		return Team{}, refuse(OpCreateTeam, "%w", err)
	}
	var team Team
	err = c.call(ctx, &request{
		operation: OpCreateTeam, to: c.api, method: http.MethodPost, path: at("organization", organizationID, "team"),
		body: body, contentType: "application/json",
		salvage: func(body []byte) {
			for _, candidate := range envelope(body) {
				var item teamItem
				_ = json.Unmarshal(candidate, &item) // what is no object has no id either
				if team = item.read(); team.ID != "" {
					return
				}
			}
		},
	})
	return team, err
}

// TeamMembers returns one page of a team's members, each with the role in the team: GET /team/{id}/members. Unless search is
// empty, only those are listed whom the service finds by it.
func (c *Client) TeamMembers(ctx context.Context, teamID string, page Page, search string) (TeamMembersPage, error) {
	if err := checkPage(OpTeamMembers, "team", teamID, page); err != nil {
		return TeamMembersPage{}, err
	}
	var members MembersPage
	err := c.call(ctx, &request{
		operation: OpTeamMembers, to: c.api, method: http.MethodGet, read: true, path: paged(at("team", teamID, "members"), page, search),
		understand: func(body []byte) (err error) {
			members, err = decodeMembers(body)
			return err
		},
	})
	return teamMembersOf(members), err
}

// AddTeamMember puts a member of the organization into a team: POST /team/{id}/member. Nobody is mailed. Any 2xx is a
// success.
func (c *Client) AddTeamMember(ctx context.Context, teamID, userID string, role TeamRole) error {
	return c.changeUser(ctx, OpAddTeamMember, http.MethodPost, []string{"team", teamID, "member"}, userChange{userID, string(role)})
}

// ChangeTeamRole gives somebody another role in a team: PUT /team/{id}/member/role. Any 2xx is a success. Doing so twice is
// the same as once.
func (c *Client) ChangeTeamRole(ctx context.Context, teamID, userID string, role TeamRole) error {
	return c.changeUser(ctx, OpChangeTeamRole, http.MethodPut, []string{"team", teamID, "member", "role"}, userChange{userID, string(role)})
}

// RemoveTeamMember takes somebody out of a team: DELETE /team/{id}/member. Any 2xx is a success.
func (c *Client) RemoveTeamMember(ctx context.Context, teamID, userID string) error {
	return c.changeUser(ctx, OpRemoveTeamMember, http.MethodDelete, []string{"team", teamID, "member"}, userChange{UserID: userID})
}
