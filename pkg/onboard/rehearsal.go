package onboard

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"

	"rollcall/pkg/address"
	"rollcall/pkg/ledger/place"
	"rollcall/pkg/remedy"
)

// refuseReal returns an error if the ledger at a path, which was named, remembers runs at a service that is no sandbox. All that
// is remembered belongs to one service and one organization, so nothing of a sandbox would count there; but whoever looks up the
// latest run, or copies its results, would be shown one that has mailed nobody.
func refuseReal(ctx context.Context, path string) (err error) {
	l, err := place.View(ctx, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	for run, err := range l.Runs(ctx) {
		if err != nil {
			return err
		}
		if service, err := url.Parse(run.Service); err != nil || !address.IsLoopback(service.Hostname()) {
			return &remedy.OptionError{
				Option: "ledger", What: remedy.Words(fmt.Sprintf("%s remembers what was sent at %s, and nothing of a sandbox goes there", place.Public(path), run.Service)),
				Remedy: remedy.Words("name another one, or none: a sandbox has a ledger of its own"),
			}
		}
	}
	return nil
}
