package fileset_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"rollcall/pkg/fileset"
)

// write makes a file in the working directory.
func write(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// link makes a symbolic link.
func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
}

// stem reports names that begin so.
func stem(prefix string) func(string) bool {
	return func(name string) bool { return strings.HasPrefix(name, prefix) }
}

func TestCollision(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, path := range []string{"people.csv", "out/there.csv", "state/1.db", "todo.csv", "dir/people.csv"} {
		write(t, path)
	}
	link(t, "people.csv", "link.csv")
	link(t, "not-yet.json", "dangling")
	link(t, "out", "folder")
	if err := os.Link("people.csv", "hard.csv"); err != nil {
		t.Fatal(err)
	}
	absolute, err := filepath.Abs("people.csv")
	if err != nil {
		t.Fatal(err)
	}
	roster := fileset.File{Path: "people.csv", Role: fileset.Roster}
	summary := func(path string) fileset.File {
		return fileset.File{Path: path, Role: fileset.Summary, Option: "summary"}
	}
	metrics := func(path string) fileset.File {
		return fileset.File{Path: path, Role: fileset.Metrics, Option: "metrics-file"}
	}
	ledger := fileset.File{Path: "notes.db", Role: fileset.Ledger, Option: "ledger"}
	trail := fileset.File{Path: "trail", Role: fileset.Audit, Option: "audit"}
	ledgers := fileset.File{Path: "state/x.db", Role: fileset.Ledger, Names: func(name string) bool { return strings.HasSuffix(name, ".db") }}
	todo := fileset.File{Path: "todo.csv", Role: fileset.Corrections, Names: stem("todo")}
	inRun := func(run int, f fileset.File) fileset.File {
		f.Run = run
		return f
	}
	stream, err := os.Stat("people.csv")
	if err != nil {
		t.Fatal(err)
	}
	log := fileset.File{Path: "run.log", Role: fileset.Log}
	tests := []struct {
		name string
		give []fileset.File
		// want are the roles of the two, empty if there is no collision.
		output, other fileset.Role
	}{
		{"nothing", nil, "", ""},
		{"different files", []fileset.File{roster, summary("a"), metrics("b"), ledger, todo, log}, "", ""},
		{"an output is the input", []fileset.File{roster, summary("people.csv")}, fileset.Summary, fileset.Roster},
		{"the input is added last", []fileset.File{summary("people.csv"), roster}, fileset.Summary, fileset.Roster},
		{"spelt otherwise", []fileset.File{roster, summary("./out/../people.csv")}, fileset.Summary, fileset.Roster},
		{"absolute", []fileset.File{roster, summary(absolute)}, fileset.Summary, fileset.Roster},
		{"by a symbolic link", []fileset.File{roster, summary("link.csv")}, fileset.Summary, fileset.Roster},
		{"by a hard link", []fileset.File{roster, summary("hard.csv")}, fileset.Summary, fileset.Roster},
		{"the same name elsewhere", []fileset.File{roster, summary("dir/people.csv")}, "", ""},
		{"in a linked folder", []fileset.File{summary("out/new"), metrics("folder/new")}, fileset.Metrics, fileset.Summary},
		{"in a folder that is not there", []fileset.File{summary("none/new"), metrics("./none/new")}, fileset.Metrics, fileset.Summary},
		{"in a linked folder's missing folder", []fileset.File{summary("out/none/new"), metrics("folder/none/new")}, fileset.Metrics, fileset.Summary},
		{"by a link to nothing", []fileset.File{summary("not-yet.json"), metrics("dangling")}, fileset.Metrics, fileset.Summary},
		{"two inputs", []fileset.File{roster, {Path: "people.csv", Role: fileset.Token}}, "", ""},
		{"standard streams", []fileset.File{{Path: "-", Role: fileset.Roster}, {Path: "-", Role: fileset.Results}}, "", ""},
		{"a redirected stream", []fileset.File{{Path: "-", Role: fileset.Roster, Stream: stream}, summary("people.csv")}, fileset.Summary, fileset.Roster},
		{"a redirected stream and another file", []fileset.File{{Path: "-", Role: fileset.Roster, Stream: stream}, summary("out/new")}, "", ""},
		{"the null device", []fileset.File{{Path: os.DevNull, Role: fileset.Header}, {Path: os.DevNull, Role: fileset.Log}}, "", ""},
		{"the ledger", []fileset.File{ledger, summary("notes.db")}, fileset.Summary, fileset.Ledger},
		{"beside the ledger", []fileset.File{ledger, summary("notes.db-wal")}, fileset.Summary, fileset.Ledger},
		{"the lock of the ledger", []fileset.File{summary("notes.db.lock"), ledger}, fileset.Ledger, fileset.Summary},
		{"the holder of the ledger", []fileset.File{ledger, log, summary("notes.db.holder")}, fileset.Summary, fileset.Ledger},
		{"any of the ledgers", []fileset.File{ledgers, summary("state/1.db")}, fileset.Summary, fileset.Ledger},
		{"a ledger to come", []fileset.File{ledgers, summary("state/2.db")}, fileset.Summary, fileset.Ledger},
		{"beside a ledger to come", []fileset.File{ledgers, summary("state/2.db-journal")}, fileset.Summary, fileset.Ledger},
		{"one of the ledgers, named", []fileset.File{ledgers, {Path: "state/1.db", Role: fileset.Ledger, Option: "ledger"}}, "", ""},
		{"the audit trail", []fileset.File{trail, summary("trail")}, fileset.Summary, fileset.Audit},
		{"the lock of the audit trail", []fileset.File{trail, summary("trail.lock")}, fileset.Summary, fileset.Audit},
		{"jobs share an audit trail", []fileset.File{inRun(1, trail), inRun(2, trail)}, "", ""},
		{"in the folder of the ledgers", []fileset.File{ledgers, summary("state/last.json")}, "", ""},
		{"one of the corrections", []fileset.File{todo, summary("todo-2.csv")}, fileset.Summary, fileset.Corrections},
		{"corrections fed back", []fileset.File{{Path: "todo.csv", Role: fileset.Roster}, todo}, "", ""},
		{"jobs share ledger, log and corrections", []fileset.File{
			inRun(1, ledger), inRun(1, log), inRun(1, todo), inRun(2, ledger), inRun(2, log), inRun(2, todo),
		}, "", ""},
		{"jobs share no summary", []fileset.File{inRun(1, summary("a")), inRun(2, summary("a"))}, fileset.Summary, fileset.Summary},
		{"one job writes what another reads", []fileset.File{inRun(1, roster), inRun(2, summary("people.csv"))}, fileset.Summary, fileset.Roster},
		{"one job's log is another's ledger", []fileset.File{inRun(1, ledger), inRun(2, fileset.File{Path: "notes.db", Role: fileset.Log})}, fileset.Log, fileset.Ledger},
	}
	for _, tt := range tests {
		var files fileset.Set
		for _, f := range tt.give {
			files.Add(f)
		}
		got, found := files.Collision()
		if got.Output.Role != tt.output || got.Other.Role != tt.other || found != (tt.output != "") {
			t.Errorf("%s: %+v, %v, want %q over %q", tt.name, got, found, tt.output, tt.other)
		}
	}
}

