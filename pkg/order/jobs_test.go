package order

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/pkg/jobs"
)

// TestAJobHasTheFlagsOfSync holds the keys of a job to the flags of the command.
func TestAJobHasTheFlagsOfSync(t *testing.T) {
	o, cmd := NewSync(), &cobra.Command{}
	o.SyncFlags(cmd)
	var flags []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) { flags = append(flags, flag.Name) })
	keys := map[string]bool{}
	keysOf(reflect.TypeFor[Order](), keys)
	slices.Sort(flags)
	if diff := cmp.Diff(flags, slices.Sorted(maps.Keys(keys))); diff != "" {
		t.Errorf("flags and keys (-flags +keys):\n%s", diff)
	}
}

// TestNoFlagIsATermOfJobs holds the flags to what a job says in the same place and means otherwise.
func TestNoFlagIsATermOfJobs(t *testing.T) {
	o, cmd := NewSync(), &cobra.Command{}
	o.SyncFlags(cmd)
	for _, term := range append(jobs.Terms(), "roster") {
		if cmd.Flags().Lookup(term) != nil {
			t.Errorf("%s is a flag, so it cannot be a term of jobs", term)
		}
	}
}

// keysOf adds the keys that YAML has for the fields of a type.
func keysOf(of reflect.Type, keys map[string]bool) {
	for field := range of.Fields() {
		switch key, _, _ := strings.Cut(field.Tag.Get("yaml"), ","); {
		case key == "-" || !field.IsExported():
		case key == "" && field.Type.Kind() == reflect.Struct:
			keysOf(field.Type, keys)
		default:
			keys[key] = true
		}
	}
}
