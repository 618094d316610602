package sandbox

import (
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/secret"
)

// Creator is the role of whoever created the organization. It can't be granted; only its bearer may invite
// administrators.
const Creator cybedefend.Role = "creator"

// The defaults of [Options]. The identifiers are those of the reference page's example, so that the example runs
// against a sandbox as it stands there.
const (
	DefaultOrganizationID   = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
	DefaultOrganizationName = "Acme"
	DefaultCallerEmail      = "admin@acme.example"
	// DefaultPAT is no secret: it opens nothing but sandboxes.
	DefaultPAT = "pat_sandbox_0000000000000000"
	// DefaultTokenLifetime is what the vendor's own client expects.
	DefaultTokenLifetime = 600 * time.Second
	// DefaultInvitationLifetime is a guess: the real one is not published.
	DefaultInvitationLifetime = 7 * 24 * time.Hour
)

// DefaultTeams returns the teams of an organization whose options name none.
func DefaultTeams() []Team {
	return []Team{
		{ID: "550e8400-e29b-41d4-a716-446655440000", Name: "Platform", Description: "Runs what everybody else builds on"},
		{ID: "6ba7b810-9dad-11d1-80b4-00c04fd430c8", Name: "Security", Description: "Finds it before others do"},
		{ID: "7d444840-9dc0-41d1-b245-5ffdce74fad2", Name: "Mobile", Description: "The apps"},
		{ID: "886313e1-3b8a-4372-9b90-0c9aee199e5d", Name: "Data", Description: "Reports and pipelines"},
	}
}

// Options says what the emulated organization looks like and how the service behaves. The zero value is a
// well-behaved service without limits, whose only organization has [DefaultTeams] and nobody but the caller.
type Options struct {
	// Organization is where people are invited to; empty fields take their defaults.
	Organization cybedefend.Organization
	// OtherOrganizations are listed, too, but every call about one of them is forbidden.
	OtherOrganizations []cybedefend.Organization
	// Organizations is how many there are to which people can be invited, 1 by default. Each of them has the people and teams
	// that the others have from the beginning, and from then on its own; an invitation to one beyond the first can't be
	// accepted. All of them have the caller, the credentials, the limit and the outages in common. Whoever is invited to two
	// of them gets two e-mails, which count as one each.
	Organizations int
	// Teams of the organization; nil means [DefaultTeams], empty means none.
	Teams []Team

	// CallerEmail and CallerRole are who calls; the caller is a member. [Creator] by default.
	CallerEmail string
	CallerRole  cybedefend.Role
	// Members, Pending and Expired are there from the beginning. Their e-mails are not counted as sent.
	Members, Pending, Expired Population
	// Declined, Cancelled, Dropped and Accepted were invited before the beginning, and their invitations have ended:
	// see [Ending]. The accepted ones are members under another address.
	Declined, Cancelled, Dropped, Accepted Population
	// Leaving is how many more members and pending invitations with made-up addresses there are. They stand before the
	// others in the lists, and with each page of a list that is read the first of them goes: the list shifts towards
	// its reader until they are gone.
	Leaving int
	// Seats is how many seats the caller's subscription has. It is told, not enforced. 10,000,000 by default.
	Seats int

	// PAT is the only personal access token that is exchanged; [DefaultPAT] by default.
	PAT secret.Text
	// Resource is announced as the resource to ask for, as newer servers do. Empty: nothing is announced and the
	// API's own base URL must be asked for.
	Resource string
	// TokenLifetime and InvitationLifetime must not be negative; 0 means the default.
	TokenLifetime      time.Duration
	InvitationLifetime time.Duration
	// TokenAhead is how far ahead the beginning of an access token's life is, before which it is refused.
	TokenAhead time.Duration

	// Latency is how long the service works on a call: half of it passes before the call takes effect and half
	// after, so that a client killed while it waits meets both cases. A client that leaves during the first half
	// leaves no trace. LatencyJitter adds up to that much, evenly spread.
	Latency, LatencyJitter time.Duration
	// Limit is the service's rate limit; none by default.
	Limit Limit
	// Faults happen by chance, Script decides instead of chance where it is set: it sees every call, from many
	// goroutines at once, and the zero [Fault] means a proper answer.
	Faults Faults
	Script func(Call) Fault
	// Standing is a fault from the beginning until it is taken back.
	Standing Standing

	// Spelling says how addresses are spelled.
	Spelling Spellings
	// Lists says how the lists differ from the truth.
	Lists Lists
	// Refusals refuse certain addresses and roles, Quota more than so many invitations in a period.
	Refusals []Refusal
	Quota    Quota

	// Duplicates says what happens to an invite of an address whose invitation is pending.
	Duplicates Duplicates
	// MemberStatus refuses to invite a member: 409, which is the default, 400, 403 or 422.
	MemberStatus int
	// Order is that of the list of invitations; the members stand in order of joining, unless it is [Shuffled].
	Order Order
	// PendingOnly drops accepted, declined and cancelled invitations from the list, so that pages shift towards the reader.
	PendingOnly bool
	// BareLists sends teams and organizations as bare arrays, as the published specification has them, not in an
	// object, as the live service does.
	BareLists bool

	// Seed decides all identifiers and the faults that happen by chance. Which fault meets the n-th invite of an
	// address depends on nothing else.
	Seed uint64
	// Now is the service's clock, [time.Now] by default.
	Now func() time.Time
}

// Team is a team of the organization.
type Team struct {
	// ID is derived from the seed where it is empty.
	ID, Name, Description string
	// Closed means that the caller may not add people, which refuses a whole invite that names the team.
	Closed bool
}

// Population is a group of people who are there from the beginning.
type Population struct {
	// Count people with made-up addresses such as member1@acme.example or pending1@acme.example.
	Count int
	// People are named one by one.
	People []Person
}

// Person is somebody who is there from the beginning.
type Person struct {
	Email string
	// Role is [cybedefend.Member] by default.
	Role cybedefend.Role
	// As is the address under which one of [Options.Accepted] is a member. Made up by default.
	As string
}

// Duplicates says what happens to an invite of an address whose invitation is pending. What the real service does
// is not known.
type Duplicates string

// The ways to treat duplicates. Empty means Refuse409.
const (
	Refuse409 Duplicates = "409"
	Refuse400 Duplicates = "400"
	Refuse403 Duplicates = "403"
	Refuse422 Duplicates = "422"
	// Replace cancels the pending invitation and sends another e-mail for a new one.
	Replace Duplicates = "replace"
	// AcceptSecond sends another e-mail for a second invitation beside the first.
	AcceptSecond Duplicates = "second"
)

// Order is the order of the list of invitations. The real one is not known.
type Order string

// The orders. Empty means NewestFirst, the harder case: pages shift away from the reader while people are invited.
const (
	NewestFirst Order = "newest"
	OldestFirst Order = "oldest"
	// Shuffled is another order on each call, of both lists.
	Shuffled Order = "none"
)