// Names of one file differ in letter case where the file system does not tell them apart, and only there.
func TestLetterCaseCountsAsTheFileSystemHasIt(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "probe")
	_, err := os.Stat("PROBE")
	folds := err == nil
	var files fileset.Set
	files.Add(fileset.File{Path: "out.json", Role: fileset.Summary})
	files.Add(fileset.File{Path: "OUT.JSON", Role: fileset.Metrics})
	if _, found := files.Collision(); found != folds {
		t.Errorf("Collision = %v on a file system that folds case: %v", found, folds)
	}
}

func TestAppendFollowsNoLink(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "kept")
	write(t, "dir/run.log")
	link(t, "kept", "link.log")
	link(t, "not-yet", "dangling.log")
	link(t, "dir", "folder")
	for _, path := range []string{"link.log", "dangling.log"} {
		if file, err := fileset.Append(path); !errors.Is(err, fileset.ErrLink) {
			t.Errorf("Append(%s) = %v, %v", path, file, err)
		}
	}
	if _, err := os.Lstat("not-yet"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the target of a link was made: %v", err)
	}
	for _, path := range []string{"folder/run.log", "new.log"} {
		file, err := fileset.Append(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteString("y"); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{"dir/run.log": "xy", "new.log": "y", "kept": "x"} {
		if text, err := os.ReadFile(path); err != nil || string(text) != want {
			t.Errorf("%s: %q, %v, want %q", path, text, err, want)
		}
	}
}

// TestFirstCollisionOfMany compares the collision of many files with those of any two of them.
func TestFirstCollisionOfMany(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, path := range []string{"people.csv", "out/there.csv", "state/1.db"} {
		write(t, path)
	}
	link(t, "out", "folder")
	link(t, "people.csv", "link.csv")
	if err := os.Link("people.csv", "out/hard.csv"); err != nil {
		t.Fatal(err)
	}
	paths := []string{
		"people.csv", "link.csv", "out/hard.csv", "People.csv", "out/people.csv", "folder/people.csv", "out/there.csv", "folder/there.csv",
		"state/1.db", "state/2.db", "new.csv", "out/new.csv", os.DevNull,
	}
	roles := []fileset.Role{fileset.Roster, fileset.Token, fileset.Results, fileset.Summary, fileset.Log, fileset.Plan}
	collided := 0
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 0))
		var many []fileset.File
		for n := range 2 + random.IntN(7) {
			f := fileset.File{Path: paths[random.IntN(len(paths))], Role: roles[random.IntN(len(roles))], Run: n}
			if random.IntN(8) == 0 {
				f.Names = func(name string) bool { return filepath.Ext(name) == filepath.Ext(f.Path) }
			}
			many = append(many, f)
		}
		want, wanted := firstOfTwo(many)
		var files fileset.Set
		for _, f := range many {
			files.Add(f)
		}
		got, found := files.Collision()
		if found != wanted || got.Output.Run != want.Output.Run || got.Other.Run != want.Other.Run {
			t.Fatalf("seed %d: %+v, %t; want %+v, %t", seed, got, found, want, wanted)
		}
		if found {
			collided++
		}
	}
	if collided < 50 || collided > 250 {
		t.Errorf("%d of 300 collide, which tells little", collided)
	}
}

// firstOfTwo returns the collision of the first file that collides with an earlier one by itself.
func firstOfTwo(many []fileset.File) (fileset.Collision, bool) {
	for i, later := range many {
		for _, earlier := range many[:i] {
			var two fileset.Set
			two.Add(earlier)
			two.Add(later)
			if collision, found := two.Collision(); found {
				return collision, true
			}
		}
	}
	return fileset.Collision{}, false
}

// TestFoldedNames has names told apart just as a folder does in which letter case does not count.
func TestFoldedNames(t *testing.T) {
	for r := range rune(0x20000) {
		if other := unicode.SimpleFold(r); fileset.Folded(string(r)) != fileset.Folded(string(other)) {
			t.Errorf("%U and %U are two names", r, other)
		}
	}
	names := []string{"team.csv", "TEAM.CSV", "Team.csv", "teams.csv", "straße", "STRASSE", "STRAẞE", "Kelvin", "\u212aelvin", "ſ", "S", "é", "É", "e\u0301"}
	for _, one := range names {
		for _, other := range names {
			if same := fileset.Folded("a/"+one) == fileset.Folded("b/"+other); same != strings.EqualFold(one, other) {
				t.Errorf("%s and %s are one: %t", one, other, same)
			}
		}
	}
}
