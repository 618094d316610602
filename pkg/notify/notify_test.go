package notify_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"rollcall/pkg/notify"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/report"
	"rollcall/pkg/secret"
	"rollcall/pkg/status"
)

func TestEndWritesFiles(t *testing.T) {
	folder := t.TempDir()
	o := notify.Options{Summary: filepath.Join(folder, "last.json"), Metrics: filepath.Join(folder, "rollcall.prom"), Version: "v1"}
	n, s := newNotifier(t, o), report.Summary{OrganizationID: "o1", Roster: "team.csv"}
	const success = "rollcall_last_success_timestamp_seconds organization_id=o1 roster=team.csv"
	var successes []float64
	for _, exit := range []status.Status{status.Well, status.Refused} {
		s.Status = exit
		ended, err := n.End(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, ended); diff != "" {
			t.Error(diff)
		}
		var want bytes.Buffer
		if err := s.WriteJSON(&want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), read(t, o.Summary)); diff != "" {
			t.Error(diff)
		}
		got := scrape(t, []byte(read(t, o.Metrics)))
		if code := got["rollcall_last_run_exit_code organization_id=o1 roster=team.csv"]; code != float64(exit) {
			t.Errorf("the metrics say %v, want %d", code, exit)
		}
		if _, found := got["rollcall_build_info organization_id=o1 roster=team.csv version=v1"]; !found {
			t.Errorf("the metrics lack the version: %v", got)
		}
		successes = append(successes, got[success])
	}
	if successes[0] == 0 || successes[0] != successes[1] {
		t.Errorf("the last success, after it and after a failure: %v", successes)
	}
	for path, want := range map[string]fs.FileMode{o.Summary: 0o600, o.Metrics: 0o644} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has the mode %o, want %o", filepath.Base(path), got, want)
		}
	}
	if names := namesIn(t, folder); len(names) != 2 {
		t.Errorf("it left behind %q", names)
	}
}

// TestEndSaysWhatItCouldNotWrite has folders vanish during the run: the status says so, wherever it is told.
func TestEndSaysWhatItCouldNotWrite(t *testing.T) {
	const summary, metrics = notify.OptionSummary, notify.OptionMetrics
	tests := []struct {
		name string
		gone []string // options whose folder vanishes
		exit status.Status
		want status.Status
		// failed are the options that the errors name.
		failed []string
		posts  int
	}{
		{"all is written", nil, status.Well, status.Well, nil, 0},
		{"all is written after a failure", nil, status.Rows, status.Rows, nil, 1},
		{"no summary", []string{summary}, status.Well, status.Unexpected, []string{summary}, 1},
		{"no summary of a run that was stopped", []string{summary}, status.Stopped, status.Unexpected, []string{summary}, 1},
		{"no summary of a run that was interrupted", []string{summary}, status.Interrupted, status.Interrupted, []string{summary}, 1},
		{"no metrics", []string{metrics}, status.Well, status.Unexpected, []string{metrics}, 1},
		{"no metrics of a run that was interrupted", []string{metrics}, status.Interrupted, status.Interrupted, []string{metrics}, 1},
		{"neither", []string{summary, metrics}, status.Well, status.Unexpected, []string{summary, metrics}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder, other := t.TempDir(), &others{answers: []answer{{status: 200}}}
			paths := map[string]string{}
			for _, option := range []string{summary, metrics} {
				if err := os.Mkdir(filepath.Join(folder, option), 0o700); err != nil {
					t.Fatal(err)
				}
				paths[option] = filepath.Join(folder, option, "file")
			}
			n := newNotifier(t, notify.Options{
				Summary: paths[summary], Metrics: paths[metrics], Address: secret.New(hookAddress), On: notify.OnFailure, Transport: other,
			})
			for _, option := range tt.gone {
				if err := os.Remove(filepath.Dir(paths[option])); err != nil {
					t.Fatal(err)
				}
			}
			ended, err := n.End(t.Context(), report.Summary{Roster: "team.csv", Status: tt.exit})
			if ended.Status != tt.want {
				t.Errorf("the status is %d, want %d", ended.Status, tt.want)
			}
			var failed []string
			if of, ok := errors.AsType[*notify.EndError](err); ok {
				for _, file := range of.Files {
					failed = append(failed, file.Option)
					if !strings.HasPrefix(file.Error(), file.Option+": "+paths[file.Option]+": ") || !errors.Is(file, fs.ErrNotExist) {
						t.Errorf("the error is %q", file)
					}
				}
			}
			if diff := cmp.Diff(tt.failed, failed); diff != "" || (err == nil) != (tt.failed == nil) {
				t.Error(diff, err)
			}
			told := map[string]status.Status{}
			if text, err := os.ReadFile(paths[summary]); err == nil {
				told[summary] = exitCode(t, text)
			}
			if text, err := os.ReadFile(paths[metrics]); err == nil {
				told[metrics] = status.Status(scrape(t, text)["rollcall_last_run_exit_code organization_id= roster=team.csv"])
			}
			for _, post := range other.posts {
				var notice struct{ Rollcall json.RawMessage }
				if err := json.Unmarshal([]byte(post.Body), &notice); err != nil {
					t.Fatal(err)
				}
				told["posted"] = exitCode(t, notice.Rollcall)
			}
			for where, got := range told {
				if got != tt.want {
					t.Errorf("%s tells of the status %d, want %d", where, got, tt.want)
				}
			}
			if want := 2 - len(tt.gone) + tt.posts; len(told) != want || len(other.posts) != tt.posts {
				t.Errorf("it told %v in %d posts", told, len(other.posts))
			}
		})
	}
}

