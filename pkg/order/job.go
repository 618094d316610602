package order

import (
	"fmt"
	"os"

	"rollcall/pkg/jobs"
	"rollcall/pkg/onboard"
)

// Resolve takes the paths that a job names from the folder of its file. A ledger that is meant to be there and is in the
// working directory instead would be begun anew, and would know of nobody who was invited.
func (o *Order) Resolve(j jobs.Job) error {
	o.Roster = j.Roster
	for key, path := range map[string]*string{
		"results": &o.Results, "report": &o.Report, "ledger": &o.Ledger, "audit": &o.Audit, "pat-file": &o.Place.PATFile, "header-file": &o.HeaderFile,
		"summary": &o.Watch.Summary, "metrics-file": &o.Watch.Metrics, "notify-file": &o.Watch.NotifyFile,
	} {
		if !j.Names(key) {
			continue
		}
		given := *path
		*path = j.Path(given)
		if key == "ledger" && *path != given && !exists(*path) && exists(given) {
			return fmt.Errorf("ledger: %s is in the working directory, and is meant to be at %s", given, *path)
		}
	}
	if j.Names("protect") {
		o.Follow.Protect = onboard.ProtectFrom(o.Follow.Protect, j.Path)
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
