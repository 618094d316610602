package keyring_test

import (
	"errors"
	"fmt"
	"os/user"
	"slices"
	"strings"
	"testing"

	keyrings "github.com/zalando/go-keyring"

	"rollcall/pkg/keyring"
	"rollcall/pkg/secret"
)

// surroundings are of a system with some variables and files.
func surroundings(system string, variables map[string]string, files ...string) keyring.Surroundings {
	return keyring.Surroundings{
		System: system,
		Lookup: func(name string) (string, bool) { value, ok := variables[name]; return value, ok },
		Exists: func(path string) bool { return slices.Contains(files, path) },
	}
}

func TestRememberRecallForget(t *testing.T) {
	keyrings.MockInit()
	k, ctx := keyring.New(surroundings("darwin", nil)), t.Context()
	const us, eu = "https://us.example", "https://eu.example"
	recall := func(service, want string) {
		t.Helper()
		if got, err := k.Recall(ctx, service); got.Reveal() != want || got.Empty() != (want == "") || err != nil {
			t.Errorf("%s: %q, %v, want %q", service, got.Reveal(), err, want)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	recall(us, "")
	must(k.Forget(ctx, us))
	must(k.Remember(ctx, us, secret.New("pat_first")))
	recall(us, "pat_first")
	recall(eu, "")
	must(k.Remember(ctx, us, secret.New("pat_second")))
	must(k.Remember(ctx, eu, secret.New("pat_of_eu")))
	recall(us, "pat_second")
	must(k.Forget(ctx, us))
	recall(us, "")
	recall(eu, "pat_of_eu")
	if shown, err := keyrings.Get("rollcall", eu); shown != "pat_of_eu" || err != nil {
		t.Errorf("under the name of the program: %q, %v", shown, err)
	}
}

func TestReasons(t *testing.T) {
	desktop := map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/x"}
	wsl := map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/x", "WSL_DISTRO_NAME": "Debian"}
	for _, tt := range []struct {
		says      string
		variables map[string]string
		want      keyring.Reason
		words     string
	}{
		{"The name org.freedesktop.secrets was not provided by any .service files", desktop, keyring.NoService, "needs a Secret Service"},
		{"The name org.freedesktop.secrets was not provided by any .service files", wsl, keyring.WSL, "no keyring in WSL"},
		{"Object does not exist at path “/org/freedesktop/secrets”", desktop, keyring.NoService, "needs a Secret Service"},
		{"dial unix /run/x: connect: no such file or directory", desktop, keyring.NoSession, "desktop session"},
		{"dial unix /run/x: connect: no such file or directory", wsl, keyring.WSL, "no keyring in WSL"},
		{"failed to unlock correct collection '/org/freedesktop/secrets/collection/login'", desktop, keyring.Locked, "is locked"},
		{"Cannot create an item in a locked collection", desktop, keyring.Locked, "is locked"},
		{"exit status 36", desktop, keyring.Locked, "is locked"},
		{"something else", desktop, keyring.Other, "something else"},
		{keyrings.ErrSetDataTooBig.Error(), desktop, keyring.TooLong, "of that length"},
	} {
		failure := errors.New(tt.says)
		if tt.want == keyring.TooLong {
			failure = keyrings.ErrSetDataTooBig
		}
		keyrings.MockInitWithError(failure)
		k := keyring.New(surroundings("linux", tt.variables))
		_, recalled := k.Recall(t.Context(), "x")
		for _, err := range []error{recalled, k.Remember(t.Context(), "x", secret.New("pat_secret")), k.Forget(t.Context(), "x")} {
			known, ok := errors.AsType[*keyring.Error](err)
			if _, err := k.Last(t.Context(), "x"); (err == nil) == (tt.want == keyring.Locked) {
				t.Errorf("%s, at last: %v", tt.says, err)
			}
			if !ok || known.Reason != tt.want || !errors.Is(err, failure) || !strings.Contains(err.Error(), tt.words) {
				t.Errorf("%s: %v", tt.says, err)
			}
		}
	}
}

// Nobody is asked where nobody could answer, and no bus is started for it.
func TestCheck(t *testing.T) {
	self, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	keyrings.MockInit()
	for _, tt := range []struct {
		name string
		give keyring.Surroundings
		want error
	}{
		{"macOS", surroundings("darwin", nil), nil},
		{"Windows", surroundings("windows", nil), nil},
		{"a desktop", surroundings("linux", map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/x"}), nil},
		{"a desktop with its bus in the usual place", surroundings("linux", nil, "/run/user/"+self.Uid+"/bus"), nil},
		{"cron", surroundings("linux", nil), &keyring.Error{Reason: keyring.NoSession}},
		{"a bus that would have to be started", surroundings("freebsd", map[string]string{"DBUS_SESSION_BUS_ADDRESS": "autolaunch:"}), &keyring.Error{Reason: keyring.NoSession}},
		{"the bus of somebody else", surroundings("linux", nil, "/run/user/"+self.Uid+"1/bus"), &keyring.Error{Reason: keyring.NoSession}},
		{"WSL", surroundings("linux", map[string]string{"WSL_INTEROP": "/run/WSL/1"}), &keyring.Error{Reason: keyring.WSL}},
	} {
		k := keyring.New(tt.give)
		_, recalled := k.Recall(t.Context(), "x")
		for _, err := range []error{k.Check(), recalled, k.Remember(t.Context(), "x", secret.New("pat_secret")), k.Forget(t.Context(), "x")} {
			if fmt.Sprint(err) != fmt.Sprint(tt.want) {
				t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
			}
		}
	}
}
