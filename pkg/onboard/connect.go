package onboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"rollcall/pkg/batch"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/pace"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/retry"
)

// Endpoint is where the service is, and what to call it with.
type Endpoint struct {
	// URL is the base address, as whatever is remembered names it.
	URL         string
	Credentials cybedefend.Credentials
	// CredentialsFrom says where the credentials come from, for the remedy where they are refused. It may be empty.
	CredentialsFrom string
	// Expires is when they end by their own words, zero if they do not say. It is never a reason to refuse them.
	Expires time.Time
	// Ephemeral says that the service is another one each time, as a sandbox inside the process is. It has an organization
	// of its own, so that nothing in it is ever taken for something about a real one.
	Ephemeral bool
	// Transport carries the requests. Nil: over the network, see [cybedefend.Options].
	Transport http.RoundTripper
	// Close, if set, is called when the connection is closed.
	Close func() error
}

// At returns what dials a service whose place and credentials are known.
func At(address string, credentials cybedefend.Credentials) func(context.Context) (Endpoint, error) {
	return func(context.Context) (Endpoint, error) { return Endpoint{URL: address, Credentials: credentials}, nil }
}

// Connection is a connection to one organization of a service. Close it.
type Connection struct {
	*cybedefend.Client
	Organization cybedefend.Organization
	Caller       directory.Caller
	// URL is the base address of the service.
	URL string

	service  Service
	observer Observer
	// credential is the id of what it is called with.
	credential string
	// expires is when that ends by its own words, and credentialsFrom where it comes from.
	expires         time.Time
	credentialsFrom string
	pace            *pace.Pace
	ephemeral       bool
	close           func() error
	clock           clock
	patience        batch.Patience // with all reads and changes together
	requests        atomic.Int64
	throttled       atomic.Int64
}

// Connect opens a connection and finds the organization.
func Connect(ctx context.Context, s Service, observer Observer) (*Connection, error) {
	c, err := connect(ctx, s, observer)
	if err != nil {
		return nil, err
	}
	if err := c.find(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Organizations returns those that the credentials open, whichever of them the service options name.
func Organizations(ctx context.Context, s Service, observer Observer) (found []cybedefend.Membership, err error) {
	c, err := connect(ctx, s, observer)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	profile, err := c.profile(ctx)
	if err != nil || len(profile.Organizations) > 0 {
		return profile.Organizations, err
	}
	known, err := c.listed(ctx)
	for _, organization := range known {
		found = append(found, cybedefend.Membership{ID: organization.ID, Name: organization.Name})
	}
	return found, err
}

// connect opens a connection, without looking at what answers there.
func connect(ctx context.Context, s Service, observer Observer) (_ *Connection, err error) {
	if s, err = s.withDefaults(); err != nil {
		return nil, err
	}
	c := &Connection{service: s, observer: observer}
	if c.pace, err = newPace(ctx, s.Pacing); err != nil {
		return nil, err
	}
	observer.working("connecting")
	endpoint, err := s.Dial(ctx)
	if err != nil {
		return nil, err
	}
	c.URL, c.ephemeral, c.close = endpoint.URL, endpoint.Ephemeral, endpoint.Close
	c.expires, c.credentialsFrom = endpoint.Expires, endpoint.CredentialsFrom
	if endpoint.Credentials != nil {
		c.credential = endpoint.Credentials.ID()
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Close())
		}
	}()
	c.Client, err = cybedefend.New(cybedefend.Options{
		BaseURL: c.URL, Credentials: endpoint.Credentials, CredentialsFrom: endpoint.CredentialsFrom, Connections: s.Concurrency, Timeout: s.Timeout,
		UserAgent: s.UserAgent, Transport: endpoint.Transport, Observe: c.observe,
	})
	if err != nil {
		return nil, settings(nil, err)
	}
	return c, nil
}

// observe takes in an exchange. Token exchanges are answered by somebody else, and tell nothing of the service's limits.
func (c *Connection) observe(e cybedefend.Exchange) {
	c.requests.Add(1)
	if e.Status == http.StatusTooManyRequests {
		c.throttled.Add(1)
	}
	if e.Class != cybedefend.Foreign {
		if off := c.clock.hear(e.Date, e.Duration); off != 0 {
			c.observer.warn("the clock of this machine is wrong by "+off.Abs().Round(time.Hour).String()+", or the service's is: whether an invitation has expired is decided by the service's",
				map[string]any{"service_time": e.Date})
		}
	}
	if c.observer.Exchange != nil {
		c.observer.Exchange(e)
	}
	if e.Status == 0 || e.Operation == cybedefend.OpExchangeToken {
		return
	}
	c.askOthers(e)
	limits := make([]pace.Limit, len(e.Limits))
	for i, l := range e.Limits {
		limits[i] = pace.Limit(l)
	}
	c.pace.Report(pace.Told{Limits: limits})
}

