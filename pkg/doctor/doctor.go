// Package doctor looks at what a run needs before there is one: settings, credentials, proxy, connection, caller,
// organization, clock and ledger. It changes nothing, and shows no secret.
package doctor

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"runtime"
	"sync"
	"time"

	"rollcall/pkg/config"
	"rollcall/pkg/connection"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/ledger/place"
	"rollcall/pkg/onboard"
	"rollcall/pkg/plural"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
)

// State is how something is.
type State string

// The states, the best first.
const (
	Good     State = "good"
	Doubtful State = "doubtful"
	Bad      State = "bad"
)

// Fact is what was found out about one thing.
type Fact struct {
	// Subject is the thing in a word or two.
	Subject string
	State   State
	// Text says what is so.
	Text string
	// Remedy says what can be done about it, nil where nothing needs to be.
	Remedy remedy.Hint
}

// Options say what is looked at.
type Options struct {
	// Version is that of the program.
	Version string
	// Resolve finds the settings.
	Resolve func() (config.Settings, error)
	// Service is connected to. Its Dial is called once the settings are found.
	Service onboard.Service
	// Ledger is the file that would be written, and LedgerOf names it where it is empty.
	Ledger   string
	LedgerOf func(organizationID string) (string, error)
	// Now tells the time; nil stands for [time.Now].
	Now func() time.Time
}

// patience is how long a service is waited for that does not answer.
const patience = 15 * time.Second

// Examination is what was found out. It is good, doubtful or bad as its worst fact is.
type Examination struct {
	Facts []Fact
	// Status is what the first bad fact means for a run; it is [status.Well] where there is none.
	Status status.Status
}

// Examine looks at everything, as far as it comes: without settings there is no service, without a service no organization.
func Examine(ctx context.Context, o Options) Examination {
	if o.Service.Attempts == 0 { // somebody waits for it
		o.Service.Attempts, o.Service.MaxWait = 2, patience
	}
	e := newExaminer(o)
	e.version()
	settings, err := o.Resolve()
	if err != nil {
		e.bad("settings", status.Settings, err)
		return e.found
	}
	e.settings(settings)
	e.proxy(settings.APIURL.Text)
	if c := e.connect(ctx); c != nil {
		e.organization(c)
		e.ledger(ctx, c.Scope())
		if err := c.Close(); err != nil {
			e.bad("connection", status.Unexpected, err)
		}
	}
	return e.found
}

// examiner collects facts.
type examiner struct {
	o     Options
	found Examination
}

func newExaminer(o Options) *examiner {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &examiner{o: o}
}

