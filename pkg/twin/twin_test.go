package twin_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/pkg/remedy"
	"rollcall/pkg/twin"
)

// environment returns a lookup of variables.
func environment(variables map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { value, ok := variables[name]; return value, ok }
}

func TestBind(t *testing.T) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	for _, name := range []string{"typed", "told", "own", "both", "vendor", "empty", "absent"} {
		flags.String(name, "default", "")
	}
	if err := flags.Parse([]string{"--typed", "command line"}); err != nil {
		t.Fatal(err)
	}
	set, err := twin.Bind(flags, environment(map[string]string{
		"ROLLCALL_TYPED": "x", "ROLLCALL_TOLD": "x", "ROLLCALL_OWN": "own", "ROLLCALL_BOTH": "own", "VENDOR_BOTH": "vendor", "VENDOR_VENDOR": "vendor", "ROLLCALL_EMPTY": "",
	}), map[string]string{"both": "VENDOR_BOTH", "vendor": "VENDOR_VENDOR"}, "told")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	flags.VisitAll(func(flag *pflag.Flag) { got[flag.Name] = flag.Value.String() })
	want := map[string]string{
		"typed": "command line", "told": "default", "own": "own", "both": "own", "vendor": "vendor", "empty": "default", "absent": "default",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(twin.Set{"own": "ROLLCALL_OWN", "both": "ROLLCALL_BOTH", "vendor": "VENDOR_VENDOR"}, set); diff != "" {
		t.Error(diff)
	}
	for option, want := range map[string]string{"own": "ROLLCALL_OWN: ", "typed": ""} {
		if got := set.Of(remedy.About(option, errors.New("it is wrong"))); got != want {
			t.Errorf("%s: %q, want %q", option, got, want)
		}
	}
	if got := set.Of(errors.New("another")); got != "" {
		t.Error(got)
	}
}

func TestBindSaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct{ name, value, want string }{
		{"ROLLCALL_N", "x", `ROLLCALL_N: "x" is not a number that fits here`},
		{"ROLLCALL_YES", "maybe", `ROLLCALL_YES: "maybe" is neither true nor false`},
		{"ROLLCALL_WAIT", "5", `ROLLCALL_WAIT: "5" is not a duration: write numbers with units, as in 30s, 5m or 48h`},
	} {
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		flags.Int("n", 0, "")
		flags.Bool("yes", false, "")
		flags.Duration("wait", 0, "")
		if _, err := twin.Bind(flags, environment(map[string]string{tt.name: tt.value}), nil); err == nil || err.Error() != tt.want {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}

func TestUnknown(t *testing.T) {
	root, below := &cobra.Command{}, &cobra.Command{Use: "invite", Run: func(*cobra.Command, []string) {}}
	root.PersistentFlags().Bool("json", false, "")
	for _, name := range []string{"rate", "max-admins", "allow-domain"} {
		below.Flags().String(name, "", "")
	}
	root.AddCommand(below)
	got := twin.Unknown(root, []string{
		"ROLLCALL_RATE=1/s", "ROLLCALL_MAX_ADMIN=2", "ROLLCALL_JSON=true", "ROLLCALL_PAGER=x", "PATH=/bin", "ROLLCALL_EMPTY=",
		"ROLLCALL_ALOW_DOMAIN=acme.example", "ROLLCALL_HOUSE=red", "NOROLLCALL_RATE=1",
	}, "ROLLCALL_PAGER")
	want := []string{
		"ROLLCALL_ALOW_DOMAIN is no variable of rollcall; did you mean ROLLCALL_ALLOW_DOMAIN?",
		"ROLLCALL_HOUSE is no variable of rollcall",
		"ROLLCALL_MAX_ADMIN is no variable of rollcall; did you mean ROLLCALL_MAX_ADMINS?",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
}