// TestEndTellsAll has everything go wrong at once.
func TestEndTellsAll(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "folder")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	n := newNotifier(t, notify.Options{
		Summary: filepath.Join(folder, "last.json"), Address: secret.New(hookAddress), Transport: &others{answers: []answer{{status: 404}}},
	})
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	_, err := n.End(t.Context(), report.Summary{})
	const want = "\npost to hooks.example.com: the answer is 404 Not Found"
	if got := text(err); !strings.HasPrefix(got, "summary: ") || !strings.HasSuffix(got, want) || strings.Count(got, "\n") != 1 {
		t.Errorf("End = %q", got)
	}
	if file, ok := errors.AsType[*notify.FileError](err); !ok || file.Option != notify.OptionSummary {
		t.Errorf("End = %#v", err)
	}
}

func TestEndSaysThatItPosts(t *testing.T) {
	for _, tt := range []struct {
		on   notify.Occasion
		exit status.Status
		want []string
	}{
		{notify.Always, status.Well, []string{"hooks.example.com after 0 posts"}},
		{notify.OnFailure, status.Stopped, []string{"hooks.example.com after 0 posts"}},
		{notify.OnFailure, status.Well, nil},
	} {
		var got []string
		other := &others{answers: []answer{{status: 200}}}
		n := newNotifier(t, notify.Options{
			Address: secret.New(hookAddress), On: tt.on, Transport: other,
			Posting: func(host string) { got = append(got, fmt.Sprintf("%s after %d posts", host, len(other.posts))) },
		})
		if _, err := n.End(t.Context(), report.Summary{Status: tt.exit}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || len(other.posts) != len(tt.want) {
			t.Errorf("on %s, status %d: %d posts, %s", tt.on, tt.exit, len(other.posts), diff)
		}
	}
}

func TestEndShowsOptionsAsItsFaceDoes(t *testing.T) {
	other := &others{answers: []answer{{status: 200}}}
	n := newNotifier(t, notify.Options{Address: secret.New(hookAddress), Transport: other, Render: func(remedy.Remedy) string { return "OPTION" }})
	if _, err := n.End(t.Context(), report.Summary{Status: status.Rows}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(other.posts[0].Body, "(with OPTION) invalid") {
		t.Errorf("the notice is %s", other.posts[0].Body)
	}
}

func TestZeroOptionsReportNowhere(t *testing.T) {
	t.Chdir(t.TempDir())
	give := report.Summary{Roster: "team.csv", Status: status.Stopped, Rows: 1, Outcomes: map[record.Outcome]int{record.NotSent: 1}}
	n := newNotifier(t, notify.Options{})
	ended, err := n.End(t.Context(), give)
	if diff := cmp.Diff(give, ended); diff != "" || err != nil || n.Host() != "" {
		t.Errorf("End = %v, and the host is %q: %s", err, n.Host(), diff)
	}
	if names := namesIn(t, "."); len(names) > 0 {
		t.Errorf("it wrote %q", names)
	}
}

func TestNewFindsMistakes(t *testing.T) {
	folder := t.TempDir()
	missing := filepath.Join(folder, "missing", "file")
	tests := []struct {
		name                        string
		give                        notify.Options
		option, wantError, wantHint string
	}{
		{"no folder for the summary", notify.Options{Summary: missing}, notify.OptionSummary, missing + ": ", "name a file that can be written"},
		{"no folder for the metrics", notify.Options{Metrics: missing}, notify.OptionMetrics, missing + ": ", "name a file that can be written"},
		{"a folder", notify.Options{Metrics: folder}, notify.OptionMetrics, folder + ": it is a directory", "name a file that can be written"},
		{"the summary on standard output", notify.Options{Summary: "-"}, notify.OptionSummary, "standard output is no file", "<json> prints the summary there"},
		{"the metrics on standard output", notify.Options{Metrics: "-"}, notify.OptionMetrics, "standard output is no file", "name a file that can be written"},
		{"no occasion", notify.Options{On: "never"}, notify.OptionOn, `"never" is neither change, failure nor always`, ""},
		{"no address", notify.Options{Address: secret.New("s3cr3t")}, notify.OptionAddress, "not an address like ", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := notify.New(tt.give)
			wrong, ok := errors.AsType[*notify.SettingError](err)
			if !ok {
				t.Fatalf("New = %v", err)
			}
			if wrong.Option != tt.option || !strings.HasPrefix(err.Error(), tt.option+": "+tt.wantError) {
				t.Errorf("New = %q of %s", err, wrong.Option)
			}
			if got := wrong.Hint.Render(asOption); got != tt.wantHint {
				t.Errorf("the hint is %q, want %q", got, tt.wantHint)
			}
		})
	}
	if names := namesIn(t, folder); len(names) > 0 {
		t.Errorf("the checks left behind %q", names)
	}
}

// TestNewReadsTheEarlierMetrics proves that metrics which can't be read, and so not be kept, are found before the run.
func TestNewReadsTheEarlierMetrics(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rollcall.prom")
	if err := os.WriteFile(path, nil, 0o200); err != nil {
		t.Fatal(err)
	}
	if file, err := os.Open(path); err == nil {
		_ = file.Close()
		t.Skip("this user may read every file")
	}
	_, err := notify.New(notify.Options{Metrics: path})
	if wrong, ok := errors.AsType[*notify.SettingError](err); !ok || wrong.Option != notify.OptionMetrics || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("New = %v", err)
	}
}

// TestOptionsInYAML proves that settings in a file may say everything but the secret.
func TestOptionsInYAML(t *testing.T) {
	want := notify.Options{Summary: "last.json", Metrics: "rollcall.prom", On: notify.OnFailure}
	given := want
	given.Address, given.Version, given.Posting = secret.New(hookAddress), "v1", func(string) {}
	text, err := yaml.Marshal(given)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("summary: last.json\nmetrics-file: rollcall.prom\nnotify-on: failure\n", string(text)); diff != "" {
		t.Error(diff)
	}
	var got notify.Options
	if err := yaml.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.Summary != want.Summary || got.Metrics != want.Metrics || got.On != want.On {
		t.Errorf("it is read as %+v", got)
	}
}

// exitCode is that of a summary in JSON.
func exitCode(t *testing.T, summary []byte) status.Status {
	t.Helper()
	var s struct {
		ExitCode status.Status `json:"exit_code"`
	}
	if err := json.Unmarshal(summary, &s); err != nil {
		t.Fatal(err)
	}
	return s.ExitCode
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// namesIn returns what is in a folder.
func namesIn(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
