package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/xuri/excelize/v2"
)

// benchmark is the command that benchmarks run beside the program, so that whole processes are compared with each other:
//
//	benchmark loop ROSTER RESULTS         the bare loop, see [bareLoop]
//	benchmark service                     the service that both meet, see [bareService]
//	benchmark csv FILE                    encoding/csv reads a file and does nothing
//	benchmark xlsx FILE                   excelize iterates over the rows of a workbook and does nothing
//	benchmark meter FILE COMMAND...       runs a command, and writes what it took into the file, see [meter]
func benchmark() {
	if err := bench(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "benchmark: %v\n", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("benchmark", flag.ContinueOnError)
	var (
		l bareLoop
		s bareService
	)
	flags.IntVar(&l.workers, "workers", 1, "of the loop")
	flags.StringVar(&l.journal, "journal", "", "of the loop")
	flags.DurationVar(&s.latency, "latency", 0, "of the service")
	flags.IntVar(&s.members, "members", 1, "of the organization")
	flags.IntVar(&s.pending, "pending", 0, "invitations of the organization")
	times := flags.Int("times", 1, "the meter runs the command so often")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch args := flags.Args(); args[0] {
	case "loop":
		l.url = os.Getenv("CYBEDEFEND_API_URL") + "/organization/" + os.Getenv("CYBEDEFEND_ORGANIZATION_ID") + "/invite"
		l.token, l.roster, l.results = os.Getenv("CYBEDEFEND_ACCESS_TOKEN"), args[1], args[2]
		return l.run(ctx)
	case "service":
		return s.serve(os.Stdin, os.Stdout)
	case "csv":
		return readPlainly(args[1])
	case "xlsx":
		return iteratePlainly(args[1])
	case "meter":
		return meter(ctx, args[1], *times, args[2:])
	}
	return fmt.Errorf("no such thing: %q", flags.Args())
}

// readPlainly is the yardstick of whoever reads CSV.
func readPlainly(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	for rows := csv.NewReader(bufio.NewReader(file)); ; {
		if _, err := rows.Read(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// iteratePlainly is the yardstick of whoever reads workbooks.
func iteratePlainly(path string) error {
	book, err := excelize.OpenFile(path)
	if err != nil {
		return err
	}
	rows, err := book.Rows(book.GetSheetName(0))
	if err != nil {
		return err
	}
	for rows.Next() {
		if _, err := rows.Columns(); err != nil {
			return err
		}
	}
	return errors.Join(rows.Error(), rows.Close(), book.Close())
}

// taken is what a process took.
type taken struct {
	Wall, CPU time.Duration
	// MiB is the most memory that it had at once, 0 where the system does not tell.
	MiB float64
}

// meter runs a command so often and writes what that took, in all. It is a process of its own since on Linux the peak of a
// process begins with that of the process from which it was forked, and the one of the tests is large.
func meter(ctx context.Context, path string, times int, args []string) error {
	var all taken
	for range times {
		command := exec.CommandContext(ctx, args[0], args[1:]...)
		command.Stderr = os.Stderr
		began := time.Now()
		if err := command.Run(); err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
		all.Wall += time.Since(began)
		all.CPU += command.ProcessState.UserTime() + command.ProcessState.SystemTime()
		all.MiB = max(all.MiB, peakMemory(command.ProcessState))
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}