func (e *examiner) version() {
	e.good("version", "rollcall %s, %s, %s/%s", e.o.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func (e *examiner) add(f Fact) { e.found.Facts = append(e.found.Facts, f) }

func (e *examiner) good(subject, format string, args ...any) {
	e.add(Fact{Subject: subject, State: Good, Text: fmt.Sprintf(format, args...)})
}

func (e *examiner) doubt(subject, text string, what remedy.Hint) {
	e.add(Fact{Subject: subject, State: Doubtful, Text: text, Remedy: what})
}

// bad adds what keeps a run from being made. Of several, the first decides how a run would end.
func (e *examiner) bad(subject string, how status.Status, err error) {
	hint := onboard.RemedyOf(err)
	if wrong, ok := errors.AsType[*config.Error](err); ok {
		hint = wrong.Hint
	}
	e.add(Fact{Subject: subject, State: Bad, Text: err.Error(), Remedy: hint})
	if e.found.Status == status.Well {
		e.found.Status = how
	}
}

// settings says which service is meant, and with which credentials.
func (e *examiner) settings(s config.Settings) {
	region := ""
	if s.Region.Text != "" {
		region = ", region " + s.Region.Text
	}
	e.good("service", "%s%s (by %s)", s.APIURL.Text, region, s.APIURL.Source)
	for _, warning := range s.Warnings {
		e.doubt("settings", warning, nil)
	}
	from := s.Credentials.Source
	switch {
	case s.Credentials.AccessToken.Empty():
		e.good("credentials", "a personal access token, from %s, to be exchanged at %s", from, s.AuthEndpoint.Text)
	case s.Credentials.Expires.IsZero():
		e.doubt("credentials", "an access token, from "+from+", which does not say how long it is good",
			remedy.Words("a personal access token is renewed by itself"))
	case s.Credentials.Expires.Before(e.o.Now()):
		// The warnings say that it has expired, by a clock that may be wrong: the service will say more.
		e.doubt("credentials", "an access token, from "+from, remedy.Words("get another one, or use a personal access token, which is renewed by itself"))
	default:
		e.good("credentials", "an access token, from %s, good for %s", from, s.Credentials.Expires.Sub(e.o.Now()).Round(time.Second))
	}
}

// proxy says through what the service is reached.
func (e *examiner) proxy(address string) {
	target, err := url.Parse(address)
	if err != nil {
		e.bad("proxy", status.Settings, err)
		return
	}
	proxy, err := connection.Proxy(&http.Request{URL: target})
	switch {
	case err != nil:
		e.bad("proxy", status.Settings, err)
	case proxy == nil:
		e.good("proxy", "none")
	default:
		e.good("proxy", "%s", proxy.Redacted())
	}
}

// connect makes a connection, and says what it is like: how it is encrypted, how long the token is good, and how far the
// clocks differ. It returns nil if there is none.
func (e *examiner) connect(ctx context.Context) *onboard.Connection {
	var trace tracer
	c, err := onboard.Connect(httptrace.WithClientTrace(ctx, trace.hooks()), e.o.Service, onboard.Observer{Exchange: trace.exchange})
	e.encryption(&trace)
	if err != nil {
		e.bad("connection", onboard.StatusOf(err), err)
		return nil
	}
	e.connection(&trace, c)
	// A clock that is far off counts once two answers agree, and there may have been one.
	if _, err := c.Profile(ctx); err != nil {
		e.doubt("connection", err.Error(), onboard.RemedyOf(err))
	}
	e.clock(c)
	return c
}

// encryption says how the connection is encrypted, if it is.
func (e *examiner) encryption(trace *tracer) {
	if encrypted := trace.encryption(); encrypted != "" {
		e.good("encryption", "%s", encrypted)
	}
}

// connection says how fast the service answers, and how long the token is good.
func (e *examiner) connection(trace *tracer, c *onboard.Connection) {
	e.good("connection", "an answer took %s", max(trace.quickest().Round(time.Millisecond), time.Millisecond))
	if end := c.TokenExpires(); !end.IsZero() {
		e.good("access token", "good for %s, then it is exchanged again", time.Until(end).Round(time.Second))
	}
}

// near is how far clocks may differ without any consequence.
const near = 30 * time.Second

// clock says how far the service's clock is ahead.
func (e *examiner) clock(c *onboard.Connection) {
	ahead := cmp.Or(c.ClockDoubt(), time.Until(c.Now())).Round(time.Second)
	switch {
	case ahead.Abs() <= near:
		e.good("clock", "within %s of the service's", max(ahead.Abs(), time.Second))
	default:
		where := "ahead of"
		if ahead > 0 {
			where = "behind"
		}
		e.doubt("clock", fmt.Sprintf("%s %s the service's, which decides whether an invitation has expired", ahead.Abs(), where),
			remedy.Words("set the clock of this machine, as by NTP"))
	}
}

// organization says who calls, and for which organization.
func (e *examiner) organization(c *onboard.Connection) {
	e.good("organization", "%s (%s)", c.Organization.Name, c.Organization.ID)
	caller := c.Caller
	switch {
	case caller.Role == "":
		e.doubt("caller", caller.Email+", whose role the service does not tell", nil)
	case !caller.MayInvite():
		e.doubt("caller", fmt.Sprintf("%s, %s, who may probably invite nobody", caller.Email, caller.Role),
			remedy.Words("ask an administrator of the organization for the right to invite"))
	default:
		e.good("caller", "%s, %s", caller.Email, caller.Role)
	}
	if caller.Seats > 0 {
		e.good("seats", "%s in the subscription", plural.Of(caller.Seats, "seat"))
	}
}

// ledger says whether a run could be remembered.
func (e *examiner) ledger(ctx context.Context, scope record.Scope) {
	path := e.o.Ledger
	if path == "" && e.o.LedgerOf != nil {
		var err error
		if path, err = e.o.LedgerOf(scope.OrganizationID); err != nil {
			e.bad("ledger", status.Settings, err)
			return
		}
	}
	if path == "" {
		return
	}
	runs, err := onboard.History{Ledgers: []string{path}}.Runs(ctx)
	held := place.HeldBy(ctx, path, scope)
	missing := place.Missing(ctx, path)
	path = place.Public(path)
	switch {
	case missing:
		e.good("ledger", "%s, which the first run will make", path)
	case err != nil:
		e.bad("ledger", onboard.StatusOf(err), err)
	case held != nil && held.Host != "":
		e.doubt("ledger", fmt.Sprintf("%s: the organization is held by process %d on %s since %s", path, held.PID, held.Host, held.Since.Local().Format(time.DateTime)),
			remedy.Words("wait until that run has ended"))
	case held != nil:
		e.doubt("ledger", fmt.Sprintf("%s is held by process %d since %s", path, held.PID, held.Since.Local().Format(time.DateTime)),
			remedy.Words("wait until that run has ended"))
	case len(runs) == 0:
		e.good("ledger", "%s, which has no run", path)
	default:
		e.good("ledger", "%s, %s, the last one of %s", path, plural.Of(len(runs), "run"), runs[0].StartedAt.Local().Format(time.DateTime))
	}
}

// tracer notes what a connection is like. It is safe for concurrent use.
type tracer struct {
	mu      sync.Mutex
	tls     *tls.ConnectionState
	fastest time.Duration
}

func (t *tracer) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{TLSHandshakeDone: func(state tls.ConnectionState, err error) {
		t.mu.Lock()
		defer t.mu.Unlock()
		if err == nil {
			t.tls = &state
		}
	}}
}

// exchange takes in an answer.
func (t *tracer) exchange(e cybedefend.Exchange) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.Status != 0 && (t.fastest == 0 || e.Duration < t.fastest) {
		t.fastest = e.Duration
	}
}

// quickest returns how long the fastest answer took.
func (t *tracer) quickest() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.fastest
}

// encryption says how the connection is encrypted, and whom the certificate names; "" if it is not.
func (t *tracer) encryption() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.tls == nil || len(t.tls.PeerCertificates) == 0 {
		return ""
	}
	certificate := t.tls.PeerCertificates[0]
	return fmt.Sprintf("%s, a certificate by %s, good until %s",
		tls.VersionName(t.tls.Version), certificate.Issuer, certificate.NotAfter.UTC().Format(time.DateOnly))
}
