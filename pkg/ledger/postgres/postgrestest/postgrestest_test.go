package postgrestest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/ledger/postgres/postgrestest"
)

func TestAddressIsOfASchemaOfItsOwn(t *testing.T) {
	one, two := postgrestest.Address(t), postgrestest.Address(t)
	if one == two {
		t.Error("two tests have one schema")
	}
	connection, err := pgx.Connect(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close(t.Context()) }()
	var path string
	if err := connection.QueryRow(t.Context(), "SHOW search_path").Scan(&path); err != nil || !strings.HasPrefix(path, "test_") {
		t.Errorf("search_path = %q, %v", path, err)
	}
}

// TestNothingOutlivesABinary has a test binary die in the middle of a test.
func TestNothingOutlivesABinary(t *testing.T) {
	const inside = "ROLLCALL_TEST_DIES"
	if os.Getenv(inside) != "" {
		address := postgrestest.Address(t)
		_, _ = os.Stdout.WriteString("\n" + address + "\n")
		os.Exit(3) // it dies, and no clean-up runs
	}
	if os.Getenv(postgrestest.Variable) != "" {
		t.Skip("another server than that of the tests outlives them")
	}
	postgrestest.Address(t) // or it is skipped
	dies := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNothingOutlivesABinary$")
	dies.Env = append(os.Environ(), inside+"=1")
	output, err := dies.Output()
	if err == nil {
		t.Fatal("it did not die")
	}
	_, folder, found := strings.Cut(string(output), "host=")
	folder, _, _ = strings.Cut(folder, "&")
	folder = strings.ReplaceAll(folder, "%2F", "/")
	if !found || !strings.HasPrefix(filepath.Base(folder), "pg") {
		t.Fatalf("it says %q", output)
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); ; <-tick.C {
		if _, err := os.Stat(folder); os.IsNotExist(err) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s is still there", folder)
		}
	}
}

func TestServerThatCrashesStartsAgain(t *testing.T) {
	server := postgrestest.Start(t)
	connection, err := pgx.Connect(t.Context(), server.Address(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := connection.Exec(t.Context(), "CREATE TABLE public.kept (n int)"); err != nil {
		t.Fatal(err)
	}
	server.Crash()
	if _, err := connection.Exec(t.Context(), "SELECT 1"); err == nil {
		t.Error("the server lives")
	}
	server.Restart(t)
	if connection, err = pgx.Connect(t.Context(), server.Address(t)); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close(t.Context()) }()
	var n int
	if err := connection.QueryRow(t.Context(), "SELECT count(*) FROM public.kept").Scan(&n); err != nil {
		t.Error(err)
	}
}
