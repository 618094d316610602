package rota_test

import (
	"fmt"
	"strings"

	"rollcall/pkg/fleet/rota"
	"rollcall/pkg/jobs"
)

// A file says what a fleet does, and when.
func Example() {
	const text = `
defaults: {zone: Europe/Berlin, credential: acme}
jobs:
  - {name: emea, roster: /srv/rosters/emea.csv, organization-id: Acme EMEA, schedule: 30 2 * * *}
  - {name: apac, roster: apac.csv, organization-id: Acme APAC, schedule: 0 18 * * *}
`
	file, err := jobs.Read(strings.NewReader(text), "acme.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = rota.Read(file, "acme", now)
	fmt.Println(err)
	file.Jobs = file.Jobs[:1]
	set, err := rota.Read(file, "acme", now)
	for _, one := range set.Schedules {
		fmt.Println(one.Name, "for", one.Organization, rota.Words(one), err)
	}
	// Output:
	// acme.yaml:5: roster: "apac.csv" is read by the workers: name an address, or the whole path there, as in /srv/rosters/apac.csv
	// emea for Acme EMEA every night at 02:30 (Europe/Berlin) <nil>
}