// ClockDoubt returns how far the service's clock would be ahead of this machine's by its last answer, if that is so far that
// it counts only once the next one agrees; else 0.
func (c *Connection) ClockDoubt() time.Duration {
	c.clock.mu.Lock()
	defer c.clock.mu.Unlock()
	return c.clock.doubted
}

// Now tells the service's time.
func (c *Connection) Now() time.Time { return c.clock.now() }

// Close ends the connection, and what was dialled for it.
func (c *Connection) Close() error {
	if c.Client != nil {
		c.Client.Close()
	}
	if c.close != nil {
		return c.close()
	}
	return nil
}

// Scope is what everything that is remembered belongs to.
func (c *Connection) Scope() record.Scope {
	return record.Scope{Service: c.URL, OrganizationID: c.Organization.ID}
}

// retrier is how reads are repeated: somebody may be watching, so not for long.
func (c *Connection) retrier() batch.ReadRetrier {
	return batch.ReadRetrier{
		Pace: c.pace, Retry: retry.Policy{Attempts: c.service.Attempts}, MaxWait: c.service.MaxWait, Patience: &c.patience,
		Observe: c.observer.Unread,
	}
}

// Reading returns what a reading of the organization needs.
func (c *Connection) Reading() directory.Options {
	r := c.retrier()
	r.Observe = c.waiting(r)
	return directory.Options{
		Service: c, OrganizationID: c.Organization.ID, Caller: c.Caller, Listing: c.listing(),
		Call: r.Call, Parallel: c.service.Concurrency, Now: c.Now,
	}
}

// find finds the organization that is meant by its id or exact name, or the caller's only one. The caller's profile is
// read first: it is the cheapest proof that the credentials work.
func (c *Connection) find(ctx context.Context) error {
	wanted := c.service.OrganizationID
	if c.ephemeral {
		wanted = ""
	}
	profile, err := c.profile(ctx)
	if err != nil {
		return err
	}
	known := make([]cybedefend.Organization, 0, len(profile.Organizations))
	for _, membership := range profile.Organizations {
		known = append(known, cybedefend.Organization{ID: membership.ID, Name: membership.Name})
	}
	if len(known) == 0 && !isUUID(wanted) { // the profile does not tell
		if known, err = c.listed(ctx); err != nil {
			return err
		}
	}
	if c.Organization, err = choose(known, wanted); err != nil {
		return err
	}
	c.Caller = directory.CallerOf(profile, c.Organization.ID)
	return nil
}

// profile returns what the service tells of the caller, which may be nothing.
func (c *Connection) profile(ctx context.Context) (cybedefend.Profile, error) {
	var profile cybedefend.Profile
	began := time.Now()
	err := c.first().Call(ctx, func(ctx context.Context) (err error) {
		profile, err = c.Profile(ctx)
		return err
	})
	switch {
	case errors.Is(err, cybedefend.ErrCredentials):
		return profile, c.refusedToken(err)
	case err != nil && cybedefend.ClassOf(err) != cybedefend.FinalNo:
		return profile, c.notReached(err, began)
	}
	return profile, nil
}

// listed returns the organizations that the service lists.
func (c *Connection) listed(ctx context.Context) (known []cybedefend.Organization, err error) {
	err = c.retrier().Call(ctx, func(ctx context.Context) (err error) {
		known, err = c.Organizations(ctx)
		return err
	})
	return known, err
}

// host returns the host of the service, without its port.
func (c *Connection) host() string {
	address, err := url.Parse(c.URL)
	if err != nil {
		return c.URL
	}
	return address.Hostname()
}

func isUUID(text string) bool {
	_, err := uuid.Parse(text)
	return err == nil && len(text) == 36
}

// choose returns the organization meant by wanted, or the only one there is.
func choose(known []cybedefend.Organization, wanted string) (cybedefend.Organization, error) {
	var found []cybedefend.Organization
	names := make([]string, 0, len(known))
	for _, organization := range known {
		names = append(names, fmt.Sprintf("%s (%s)", organization.ID, organization.Name))
		if wanted == "" || strings.EqualFold(organization.ID, wanted) || organization.Name == wanted {
			found = append(found, organization)
		}
	}
	choices := remedy.Words("yours: " + strings.Join(names, ", "))
	if len(names) == 0 {
		choices = remedy.Words("the service lists none for you")
	}
	const option = "organization-id"
	switch {
	case len(found) == 1:
		return found[0], nil
	case isUUID(wanted) && len(known) == 0: // the service may list none, and will say what it knows of this one
		return cybedefend.Organization{ID: strings.ToLower(wanted)}, nil
	case wanted == "":
		return cybedefend.Organization{}, &remedy.OptionError{
			Option: option, Remedy: choices,
			What: remedy.Words("name the organization with ").Use(option, "").Words(fmt.Sprintf(": you have %d", len(known))),
		}
	case len(found) > 1:
		return cybedefend.Organization{}, remedy.Aboutf(option, "%d organizations are named %q: use the id", len(found), wanted).With(choices)
	}
	return cybedefend.Organization{}, remedy.Aboutf(option, "you have no organization %q", wanted).With(choices)
}
