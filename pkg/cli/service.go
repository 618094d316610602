package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"rollcall/pkg/batch"
	"rollcall/pkg/config"
	"rollcall/pkg/console"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/pace"
	"rollcall/pkg/sandbox"
)

// serviceFlags say which service and which organization are meant. Commands that call the service share them.
type serviceFlags struct {
	organization string
	settings     config.Options
	timeout      time.Duration
	sandbox      bool
}

func (f *serviceFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.organization, "organization-id", "", "`ID` or exact name of the organization (default: CYBEDEFEND_ORGANIZATION_ID, else the caller's only one)")
	flags.StringVar(&f.settings.Region, "region", "", "`REGION` of the service: us or eu (default: CYBEDEFEND_REGION, the vendor's config file, us)")
	flags.StringVar(&f.settings.APIURL, "api-url", "", "`URL` of the service, stronger than the region (default: CYBEDEFEND_API_URL, the vendor's config file)")
	flags.StringVar(&f.settings.AuthEndpoint, "auth-endpoint", "", "`URL` of the identity provider (default: CYBEDEFEND_AUTH_ENDPOINT, the vendor's config file)")
	flags.StringVar(&f.settings.PATFile, "pat-file", "", "read the personal access token from `FILE`, - being standard input\n(default: CYBEDEFEND_ACCESS_TOKEN, then this flag, CYBEDEFEND_PAT, the vendor's config file)")
	flags.DurationVar(&f.timeout, "timeout", cybedefend.DefaultTimeout, "time for one request: giving up early loses the reply, not the invitation")
	flags.BoolVar(&f.sandbox, "sandbox", false, "use a service inside this process, which mails nobody")
}

// checkService refuses flags that make no sense, or not together.
func (f *serviceFlags) checkService(a *app, cmd *cobra.Command) error {
	if f.timeout <= 0 {
		return usageError("", "--timeout must be more than nothing")
	}
	if f.sandbox {
		return a.refuseBeside(cmd, "--sandbox", "organization-id", "region", "api-url", "auth-endpoint", "pat-file")
	}
	return nil
}

// service is a connection to the service, and what it has cost so far.
type service struct {
	*cybedefend.Client
	organization cybedefend.Organization
	caller       directory.Caller
	url          string
	requests     atomic.Int64
	throttled    atomic.Int64
	// ahead is how far the service's clock is ahead of this machine's.
	ahead   atomic.Int64
	sandbox *sandbox.Running
}

