// Package cybedefend is a client of the CybeDefend service: credentials, the calls that onboarding needs, and errors
// that say what to do next.
//
//	client, err := cybedefend.New(cybedefend.Options{
//		BaseURL:     "https://api-us.cybedefend.com",
//		Credentials: cybedefend.PersonalAccessToken{Token: secret.New(pat)},
//	})
//	…
//	invitation, err := client.Invite(ctx, organizationID, cybedefend.Invite{
//		Email: "ada@example.com", Role: cybedefend.Member,
//	})
//
// # What it promises
//
// A change is one HTTP request. None is repeated behind the caller's back, neither by this package nor by net/http: an
// invite sends an e-mail to a person, so whether to repeat one is the caller's decision. A read is one request, too, which
// net/http makes again where a connection that was used before breaks. The token exchange for a personal access token goes
// ahead of a call, when there is no token that is still good.
//
// Every error of a call is an [*Error]. Its [Class] tells whether the call took effect and may be repeated; match
// [ErrCredentials] and [ErrForbidden] for what must stop a whole run, and ask [Error.Overload] whether to slow down. A 2xx
// is never an occasion to repeat a change, whatever its body says or lacks: class [Confirmed]. An answer of somebody else
// in the service's place is named as what it is: class [Foreign].
//
// Lists are read item by item: what is odd about one is told and spoils no page. Redirects are not followed, replies are
// read up to a limit, and a reply that can't be understood is an error, never an empty result. No secret and no address
// searched for is part of an error's text.
//
// A change whose context bears a stamp of [rollcall/pkg/fence] does not leave once the stamp is stale, and the system gives
// up soon what it could not deliver. Reads may leave late.
//
// # What it does not do
//
// It does not pace, retry, log or read configuration. [Options.Observe] shows each request to whoever does.
package cybedefend
