package order

// Conflict is a flag that was given, and others that make no sense beside it.
type Conflict struct {
	// Given says that it was.
	Given bool
	Flag  string
	// Others are the names of the others.
	Others []string
}

// Conflicts are those of an order, in the order in which they are told.
func (o *Order) Conflicts() []Conflict {
	return []Conflict{
		{o.FromPlan != "", "--from-plan", []string{
			"organization-id", "role", "team", "map", "where", "only", "include-inactive", "encoding", "delimiter", "sheet", "invalid",
			"reinvite", "reinvite-after", "reinvite-max", "no-preflight", "trust-lists", "plan", "fix", "offline",
			"apply-teams", "create-team", "create-teams", "cancel-leavers", "remove-leavers", "leaver-grace", "remove-at-once", "apply-roles",
			"prune-teams", "id-column", "accept-renames", "min-admins",
		}},
		{o.Place.Sandbox, "--sandbox", BesideSandbox},
		{o.Offline, "--offline", []string{"sandbox", "no-preflight", "trust-lists", "notify", "notify-file"}},
	}
}

// BesideSandbox are the flags about a service that make no sense beside the one inside the process.
var BesideSandbox = []string{"organization-id", "region", "api-url", "auth-endpoint", "pat-file"}