// connect opens the connection that the flags ask for and finds the organization. Close it.
func (a *app) connect(ctx context.Context, f serviceFlags, connections int, patience batch.ReadRetrier) (_ *service, err error) {
	s := &service{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	credentials, err := a.credentials(ctx, s, f)
	if err != nil {
		return nil, err
	}
	s.Client, err = cybedefend.New(cybedefend.Options{
		BaseURL: s.url, Credentials: credentials, Connections: connections, Timeout: f.timeout,
		UserAgent: "rollcall/" + version(), Observe: func(e cybedefend.Exchange) {
			a.observe(s, e)
			observeLimits(patience.Pace, e)
		},
	})
	if err != nil {
		return nil, usageError("", "%w", err)
	}
	wanted := f.organization
	if f.sandbox {
		// It has one of its own, so that nothing in it is ever taken for something about a real one.
		wanted = ""
	}
	profile, err := s.find(ctx, wanted, patience)
	if err != nil {
		return nil, err
	}
	s.caller = directory.CallerOf(profile, s.organization.ID)
	return s, nil
}

// credentials finds where the service is and what to call it with, or starts a sandbox that is both.
func (a *app) credentials(ctx context.Context, s *service, f serviceFlags) (cybedefend.Credentials, error) {
	if f.sandbox {
		running, err := sandbox.Start(context.WithoutCancel(ctx), "", sandbox.Options{})
		if err != nil {
			return nil, err
		}
		s.sandbox, s.url = running, running.URL()
		return cybedefend.PersonalAccessToken{Token: running.PAT(), AuthEndpoint: s.url}, nil
	}
	home, err := a.home()
	if err != nil {
		a.log.Debug().Err(err).Msg("the vendor's config file is not looked for")
	}
	options := f.settings
	options.Getenv, options.Files, options.Stdin, options.Render = a.getenv, config.Files(home), a.In, asFlag
	settings, err := config.Resolve(options)
	if wrong, ok := errors.AsType[*config.Error](err); ok {
		return nil, usageError(wrong.Hint.Render(asFlag), "%w", err)
	}
	if err != nil {
		return nil, err
	}
	for _, warning := range settings.Warnings {
		a.log.Warn().Msg(warning)
	}
	s.url = settings.APIURL.Text
	a.redact(settings.Credentials.AccessToken, settings.Credentials.PAT)
	if token := settings.Credentials.AccessToken; !token.Empty() {
		return cybedefend.AccessToken(token), nil
	}
	return cybedefend.PersonalAccessToken{Token: settings.Credentials.PAT, AuthEndpoint: settings.AuthEndpoint.Text}, nil
}

// observe counts a request and logs it.
func (a *app) observe(s *service, e cybedefend.Exchange) {
	s.requests.Add(1)
	if e.Status == 429 {
		s.throttled.Add(1)
	}
	if ahead := time.Until(e.Date); !e.Date.IsZero() && ahead.Abs() < 24*time.Hour { // else it is a broken clock, not another one
		// The header has whole seconds; the service's clock is half a second further on average.
		s.ahead.Store(int64(ahead + 500*time.Millisecond))
	}
	a.log.Debug().Str(console.FieldOperation, e.Operation).Int(console.FieldStatus, e.Status).
		Stringer(console.FieldClass, e.Class).Dur(console.FieldDuration, e.Duration).
		Str(console.FieldRequestID, e.RequestID).Msg("request")
}

// now tells the service's time.
func (s *service) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// Close ends the connections, and the sandbox if there is one.
func (s *service) Close() error {
	if s.Client != nil {
		s.Client.Close()
	}
	if s.sandbox != nil {
		return s.sandbox.Close()
	}
	return nil
}

// find finds the organization that is meant by its id or exact name, or the caller's only one, and returns the caller's
// profile. That is read first: it is the cheapest proof that the credentials work. It may be empty.
func (s *service) find(ctx context.Context, wanted string, patience batch.ReadRetrier) (profile cybedefend.Profile, err error) {
	err = patience.Call(ctx, func(ctx context.Context) (err error) {
		profile, err = s.Profile(ctx)
		return err
	})
	switch {
	case errors.Is(err, cybedefend.ErrCredentials):
		return profile, err
	case err != nil && cybedefend.ClassOf(err) != cybedefend.FinalNo:
		return profile, fmt.Errorf("reach the service at %s: %w", s.url, err)
	}
	known := make([]cybedefend.Organization, 0, len(profile.Organizations))
	for _, membership := range profile.Organizations {
		known = append(known, cybedefend.Organization{ID: membership.ID, Name: membership.Name})
	}
	if len(known) == 0 && !isUUID(wanted) { // the profile does not tell
		err := patience.Call(ctx, func(ctx context.Context) (err error) {
			known, err = s.Organizations(ctx)
			return err
		})
		if err != nil {
			return profile, err
		}
	}
	s.organization, err = choose(known, wanted)
	return profile, err
}

// host returns the host of the service, without its port.
func (s *service) host() string {
	address, err := url.Parse(s.url)
	if err != nil {
		return s.url
	}
	return address.Hostname()
}

// observeLimits tells the pace what an answer told about the service's limits. Token exchanges are answered by somebody
// else, and tell nothing.
func observeLimits(p *pace.Pace, e cybedefend.Exchange) {
	if e.Status == 0 || e.Operation == cybedefend.OpExchangeToken {
		return
	}
	limits := make([]pace.Limit, len(e.Limits))
	for i, l := range e.Limits {
		limits[i] = pace.Limit(l)
	}
	p.Report(pace.Told{Limits: limits})
}

func matches(organization cybedefend.Organization, wanted string) bool {
	return strings.EqualFold(organization.ID, wanted) || organization.Name == wanted
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
		if wanted == "" || matches(organization, wanted) {
			found = append(found, organization)
		}
	}
	choices := "yours: " + strings.Join(names, ", ")
	if len(names) == 0 {
		choices = "the service lists none for you"
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case isUUID(wanted) && len(known) == 0: // the service may list none, and will say what it knows of this one
		return cybedefend.Organization{ID: strings.ToLower(wanted)}, nil
	case wanted == "":
		return cybedefend.Organization{}, usageError(choices, "name the organization with --organization-id: you have %d", len(known))
	case len(found) > 1:
		return cybedefend.Organization{}, usageError(choices, "--organization-id: %d organizations are named %q: use the id", len(found), wanted)
	}
	return cybedefend.Organization{}, usageError(choices, "--organization-id: you have no organization %q", wanted)
}
