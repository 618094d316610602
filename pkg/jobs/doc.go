// Package jobs reads a file of jobs: rosters that are synchronized, each with options of its own.
//
//	defaults:
//	  max-new: 5%
//	jobs:
//	  - roster: emea.csv
//	  - {roster: apac.csv, results: out/apac.csv, allow-domain: [example.com, x.example]}
//
// A job may say, too, when it is due and what it shares with others. That is for whoever runs it again and again; whoever
// runs the jobs now needs nothing of it:
//
//	shared-limits: {acme: 48/s}
//	defaults: {zone: Europe/Berlin, jitter: 20m, shared-limit: acme}
//	jobs:
//	  - {name: emea, roster: emea.csv, schedule: 30 2 * * *, credential: acme-emea, pause-on-failure: true}
//
// The keys are the names of options. What they may be and what they hold is for the struct to say into which [Job.Decode]
// puts them:
//
//	file, err := jobs.Read(opened, "jobs.yaml")
//	for _, job := range file.Jobs {
//		settings := Settings{Concurrency: 64}
//		err := job.Decode(&settings)
//	}
//
// A job's value takes the place of that of the defaults, a list as a whole. Every mistake is an [*Error] with its line, and
// they come all at once, joined. What YAML can do is allowed, anchors, aliases and merge keys included, but a file has
// 1 MiB at most, and what it stands for is bounded, too.
//
// The package opens no file and runs no job. It knows no option but the roster, and [Terms].
package jobs
