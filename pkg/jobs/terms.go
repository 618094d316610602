package jobs

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"rollcall/pkg/nearest"
	"rollcall/pkg/pace"
	"rollcall/pkg/schedule"

	"go.yaml.in/yaml/v4"
)

// terms are what a job says about itself, beside its roster and the options of whoever runs it: they are the same for
// everybody, and no options. What the defaults say counts for every job that says nothing else.
type terms struct {
	Name           name             `yaml:"name"`
	Schedule       schedule.Cron    `yaml:"schedule"`
	Zone           schedule.Zone    `yaml:"zone"`
	Jitter         schedule.Jitter  `yaml:"jitter"`
	Catchup        schedule.Catchup `yaml:"catchup"`
	PauseOnFailure bool             `yaml:"pause-on-failure"`
	Credential     name             `yaml:"credential"`
	SharedLimit    name             `yaml:"shared-limit"`

	// scheduled says that a schedule is named, right or wrong.
	scheduled bool
}

// Keys of terms that more is said about than their values.
const (
	keyName        = "name"
	keySchedule    = "schedule"
	keySharedLimit = "shared-limit"
)

// about are the terms that mean nothing without a schedule.
var about = []string{"zone", "jitter", "catchup", "pause-on-failure"}

// Terms returns the keys that a job has of its own, in alphabetical order: no option may be called like one of them.
func Terms() []string {
	fields, _ := fieldsOf(new(terms))
	return slices.Sorted(maps.Keys(fields))
}

// name is what something is called on command lines and in folders.
type name string

// UnmarshalText reads a name.
func (n *name) UnmarshalText(text []byte) error {
	const most = 63
	if len(text) == 0 || len(text) > most || strings.Trim(string(text), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return fmt.Errorf("a name has small letters, digits and dashes, %d at most, as in acme-emea, and %s has not", most, shown(string(text)))
	}
	*n = name(text)
	return nil
}

// terms takes the terms out of the options, decodes them into what is there already, and returns the other options.
func (r *reader) terms(all options, into *terms) (others options, named map[string]int) {
	fields, err := fieldsOf(into)
	if err != nil {
		panic(err) // the type above is as it should be
	}
	var own options
	named = make(map[string]int)
	for _, one := range all {
		if _, ours := fields[one.key]; !ours {
			others = append(others, one)
			continue
		}
		own = append(own, one)
		named[one.key] = one.line
		into.scheduled = into.scheduled || one.key == keySchedule
	}
	d := decoder{faults: faults{path: r.path}, fields: fields}
	d.decode(own)
	r.errs = append(r.errs, d.errs...)
	return others, named
}

// settle checks what the terms of a job mean together, and gives the job what they say. Lines are by the terms that the job
// names itself.
func (r *reader) settle(job *Job, t terms, lines map[string]int) {
	job.Name, job.Credential, job.SharedLimit = string(t.Name), string(t.Credential), string(t.SharedLimit)
	line := func(key string) int {
		if own, ok := lines[key]; ok {
			return own
		}
		return job.Line
	}
	if _, known := r.limits[job.SharedLimit]; job.SharedLimit != "" && !known {
		text := fmt.Sprintf("there is no %s among the %s", job.SharedLimit, keySharedLimits)
		if meant := nearest.Word(job.SharedLimit, slices.Sorted(maps.Keys(r.limits))); meant != "" {
			text += "; did you mean " + meant + "?"
		}
		r.fault(line(keySharedLimit), keySharedLimit, "%s", text)
	}
	if other, twice := r.names[job.Name]; twice {
		r.fault(line(keyName), keyName, "the job on line %d is called %s, too", other, job.Name)
	} else if job.Name != "" {
		r.names[job.Name] = job.Line
	}
	switch {
	case !t.scheduled:
		for _, key := range about {
			if at, own := lines[key]; own {
				r.fault(at, key, "it is about a schedule, and the job has none")
			}
		}
	case t.Schedule.IsZero(): // that was said
	case job.Name == "":
		r.fault(line(keySchedule), keySchedule, "a job that has one needs a name to keep, as in {name: emea}")
	default:
		var err error
		job.Schedule, err = schedule.New(schedule.Options{
			Name: job.Name, Cron: t.Schedule, Zone: t.Zone, Jitter: t.Jitter, Catchup: t.Catchup, PauseOnFailure: t.PauseOnFailure,
		})
		if err != nil {
			r.fault(line(keySchedule), keySchedule, "%w", err)
		}
	}
}

// sharedLimits reads {NAME: RATE, …}.
func (r *reader) sharedLimits(all options) {
	r.limits = make(map[string]pace.Rate, len(all))
	for _, one := range all {
		var called name
		if err := called.UnmarshalText([]byte(one.key)); err != nil {
			r.fault(one.line, keySharedLimits, "%w", err)
		}
		r.limits[one.key] = 0 // a job may name it, whatever is wrong with it
		value := resolve(one.value)
		rate, err := pace.ParseRate(value.Value)
		if err != nil || rate == 0 || value.Kind != yaml.ScalarNode {
			r.fault(one.line, keySharedLimits, "%s: %s is not a rate: write a number per second, minute or hour, such as 48/s, 90/m, 1000/h", one.key, shown(value.Value))
			continue
		}
		r.limits[one.key] = rate
	}
}
