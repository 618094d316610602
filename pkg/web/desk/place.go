package desk

import (
	"context"
	"errors"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/onboard"
	"rollcall/pkg/paint"
)

// Standing is what is known of the place: whether it can be reached, and as whom.
type Standing struct {
	// Looking says that it is being found out, so that nothing else is known yet.
	Looking bool
	// ID, Name and URL are those of the organization, whose name is fit to show, and of the service, Source is where the credentials come from.
	ID, Name, URL, Source string
	// Err is why nothing can be sent, nil if that is possible.
	Err error
	// Remembered says that the token was remembered, RememberErr why that was not possible.
	Remembered  bool
	RememberErr error
}

// Place returns where it is worked.
func (d *Desk) Place() Place {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.place
}

// Standing returns what is known of the place.
func (d *Desk) Standing() Standing {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.standing
}

// Move goes on somewhere else, and looks at that.
func (d *Desk) Move(p Place) {
	d.mu.Lock()
	d.place = p
	d.mu.Unlock()
	d.Look()
}

// Look begins to find out what there is to know of the place.
func (d *Desk) Look() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.looking != nil {
		d.looking()
	}
	ctx, cancel := context.WithCancel(d.ctx)
	place, looked := d.place, make(chan struct{})
	d.looking, d.looked, d.standing = cancel, looked, Standing{Looking: true}
	d.ended.Go(func() {
		defer cancel()
		defer close(looked)
		found := d.look(ctx, place)
		d.mu.Lock()
		defer d.mu.Unlock()
		if ctx.Err() == nil { // otherwise somebody looks elsewhere by now
			d.standing = found
		}
	})
}

// confirm looks at the place again where a plan was made for another organization than is known: its credentials are read each
// time, and may open another one by now.
func (d *Desk) confirm(p *onboard.Preview) {
	if known := d.Standing().ID; p != nil && known != "" && p.OrganizationID != "" && p.OrganizationID != known {
		d.Look()
	}
}

// look connects to a place.
func (d *Desk) look(ctx context.Context, p Place) Standing {
	var s Standing
	service := d.service(p)
	dial := service.Dial
	service.Dial = func(ctx context.Context) (onboard.Endpoint, error) {
		endpoint, err := dial(ctx)
		s.URL, s.Source = endpoint.URL, endpoint.CredentialsFrom
		return endpoint, err
	}
	connection, err := onboard.Connect(ctx, service, onboard.Observer{})
	if err != nil {
		s.Err = err
		return s
	}
	s.ID, s.Name = connection.Organization.ID, paint.Visible(connection.Organization.Name)
	s.Err = connection.Close()
	if p.Remember && d.o.Remember != nil && !p.Sandbox {
		s.RememberErr = d.o.Remember(ctx, p)
		s.Remembered = s.RememberErr == nil
	}
	return s
}

// Organizations returns those that the credentials open.
func (d *Desk) Organizations(ctx context.Context) ([]cybedefend.Membership, error) {
	return onboard.Organizations(ctx, d.service(d.Place()), onboard.Observer{})
}

// service returns the options that say where a place is.
func (d *Desk) service(p Place) onboard.Service {
	s := d.o.Order.Service
	s.OrganizationID = p.Organization
	if p.Sandbox {
		s.OrganizationID = ""
	}
	s.Dial = func(ctx context.Context) (onboard.Endpoint, error) { return d.dial(ctx, p) }
	s.Unreached = s.WaitUnreached(true)
	return s
}

// dial finds a place. The sandbox is the same one for as long as the process lasts.
func (d *Desk) dial(ctx context.Context, p Place) (onboard.Endpoint, error) {
	if !p.Sandbox {
		return d.o.Dial(ctx, p)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.sandbox == nil {
		endpoint, err := d.o.Dial(context.WithoutCancel(ctx), p)
		if err != nil {
			return endpoint, err
		}
		d.sandbox = &endpoint
	}
	shared := *d.sandbox
	shared.Close = nil
	return shared, nil
}

// settle returns the options of a piece of work, at a place.
func (d *Desk) settle(o onboard.Options, p Place) onboard.Options {
	o.Service = d.service(p)
	o.Sandbox = p.Sandbox
	if o.Ledger == "" || p.Sandbox {
		o.Ledger = ""
		o.LedgerOf = func(organizationID string) (string, error) { return d.o.LedgerOf(p.Sandbox, organizationID) }
	}
	return o
}

// IsBusy reports whether an error is [ErrBusy].
func IsBusy(err error) bool { return errors.Is(err, ErrBusy) }
