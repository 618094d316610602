package keyring_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/pkg/keyring"
	"rollcall/pkg/secret"
)

// inside names the variable by which a test process is told that it is the one that has no keyring in memory.
const inside = "ROLLCALL_TEST_KEYRING"

// TestInside asks the keyring of the system: the keyring in memory, once it is there, stays in a process.
func TestInside(t *testing.T) {
	if os.Getenv(inside) == "" {
		t.Skip("TestTheSystem runs it in a process of its own")
	}
	k := keyring.New(keyring.Surroundings{System: "linux", Lookup: os.LookupEnv})
	_, recalled := k.Recall(t.Context(), "x")
	for _, err := range []error{recalled, k.Remember(t.Context(), "x", secret.New("pat_secret")), k.Forget(t.Context(), "x")} {
		if _, printed := os.Stdout.WriteString("says: " + err.Error() + "\n"); printed != nil {
			t.Error(printed)
		}
	}
}

// TestTheSystem asks a bus that is not there, and one on which nobody keeps secrets.
func TestTheSystem(t *testing.T) {
	if got := ask(t, "unix:path=/nowhere/bus"); got != strings.Repeat("says: there is no keyring outside a desktop session, as with ssh, cron or a container\n", 3) {
		t.Errorf("without a bus: %s", got)
	}
	daemon, err := exec.LookPath("dbus-daemon")
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip("a bus without a keyring is not asked, since there is no dbus-daemon: apt-get install dbus-daemon")
	}
	config := filepath.Join(t.TempDir(), "bus.conf")
	if err := os.WriteFile(config, []byte(strings.Replace(`<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=SOCKET</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`, "SOCKET", config+".socket", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	bus := exec.CommandContext(ctx, daemon, "--config-file="+config, "--nofork", "--print-address")
	out, err := bus.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := bus.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = bus.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	const want = "says: this desktop has no keyring: it needs a Secret Service, such as that of gnome-keyring, KWallet or KeePassXC\n"
	if got := ask(t, strings.TrimSpace(address)); got != strings.Repeat(want, 3) {
		t.Errorf("on a bus without a keyring: %s", got)
	}
}

// ask returns what a process says that has the bus at an address.
func ask(t *testing.T, address string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestInside$")
	command.Env = append(os.Environ(), inside+"=1", "DBUS_SESSION_BUS_ADDRESS="+address, "WSL_DISTRO_NAME=", "WSL_INTEROP=")
	output, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for line := range strings.Lines(string(output)) {
		if strings.HasPrefix(line, "says: ") {
			said.WriteString(line)
		}
	}
	return said.String()
}
