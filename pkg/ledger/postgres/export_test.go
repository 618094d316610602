package postgres

import "time"

// WithPatience returns options with which a database that is away is given up sooner.
func WithPatience(o Options, patience time.Duration) Options {
	o.patience = patience
	return o
}
