package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"testing"
	"time"

	"rollcall/pkg/ledger/postgres/postgrestest"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the commands that scripts can execute: rollcall itself, midway, which disturbs it, and terminal, which it runs
// at. Benchmarks execute a command of their own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"rollcall": bounded(main), "midway": bounded(midway), "terminal": bounded(terminal), "benchmark": benchmark,
	})
}

// longest is how long a command may take, on a busy machine, too.
const longest = time.Minute

// bounded has a command that hangs show where, and end with the exit code 70, which no script expects.
func bounded(command func()) func() {
	return func() {
		time.AfterFunc(longest, func() {
			fmt.Fprintf(os.Stderr, "%s: still at it after %s\n", os.Args[0], longest)
			_ = pprof.Lookup("goroutine").WriteTo(os.Stderr, 1) // the exit code tells already
			os.Exit(70)
		})
		command()
	}
}

// TestScripts runs every script of testdata/script. They are written in the user's language, and these words of ours:
//
//	status N command…       the command ends with exactly the exit code N
//	service [flags]         `rollcall sandbox [flags]` serves until the script ends, and its environment is set
//	service stop            it is interrupted, and must end well
//	service revoke          it refuses the credentials from now on; likewise expire, reset, outage and recovery
//	service NAME '{JSON}'   POST /sandbox/NAME, which has it misbehave or end an invitation
//	mails N                 the sandbox has mailed N people, each of them once
//	calls N operation       the sandbox was called so often: calls 0 invite
//	midway N what command…  executed through status: see [midway]
//	terminal WIDTH command  executed through status, at a terminal of so many cells: see [terminal]
//	harmless N text command the same, and what the terminal was sent has the text and does it no harm: see [harmless]
//	people N FILE           FILE is a roster of N people
//	column FILE name cell…  the column of a CSV file or workbook has exactly these cells; invited*3 stands for three
//	fill FILE sheet A2=ada… the sheet of the workbook gets these cells; B2:=A2&C2 is a formula
//	offers FILE sheet what… the sheet of the workbook offers this in drop-down lists: see [offers]
//	resave csv FOLDER FILE… a German spreadsheet opens the files and saves them in the folder, as csv or xlsx
//	mode 0600 FILE…         the files have these permissions
//	bytes FILE 'PK\x03'      FILE has bytes that no script can hold
//	secret NAME|FILE [col]  what the variable or file holds is a secret, or each cell of that column
//	leaks FILE...           the files hold a secret; ! leaks: none of them
//	age FILE 20m            all that the ledger FILE remembers happened so much earlier
//	hold FILE               somebody else holds the ledger FILE
//	database NAME           NAME is the address of a new database; with expire NAME those who hold something there are silent too long
//	listen                  the service's addresses lead to a listener that answers nobody
//	connections N           so many connections have come to that listener
//	hook STATUS...          a webhook answers with these in turn, the last one from then on; HOOK is its address
//	take NAME 'a (b)'       the variable NAME is what the last command has printed where the group is
//	serve [flags]           `rollcall serve [flags]` serves PAGE at PORT until the script ends; TICKET is the path of its ticket
//	serve stop|wait|kill    it is interrupted, or ends by itself, and must end well; what it has printed goes to standard output
//	visit N GET path [...]  it answers a browser with the status N: see [visit]
//	posts N [FILE]          it was called so often; FILE gets what it was told last, as lines
func TestScripts(t *testing.T) { testscript.Run(t, scriptParams()) }

// scriptParams says which scripts there are, and what they know.
func scriptParams() testscript.Params {
	return testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "script"),
		Setup:               setUp,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition:           condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status, "service": runService, "mails": mails, "calls": calls, "people": people, "column": column,
			"mode": mode, "bytes": writeBytes, "secret": secret, "leaks": leaks, "hold": hold, "listen": listen,
			"connections": connections, "fill": fill, "offers": offers, "hook": runHook, "posts": posts, "publish": publish, "age": age,
			"take": take, "resave": resave, "harmless": harmless, "database": database, "serve": serveWord, "visit": visit,
		},
	}
}

// stage is what stands around a script besides its files.
type stage struct {
	// process serves the sandbox, and out is what it says; nil where none is running.
	process *exec.Cmd
	out     *bufio.Reader
	// listener stands in for a service that answers nobody.
	listener net.Listener
	// hook stands in for a chat's webhook.
	hook *hook
	// pages are those that are served, the last one being visited.
	pages []*served
	// secrets are what nothing but results and ledgers may hold.
	secrets []string
}

// stageKey is where a script keeps its stage.
const stageKey = "stage"

func stageOf(ts *testscript.TestScript) *stage {
	s, ok := ts.Value(stageKey).(*stage)
	if !ok {
		ts.Fatalf("the script has no stage")
	}
	return s
}

// setUp gives a script a home of its own. Nothing else comes from the developer's environment but PATH.
func setUp(env *testscript.Env) error {
	samples, err := filepath.Abs(filepath.Join("..", "..", "samples"))
	if err != nil {
		return err
	}
	home := filepath.Join(env.WorkDir, "home")
	env.Setenv("HOME", home)
	env.Setenv("STATE", filepath.Join(home, ".local", "state", "rollcall"))
	env.Setenv("SAMPLES", samples)
	// The modest defaults would make scripts wait.
	env.Setenv("ROLLCALL_RATE", "1000/s")
	env.Setenv("ROLLCALL_GRACE", "50ms")
	env.Setenv("ROLLCALL_TIMEOUT", "2s")
	// A data race in a process that a script starts is the exit code 66, which no script expects.
	env.Setenv("GORACE", "halt_on_error=1 atexit_sleep_ms=0")
	env.Values[stageKey] = &stage{}
	return os.Mkdir(home, 0o700)
}

// condition adds [root], which is true for a user whom no permission stops, and [spreadsheet] and [postgres], which are true
// where LibreOffice and PostgreSQL are installed, and have to be on machines that build.
func condition(name string) (bool, error) {
	switch name {
	case "root":
		return os.Geteuid() == 0, nil
	case "spreadsheet":
		_, err := exec.LookPath(soffice)
		if err != nil && os.Getenv("CI") == "" {
			return false, nil
		}
		return true, err
	case "postgres":
		_, drop, err := postgrestest.New()
		if errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") == "" {
			return false, nil
		}
		if err == nil {
			err = drop()
		}
		return true, err
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

// status runs a command and checks its exit code.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command [args...]")
	}
	want := number(ts, args[0])
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func number(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		ts.Fatalf("%q is not a number", text)
	}
	return n
}
