package cli

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var samples = filepath.Join("..", "..", "samples")

// sample returns a sample for schedulers, or another one by its folder and name.
func sample(t *testing.T, name string) string {
	t.Helper()
	if !strings.Contains(name, "/") {
		name = "schedule/" + name
	}
	text, err := os.ReadFile(filepath.Join(samples, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestSamplesAreListed holds samples/README.md to the files that are there.
func TestSamplesAreListed(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(samples, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	err = fs.WalkDir(os.DirFS(samples), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path == "README.md" || strings.Contains(path, ".results") {
			return err
		}
		found++
		if !strings.Contains(string(readme), "| `"+path+"` |") {
			t.Errorf("samples/README.md does not list %s", path)
		}
		return nil
	})
	if err != nil || found < 8 {
		t.Errorf("%d samples, %v", found, err)
	}
}

// TestSampleCommands reads every command of ours in the samples as the program would.
func TestSampleCommands(t *testing.T) {
	commands := map[string][][]string{
		"crontab":             crontabCommands(t),
		"rollcall.service":    unitCommands(t),
		"kubernetes.yaml":     podCommands(t),
		"github-actions.yaml": workflowCommands(t),
		"README.md":           shownCommands(t),

		"fleet/rollcall-worker@.service": unitCommandsOf(t, "fleet/rollcall-worker@.service"),
		"fleet/kubernetes.yaml":          fleetCommands(t),
		"fleet/compose.yaml":             composeCommands(t),
		"fleet/roles.sql":                commentCommands(t, "fleet/roles.sql"),
		"fleet/jobs.yaml":                commentCommands(t, "fleet/jobs.yaml"),
	}
	for name, lines := range commands {
		if len(lines) == 0 || len(lines[0]) < 2 {
			t.Errorf("%s: no command of ours in %q", name, lines)
		}
		for _, words := range lines {
			t.Run(name, func(t *testing.T) {
				root := newApp(Process{}).root()
				cmd, rest, err := root.Find(words)
				if cmd == root && words[0] == "sync" {
					t.Skip("the command tree has no sync")
				}
				if err != nil || cmd == root {
					t.Fatalf("rollcall %s: no such command, %v", words[0], err)
				}
				if err := cmd.ParseFlags(rest); err != nil {
					t.Fatalf("rollcall %s: %v", strings.Join(words, " "), err)
				}
				if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
					t.Errorf("rollcall %s: %v", strings.Join(words, " "), err)
				}
			})
		}
	}
}

// TestSchedulersLookFirst proves that what runs on its own is looked at before, by the same credentials, and waits for a run
// that is at work.
func TestSchedulersLookFirst(t *testing.T) {
	for name, commands := range map[string][][]string{
		"crontab": crontabCommands(t), "rollcall.service": unitCommands(t), "kubernetes.yaml": podCommands(t),
	} {
		if len(commands) != 2 || commands[0][0] != "doctor" || commands[1][0] != "sync" {
			t.Fatalf("%s: %q", name, commands)
		}
		checked, run := strings.Join(commands[0], " "), strings.Join(commands[1], " ")+" "
		if token := strings.TrimPrefix(checked, "doctor "); !strings.Contains(run, " "+token+" ") {
			t.Errorf("%s: %s looks at other credentials than %s", name, checked, run)
		}
		if !regexp.MustCompile(` --lock-wait[ =]10m `).MatchString(run) {
			t.Errorf("%s: it waits for no other run: %s", name, run)
		}
	}
}

// unitCommands returns our commands of the service, podCommands those of the pod, in the order in which they run.
func unitCommands(t *testing.T) [][]string {
	t.Helper()
	return unitCommandsOf(t, "rollcall.service")
}

func unitCommandsOf(t *testing.T, name string) (commands [][]string) {
	t.Helper()
	service := unit(t, name)["Service"]
	for _, line := range slices.Concat(service["ExecStartPre"], service["ExecStart"]) {
		commands = append(commands, ours(strings.TrimPrefix(line, "-"))) // a dash lets it fail
	}
	return commands
}

func podCommands(t *testing.T) (commands [][]string) {
	t.Helper()
	spec := cronJob(t).Spec.JobTemplate.Spec.Template.Spec
	for _, c := range slices.Concat(spec.InitContainers, spec.Containers) {
		commands = append(commands, c.Args)
	}
	return commands
}

// shownCommands returns the commands that samples/README.md says to try.
func shownCommands(t *testing.T) (commands [][]string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(samples, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile("`(rollcall [^`]+)`").FindAllStringSubmatch(string(text), -1) {
		commands = append(commands, ours(found[1]))
	}
	return commands
}

// ours returns the words behind rollcall if that is the command of a line, up to the first operator of the shell.
func ours(line string) []string {
	words := strings.Fields(strings.ReplaceAll(line, `"`, ""))
	if len(words) == 0 || filepath.Base(words[0]) != "rollcall" {
		return nil
	}
	end := slices.IndexFunc(words, func(word string) bool { return strings.ContainsAny(word, "<>|&;") })
	if end < 0 {
		end = len(words)
	}
	return words[1:end]
}

// crontabCommands returns our commands of the crontab, after making sure that cron would take all of its lines.
func crontabCommands(t *testing.T) (commands [][]string) {
	t.Helper()
	variable := regexp.MustCompile(`^[A-Z_]+=\S+$`)
	fields := regexp.MustCompile(`^(\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(\S.*)$`)
	text := sample(t, "crontab")
	if !strings.Contains(text, "\nMAILTO=") || !strings.HasSuffix(text, "\n") {
		t.Error("crontab: mails nobody, or its last line has no end, which cron ignores")
	}
	for i, line := range strings.Split(text, "\n") {
		if line == "" || line[0] == '#' || variable.MatchString(line) {
			continue
		}
		parts := fields.FindStringSubmatch(line)
		if parts == nil {
			t.Errorf("crontab:%d: not five fields and a command: %s", i+1, line)
			continue
		}
		if err := checkSchedule(parts[1:6]); err != nil {
			t.Errorf("crontab:%d: %v", i+1, err)
		}
		if strings.Contains(parts[6], "%") {
			t.Errorf("crontab:%d: cron reads %% as the end of a line", i+1)
		}
		for command := range strings.SplitSeq(parts[6], "; ") {
			if words := ours(command); words != nil {
				commands = append(commands, words)
			}
		}
	}
	return commands
}

// checkSchedule checks the five fields of cron: *, numbers, ranges, steps, and lists of them.
func checkSchedule(fields []string) error {
	limits := [...]struct{ least, most int }{{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 7}}
	if len(fields) != len(limits) {
		return fmt.Errorf("%d fields, want %d", len(fields), len(limits))
	}
	for i, field := range fields {
		for item := range strings.SplitSeq(field, ",") {
			if !inLimits(item, limits[i].least, limits[i].most) {
				return fmt.Errorf("field %d: %q is not from %d to %d", i+1, item, limits[i].least, limits[i].most)
			}
		}
	}
	return nil
}

func inLimits(item string, least, most int) bool {
	span, step, stepped := strings.Cut(item, "/")
	if n, err := strconv.Atoi(step); stepped && (err != nil || n < 1) {
		return false
	}
	if span == "*" {
		return true
	}
	first, last, ranged := strings.Cut(span, "-")
	if !ranged {
		last = first
	}
	from, err := strconv.Atoi(first)
	to, lastErr := strconv.Atoi(last)
	return err == nil && lastErr == nil && least <= from && from <= to && to <= most
}

func TestCheckSchedule(t *testing.T) {
	for give, want := range map[string]bool{
		"30 2 * * *": true, "*/15 0-6,22 1 1,7 1-5": true,
		"60 2 * * *": false, "0 24 * * *": false, "0 0 0 * *": false, "0 0 * * 8": false, "0 0 * *": false, "0 0 5-1 * *": false, "*/0 * * * *": false, "@daily": false,
	} {
		if err := checkSchedule(strings.Fields(give)); (err == nil) != want {
			t.Errorf("checkSchedule(%q) = %v", give, err)
		}
	}
}

// unit reads a unit file of systemd: the values of each key by section.
func unit(t *testing.T, name string) map[string]map[string][]string {
	t.Helper()
	sections, section := map[string]map[string][]string{}, ""
	text := strings.ReplaceAll(sample(t, name), "\\\n", " ")
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		key, value, found := strings.Cut(line, "=")
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			section = strings.Trim(line, "[]")
			sections[section] = map[string][]string{}
		case !found || section == "" || strings.TrimSpace(key) != key:
			t.Fatalf("%s: neither a section nor a key in one: %s", name, line)
		default:
			sections[section][key] = append(sections[section][key], value)
		}
	}
	return sections
}

// A limit of the collector, and the limit of memory that follows it, in MiB.
var memoryLimits = regexp.MustCompile(`(?s)GOMEMLIMIT(?:=|, value: )(\d+)MiB.*?(?:MemoryMax=|limits: \{memory: )(\d+)M`)

// The collector knows of the limit of memory before the kernel makes it felt.
func TestSamplesLimitsOfMemory(t *testing.T) {
	for name, limits := range map[string]int{
		"schedule/rollcall.service": 1, "schedule/kubernetes.yaml": 2, "fleet/rollcall-worker@.service": 1, "fleet/kubernetes.yaml": 1,
	} {
		pairs := memoryLimits.FindAllStringSubmatch(sample(t, name), -1)
		if len(pairs) != limits {
			t.Errorf("%s: %d programs with both limits, want %d", name, len(pairs), limits)
		}
		for _, pair := range pairs {
			collector, err1 := strconv.Atoi(pair[1])
			kernel, err2 := strconv.Atoi(pair[2])
			if err1 != nil || err2 != nil || collector*100 < kernel*85 || collector*100 > kernel*95 {
				t.Errorf("%s: GOMEMLIMIT of %d MiB under a limit of %d", name, collector, kernel)
			}
		}
	}
}

func TestSampleUnits(t *testing.T) {
	service, timer := unit(t, "rollcall.service"), unit(t, "rollcall.timer")
	want := map[string][]string{
		"Type": {"oneshot"}, "User": {"rollcall"}, "StateDirectory": {"rollcall"}, "UMask": {"0077"},
		"Environment":       {"XDG_STATE_HOME=/var/lib", "GOMEMLIMIT=460MiB"}, // where StateDirectory is made, and the ledger in it
		"LoadCredential":    {"pat:/etc/rollcall/pat", "notify:/etc/rollcall/notify"},
		"SuccessExitStatus": {"6 130"}, "Restart": {"on-failure"}, "RestartPreventExitStatus": {"2 3 4 5 8"},
		"ProtectSystem": {"strict"}, "ProtectHome": {"yes"}, "NoNewPrivileges": {"yes"}, "CapabilityBoundingSet": {""},
		"ReadWritePaths": {"/var/lib/prometheus/node-exporter"},
	}
	for key, values := range want {
		if diff := cmp.Diff(values, service["Service"][key]); diff != "" {
			t.Errorf("rollcall.service: %s: %s", key, diff)
		}
	}
	if diff := cmp.Diff(map[string][]string{"WantedBy": {"timers.target"}}, timer["Install"]); diff != "" {
		t.Errorf("rollcall.timer: %s", diff)
	}
	if calendar := timer["Timer"]["OnCalendar"]; len(calendar) != 1 || service["Install"] != nil {
		t.Errorf("the timer alone starts the service, once a night: %q", calendar)
	}
}

// TestSampleUnitsAreVerified has systemd itself look at the units, where there is one.
func TestSampleUnitsAreVerified(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze on this machine: the units are read by TestSampleUnits alone")
	}
	dir := t.TempDir()
	arguments := []string{"verify", "--man=no", "--recursive-errors=no"}
	for _, name := range []string{"rollcall.service", "rollcall.timer", "fleet/rollcall-worker@.service"} {
		// It looks for the program, too.
		text := strings.ReplaceAll(sample(t, name), "/usr/local/bin/rollcall", "/bin/true")
		path := filepath.Join(dir, strings.Replace(filepath.Base(name), "@", "@1", 1)) // an instance of a template
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		arguments = append(arguments, path)
	}
	output, err := exec.CommandContext(t.Context(), analyze, arguments...).CombinedOutput()
	if err != nil || len(output) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, output)
	}
}
