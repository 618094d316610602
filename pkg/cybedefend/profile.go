package cybedefend

import (
	"encoding/json"
	"math"
)

// decodeProfile decodes the caller field by field: what can't be read counts as unknown.
func decodeProfile(body []byte) (Profile, error) {
	var wire struct {
		ID            json.RawMessage `json:"id"`
		Email         json.RawMessage `json:"email"`
		Organizations json.RawMessage `json:"myOrganizations"`
		Subscription  json.RawMessage `json:"subscription"`
	}
	if err := decodeObject(body, &wire, "myOrganizations"); err != nil {
		return Profile{}, err
	}
	var organizations []json.RawMessage
	if err := json.Unmarshal(wire.Organizations, &organizations); err != nil {
		return Profile{}, unreadable("list of organizations: %w", err)
	}
	var item itemReader
	profile := Profile{
		ID: item.id(wire.ID), Email: item.text("e-mail address", wire.Email), Subscription: readSubscription(wire.Subscription),
	}
	for _, raw := range organizations {
		if membership := readMembership(raw, profile.Subscription.Seats); membership.ID != "" {
			profile.Organizations = append(profile.Organizations, membership)
		}
	}
	return profile, nil
}

// readMembership reads one of the caller's organizations. otherwise is how many seats it has if it does not say.
func readMembership(raw json.RawMessage, otherwise int) Membership {
	var wire struct {
		ID           json.RawMessage `json:"id"`
		Name         json.RawMessage `json:"name"`
		Role         json.RawMessage `json:"myRole"`
		IsActive     json.RawMessage `json:"isActive"`
		Subscription json.RawMessage `json:"subscription"`
	}
	if json.Unmarshal(raw, &wire) != nil {
		return Membership{}
	}
	var item itemReader
	membership := Membership{
		ID: item.id(wire.ID), Name: item.text("name", wire.Name), Role: item.text("role", wire.Role),
		Seats: readSubscription(wire.Subscription).Seats,
	}
	if membership.Seats == 0 {
		membership.Seats = otherwise
	}
	var active *bool
	if json.Unmarshal(wire.IsActive, &active) == nil {
		membership.IsActive = active
	}
	return membership
}

func readSubscription(raw json.RawMessage) Subscription {
	var wire struct {
		Plan  json.RawMessage `json:"plan"`
		Seats json.RawMessage `json:"seats"`
	}
	if json.Unmarshal(raw, &wire) != nil {
		return Subscription{}
	}
	var item itemReader
	return Subscription{Plan: item.text("plan", wire.Plan), Seats: readCount(wire.Seats)}
}

// readCount reads a whole number above 0, which may be a text. Anything else is 0.
func readCount(raw json.RawMessage) int {
	var number json.Number
	if json.Unmarshal(raw, &number) != nil {
		return 0
	}
	count, err := number.Float64()
	if err != nil || count < 0 || count > math.MaxInt32 || count != math.Trunc(count) {
		return 0
	}
	return int(count)
}
