package cybedefend

import (
	"cmp"
	"encoding/json"
)

// decodeProfile decodes the caller field by field: what can't be read counts as unknown.
func decodeProfile(body []byte) (Profile, error) {
	var item struct {
		ID            identifier       `json:"id"`
		Email         text             `json:"email"`
		Organizations json.RawMessage  `json:"myOrganizations"`
		Subscription  subscriptionItem `json:"subscription"`
	}
	if err := decodeObject(body, &item, "myOrganizations"); err != nil {
		return Profile{}, err
	}
	var organizations []json.RawMessage
	if err := json.Unmarshal(item.Organizations, &organizations); err != nil {
		return Profile{}, unreadable("list of organizations: %w", err)
	}
	profile := Profile{ID: item.ID.value, Email: item.Email.value, Subscription: item.Subscription.read}
	for _, raw := range organizations {
		if membership := readMembership(raw, profile.Subscription.Seats); membership.ID != "" {
			profile.Organizations = append(profile.Organizations, membership)
		}
	}
	return profile, nil
}

// readMembership reads one of the caller's organizations. otherwise is how many seats it has if it does not say.
func readMembership(raw json.RawMessage, otherwise int) Membership {
	var item struct {
		ID           identifier       `json:"id"`
		Name         text             `json:"name"`
		Role         text             `json:"myRole"`
		IsActive     flag             `json:"isActive"`
		Subscription subscriptionItem `json:"subscription"`
	}
	if json.Unmarshal(raw, &item) != nil {
		return Membership{}
	}
	return Membership{
		ID: item.ID.value, Name: item.Name.value, Role: item.Role.value, IsActive: item.IsActive.value,
		Seats: cmp.Or(item.Subscription.read.Seats, otherwise),
	}
}

// subscriptionItem is a field that should be a subscription, empty if it is none.
type subscriptionItem struct{ read Subscription }

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (s *subscriptionItem) UnmarshalJSON(raw []byte) error {
	var item struct {
		Plan  text  `json:"plan"`
		Seats count `json:"seats"`
	}
	s.read = Subscription{}
	if json.Unmarshal(raw, &item) == nil {
		s.read = Subscription{Plan: item.Plan.value, Seats: int(item.Seats)}
	}
	return nil
}
