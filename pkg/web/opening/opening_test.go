package opening_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"rollcall/pkg/web/opening"
)

// environment returns a lookup of variables.
func environment(variables map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { value, ok := variables[name]; return value, ok }
}

func TestDecide(t *testing.T) {
	ssh := map[string]string{"SSH_CONNECTION": "192.0.2.7 50123 198.51.100.3 22", "USER": "ann", "DISPLAY": ":10"}
	with := func(variables map[string]string, more ...string) map[string]string {
		all := maps.Clone(variables)
		for i := 0; i < len(more); i += 2 {
			all[more[i]] = more[i+1]
		}
		return all
	}
	for _, tt := range []struct {
		name, system string
		variables    map[string]string
		files        []string
		commands     []string
		unwanted     bool
		want         opening.Reason
		instead      string
	}{
		{name: "a desktop", system: "linux", variables: map[string]string{"DISPLAY": ":0"}},
		{name: "a desktop of Wayland alone", system: "linux", variables: map[string]string{"WAYLAND_DISPLAY": "wayland-0"}},
		{name: "a BSD", system: "freebsd", variables: map[string]string{"DISPLAY": ":0"}},
		{name: "macOS", system: "darwin"},
		{name: "Windows", system: "windows"},
		{name: "no browser is wanted", system: "darwin", unwanted: true, want: opening.NotWanted},
		{name: "no browser is wanted, and one is chosen", system: "linux", variables: map[string]string{"BROWSER": "firefox"}, unwanted: true, want: opening.NotWanted},
		{name: "a console", system: "linux", want: opening.NoDisplay},
		{name: "an empty display", system: "linux", variables: map[string]string{"DISPLAY": "", "BROWSER": ""}, want: opening.NoDisplay},
		{name: "a browser that is chosen", system: "linux", variables: map[string]string{"BROWSER": "firefox"}},
		{name: "a browser of the terminal", system: "linux", variables: map[string]string{"BROWSER": "w3m:/usr/bin/lynx -x %s: "}, want: opening.NoDisplay},
		{name: "WSL", system: "linux", variables: map[string]string{"WSL_DISTRO_NAME": "Debian"}, commands: []string{"wslview"}},
		{name: "WSL without its tools", system: "linux", variables: map[string]string{"WSL_DISTRO_NAME": "Debian"}, want: opening.NoDisplay},
		{name: "WSL with a display, without its tools", system: "linux", variables: map[string]string{"WSL_INTEROP": "/run/WSL/1", "DISPLAY": ":0"}},

		{name: "ssh", system: "linux", variables: ssh, want: opening.Remote, instead: "ssh -L 4321:127.0.0.1:4321 ann@198.51.100.3"},
		{name: "ssh to macOS", system: "darwin", variables: ssh, want: opening.Remote, instead: "ssh -L 4321:127.0.0.1:4321 ann@198.51.100.3"},
		{name: "ssh to Windows", system: "windows", variables: ssh, want: opening.Remote, instead: "ssh -L 4321:127.0.0.1:4321 ann@198.51.100.3"},
		{
			name: "ssh on another port, by IPv6", system: "linux", want: opening.Remote,
			variables: map[string]string{"SSH_CONNECTION": "2001:db8::7 50123 2001:db8::3 2222", "LOGNAME": "ann"},
			instead:   "ssh -L 4321:127.0.0.1:4321 -p 2222 ann@2001:db8::3",
		},
		{name: "ssh, of which only the terminal is known", system: "linux", variables: map[string]string{"SSH_TTY": "/dev/pts/3"}, want: opening.Remote, instead: "ssh -L 4321:127.0.0.1:4321 USER@HOST"},
		{
			name: "a user that is none", system: "linux", want: opening.Remote,
			variables: with(ssh, "USER", "$(reboot)", "SSH_CONNECTION", "1 2 ;reboot -x"), instead: "ssh -L 4321:127.0.0.1:4321 USER@HOST",
		},
		{name: "a user like an option", system: "linux", variables: with(ssh, "USER", "-oProxyCommand"), want: opening.Remote, instead: "ssh -L 4321:127.0.0.1:4321 USER@198.51.100.3"},
		{name: "ssh with a browser that is chosen", system: "linux", variables: with(ssh, "BROWSER", "firefox"), want: opening.Remote, instead: "ssh -L 4321:127.0.0.1:4321 ann@198.51.100.3"},
		{name: "the terminal of an editor over ssh", system: "linux", variables: with(ssh, "BROWSER", "/home/ann/browser.sh", "VSCODE_IPC_HOOK_CLI", "/run/x.sock")},

		{name: "a container of Docker", system: "linux", variables: map[string]string{"DISPLAY": ":0"}, files: []string{"/.dockerenv"}, want: opening.Container},
		{name: "a container of Podman", system: "linux", files: []string{"/run/.containerenv"}, want: opening.Container},
		{name: "a container of systemd", system: "linux", variables: map[string]string{"container": "systemd-nspawn"}, want: opening.Container},
		{name: "a pod", system: "linux", variables: map[string]string{"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, want: opening.Container},
		{name: "a container with a browser that is chosen", system: "linux", variables: map[string]string{"BROWSER": "x"}, files: []string{"/.dockerenv"}},
		{name: "a file of that name elsewhere", system: "darwin", files: []string{"/.dockerenv"}},

		{name: "continuous integration", system: "linux", variables: map[string]string{"CI": "true", "DISPLAY": ":0", "BROWSER": "firefox"}, want: opening.Watched},
		{name: "no continuous integration", system: "linux", variables: map[string]string{"CI": "false", "DISPLAY": ":0"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			way := opening.Decide(opening.Surroundings{
				System: tt.system, Lookup: environment(tt.variables), Unwanted: tt.unwanted,
				Exists: func(name string) bool { return slices.Contains(tt.files, name) },
				Has:    func(name string) bool { return slices.Contains(tt.commands, name) },
			})
			if way.Reason != tt.want {
				t.Errorf("%d %s, want %d %s", way.Reason, way.Reason, tt.want, tt.want)
			}
			if got := way.Instead("127.0.0.1:4321"); got != tt.instead {
				t.Errorf("instead %q, want %q", got, tt.instead)
			}
		})
	}
}

func TestWhatForwardsIPv6(t *testing.T) {
	way := opening.Decide(opening.Surroundings{System: "darwin", Lookup: environment(map[string]string{"SSH_TTY": "x"})})
	if got := way.Instead("[::1]:4321"); got != "ssh -L 4321:[::1]:4321 USER@HOST" {
		t.Error(got)
	}
}

func TestEveryWayHasALead(t *testing.T) {
	for _, reason := range []opening.Reason{opening.Here, opening.NotWanted, opening.Watched, opening.Remote, opening.Container, opening.NoDisplay} {
		lines := opening.Way{Reason: reason}.Lead("127.0.0.1:4321")
		if end := lines[len(lines)-1]; !strings.HasSuffix(end, ":") || strings.Contains(strings.Join(lines, ""), "::") {
			t.Errorf("%d: %q", reason, lines)
		}
	}
}

func TestReasonsHaveWords(t *testing.T) {
	seen := map[string]bool{}
	for _, reason := range []opening.Reason{opening.Watched, opening.Remote, opening.Container, opening.NoDisplay} {
		if text := reason.String(); text == "" || seen[text] {
			t.Errorf("%d: %q", reason, text)
		}
		seen[reason.String()] = true
	}
	if text := opening.Here.String() + opening.NotWanted.String(); text != "" {
		t.Error(text)
	}
}
