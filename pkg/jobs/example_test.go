package jobs_test

import (
	"fmt"
	"strings"
	"time"

	"rollcall/pkg/jobs"
)

// A program says what options there are by the fields of a struct.
func Example() {
	const text = `
defaults: {timeout: 90s, allow-domain: example.com}
jobs:
  - roster: emea.csv
  - {roster: apac.csv, allow-domain: [example.com, x.example], concurrency: 8}
`
	file, err := jobs.Read(strings.NewReader(text), "jobs.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, job := range file.Jobs {
		settings := struct {
			Timeout     time.Duration `yaml:"timeout"`
			Domains     []string      `yaml:"allow-domain"`
			Concurrency int           `yaml:"concurrency"`
		}{Concurrency: 64}
		err := job.Decode(&settings)
		fmt.Println(job.Roster, settings, err)
	}
	// Output:
	// emea.csv {1m30s [example.com] 64} <nil>
	// apac.csv {1m30s [example.com x.example] 8} <nil>
}

// All mistakes come at once, each with its line.
func ExampleFile_DecodeAll() {
	const text = "defaults:\n  allow-domains: example.com\njobs:\n- {roster: a.csv, max: many}\n- {roster: b.csv, max: 7}"
	file, err := jobs.Read(strings.NewReader(text), "jobs.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	type settings struct {
		Max int `yaml:"max"`
	}
	fmt.Println(file.DecodeAll(func(jobs.Job) any { return &settings{} }))
	// Output:
	// jobs.yaml:2: allow-domains: there is no such option
	// jobs.yaml:4: max: expected a whole number, found "many"
}
