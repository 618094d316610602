package rota

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"rollcall/pkg/fleet/store"
	"rollcall/pkg/jobs"
)

// Apply makes the database's set of that name this one, see [store.Store.Apply].
func (s Set) Apply(ctx context.Context, kept *store.Store) (store.Applied, error) {
	return s.saying(ctx, kept, kept.Apply)
}

// Compare returns what [Set.Apply] would change, and changes nothing.
func (s Set) Compare(ctx context.Context, kept *store.Store) (store.Applied, error) {
	return s.saying(ctx, kept, kept.Compare)
}

// saying adds to what was changed what that means.
func (s Set) saying(
	ctx context.Context, kept *store.Store, do func(context.Context, string, map[string]float64, []store.Schedule) (store.Applied, error),
) (store.Applied, error) {
	before, err := kept.Schedules(ctx, s.Name)
	if err != nil {
		return store.Applied{}, err
	}
	applied, err := do(ctx, s.Name, s.Limits, s.Schedules)
	if err != nil {
		return applied, err
	}
	was, is := byName(before), byName(s.Schedules)
	applied.Words = make(map[string]string)
	for _, name := range applied.Added {
		applied.Words[name] = Words(is[name]) + ", for " + is[name].Organization
	}
	for _, name := range applied.Changed {
		applied.Words[name] = change(was[name], is[name])
	}
	for _, name := range applied.Gone {
		applied.Words[name] = "no job of it begins any more"
	}
	for _, id := range applied.Open {
		job, err := kept.Job(ctx, id)
		if err != nil {
			return applied, err
		}
		applied.Words[job.Schedule] += fmt.Sprintf("; job %d is open, and ends by itself", id)
	}
	return applied, nil
}

func byName(schedules []store.Schedule) map[string]store.Schedule {
	named := make(map[string]store.Schedule, len(schedules))
	for _, one := range schedules {
		named[one.Name] = one
	}
	return named
}

// change says what is different about a schedule.
func change(was, is store.Schedule) string {
	var parts []string
	for _, one := range []struct{ what, was, is string }{
		{"", timingWords(was), timingWords(is)},
		{"organization ", was.Organization, is.Organization},
		{"roster ", was.Source, is.Source},
		{"credential ", cmp.Or(was.Credential, "none"), cmp.Or(is.Credential, "none")},
		{"shared limit ", cmp.Or(was.Limit, "none"), cmp.Or(is.Limit, "none")},
		{"pause after a failure: ", strconv.FormatBool(was.PauseOnFailure), strconv.FormatBool(is.PauseOnFailure)},
	} {
		if one.was != one.is {
			parts = append(parts, one.what+one.is+" instead of "+one.was)
		}
	}
	before, errBefore := jobs.ParseOptions(was.Options)
	after, errAfter := jobs.ParseOptions(is.Options)
	keys := jobs.Differing(before, after)
	switch {
	case was.Options == is.Options:
	case errBefore != nil, errAfter != nil, len(keys) == 0:
		parts = append(parts, "other options")
	default:
		parts = append(parts, "other options: "+strings.Join(keys, ", "))
	}
	return strings.Join(parts, "; ")
}

// timingWords says when a schedule is due, and what becomes of what was missed.
func timingWords(s store.Schedule) string {
	found, err := scheduleOf(s)
	if err != nil {
		return Words(s)
	}
	return fmt.Sprintf("%s with catch-up %s", found, found.Options().Catchup)
}
