package cli

import (
	"context"

	"rollcall/pkg/onboard"
	"rollcall/pkg/order"
)

// complete checks what an order was told and works out what its texts mean, here.
func (a *app) complete(o *order.Order) error {
	if a.common.json && o.Results == "-" {
		return usageError("name a file with --results", "--json and --results - both want standard output")
	}
	err := o.Complete(order.Surroundings{
		In: a.In, Out: a.Out, Header: a.readHeader, Warn: func(text string) { a.log.Warn().Msg(text) }, Render: asFlag,
	})
	if err != nil {
		return err
	}
	o.Dial = func(ctx context.Context) (onboard.Endpoint, error) { return a.dial(ctx, o.Place) }
	if o.LedgerOf = a.defaultLedger; o.Sandbox {
		o.LedgerOf = a.sandboxLedger
	}
	return o.Validate()
}
