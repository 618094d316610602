package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// shown is a command in the README and the output below it.
type shown struct {
	line    int
	command string
	output  []string
}

// consoleCommands returns the commands of ours in the README's console blocks.
func consoleCommands(readme string) (commands []shown) {
	inside, ours := false, false
	for i, line := range strings.Split(readme, "\n") {
		command, prompt := strings.CutPrefix(line, "$ ")
		switch {
		case strings.HasPrefix(line, "```"):
			inside, ours = line == "```console", false
		case inside && prompt:
			if ours = strings.HasPrefix(command, "rollcall"); ours {
				commands = append(commands, shown{line: i + 1, command: command})
			}
		case ours:
			last := &commands[len(commands)-1]
			last.output = append(last.output, line)
		}
	}
	return commands
}

func readREADME(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestREADMECommands runs every command of ours that the README shows, in order, where samples/ is, and expects the
// output that it shows. They end with the exit code 0, or 5 where findings are shown.
func TestREADMECommands(t *testing.T) {
	commands := consoleCommands(readREADME(t))
	if len(commands) == 0 {
		t.Fatal("README.md shows no command of ours in a console block")
	}
	dir := t.TempDir()
	samples := os.DirFS(filepath.Join("..", "..", "samples"))
	for _, into := range []string{filepath.Join(dir, "samples"), dir} { // team.csv is anybody's
		if err := os.CopyFS(into, samples); err != nil {
			t.Fatal(err)
		}
	}
	var s stage
	environment, err := s.start(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	// The reader is at a terminal, and says yes there.
	variables := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "ROLLCALL_YES=true", "GORACE=halt_on_error=1 atexit_sleep_ms=0"}
	for name, value := range environment {
		variables = append(variables, name+"="+value)
	}
	for _, shown := range commands {
		command := exec.CommandContext(t.Context(), "sh", "-c", shown.command)
		command.Dir, command.Env = dir, variables
		output, err := command.CombinedOutput()
		code := 0
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			code = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if want := shown.exitCode(); code != want {
			t.Errorf("README.md:%d: %s: exit code %d, want %d\n%s", shown.line, shown.command, code, want, output)
		}
		if missing := shown.missing(string(output)); missing != "" {
			t.Errorf("README.md:%d: %s: its output lacks\n%s\nin its place; it is\n%s", shown.line, shown.command, missing, output)
		}
	}
}

// finding is what the line of a finding begins with.
var finding = regexp.MustCompile(`^\S+:\d+:\d+: `)

func (s shown) exitCode() int {
	if slices.ContainsFunc(s.output, finding.MatchString) {
		return 5
	}
	return 0
}

// missing returns the first line shown that the output does not have where it should. The question and the answer of a
// person do not count, nor do lines of the output that are not shown.
func (s shown) missing(output string) string {
	lines := strings.Split(output, "\n")
	for _, want := range s.output {
		if want == "" || want == "…" || strings.Contains(want, "[y/N]") {
			continue
		}
		for len(lines) > 0 && steady(lines[0]) != steady(want) {
			lines = lines[1:]
		}
		if len(lines) == 0 {
			return want
		}
	}
	return ""
}

// passing are the parts of an output that are different each time.
var passing = regexp.MustCompile(`\d{8}T\d{6}Z-[0-9a-f]+|127\.0\.0\.1:\d+|\d+(\.\d+)?(ms|s)\b|\S*/\.local/`)

func steady(line string) string { return passing.ReplaceAllString(line, "*") }

// TestREADMEExitCodes holds the README to the table that help prints.
func TestREADMEExitCodes(t *testing.T) {
	readme := readREADME(t)
	command := exec.CommandContext(t.Context(), "rollcall", "--help")
	command.Env = append(os.Environ(), "GORACE=halt_on_error=1 atexit_sleep_ms=0")
	help, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`\n {7}`).ReplaceAllString(string(help), " ") // what goes on below a row belongs to it
	rows := regexp.MustCompile(`(?m)^  (\d+) +(.+)$`).FindAllStringSubmatch(lines, -1)
	if len(rows) < 10 {
		t.Fatalf("help has %d exit codes", len(rows))
	}
	for _, row := range rows {
		if want := "| " + row[1] + " | " + row[2] + " |"; !strings.Contains(readme, want) {
			t.Errorf("README.md lacks the exit code\n%s", want)
		}
	}
}

// TestREADMEProofs looks for the scripts and the tests that the README names as proof.
func TestREADMEProofs(t *testing.T) {
	readme := readREADME(t)
	scripts := regexp.MustCompile(`[a-z-]+\.txtar`).FindAllString(readme, -1)
	for _, name := range scripts {
		if _, err := os.Stat(filepath.Join("..", "..", "testdata", "script", name)); err != nil {
			t.Errorf("README.md: %v", err)
		}
	}
	tests := regexp.MustCompile("((?:`Test\\w+`,? )+)in `([\\w/]+)`").FindAllStringSubmatch(readme, -1)
	found := 0
	for _, named := range tests {
		code := testsOf(t, filepath.Join("..", "..", filepath.FromSlash(named[2])))
		for name := range strings.FieldsFuncSeq(named[1], func(r rune) bool { return strings.ContainsRune("`, ", r) }) {
			found++
			if !strings.Contains(code, "\nfunc "+name+"(") {
				t.Errorf("README.md names %s, which %s does not have", name, named[2])
			}
		}
	}
	if named := strings.Count(readme, "`Test"); found == 0 || found != named || len(scripts) == 0 {
		t.Errorf("README.md names %d scripts and %d tests, %d of them with their package", len(scripts), named, found)
	}
}

// testsOf returns the text of the tests in a directory.
func testsOf(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(text)
	}
	return code.String()
}
