package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestSourceLine(t *testing.T) {
	const commit = "3c5e6dedf0d514686884dcea09ba957778240a0f"
	at := time.Date(2026, 11, 28, 19, 5, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		line, epoch string
		want        Source
		wantErr     string
	}{
		"a clone":           {line: commit + " 1795892700 HEAD -> main\n", want: Source{Commit: commit, Time: at}},
		"no names":          {line: commit + " 1795892700 \n", want: Source{Commit: commit, Time: at}},
		"a tag":             {line: commit + " 1795892700 HEAD -> main, tag: v1.2.3, origin/main", want: Source{Commit: commit, Time: at, Tag: "v1.2.3"}},
		"a tag of its own":  {line: commit + " 1795892700 tag: nightly, tag: v2", want: Source{Commit: commit, Time: at}},
		"another time":      {line: commit + " 1795892700 HEAD", epoch: "86400", want: Source{Commit: commit, Time: time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC)}},
		"only a time":       {line: "$Format:%H %ct %D$\n", epoch: "86400", want: Source{Time: time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC)}},
		"nothing":           {line: "$Format:%H %ct %D$\n", wantErr: "set SOURCE_DATE_EPOCH and VERSION"},
		"a time in letters": {line: commit + " 1795892700 ", epoch: "today", wantErr: "SOURCE_DATE_EPOCH"},
		"something else":    {line: "hello", wantErr: "is not a commit and its time"},
	} {
		t.Run(name, func(t *testing.T) {
			var got Source
			err := got.parse(tt.line, tt.epoch)
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Fatalf("got error %v, want %q", err, tt.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreUnexported(Source{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What a run of the samples leaves beside them is not published.
func TestSamplesAreThoseOfTheCommit(t *testing.T) {
	needs(t, "git")
	clone := filepath.Join(t.TempDir(), "clone")
	snapshot(t, clone)
	if err := writeTree(clone, File{Path: "samples/team.results.csv", Body: []byte("tokens")}, File{Path: "samples/mine.csv"}); err != nil {
		t.Fatal(err)
	}
	source, err := readSource(t.Context(), clone, "")
	if err != nil {
		t.Fatal(err)
	}
	if !source.Changed {
		t.Error("a new file is no change")
	}
	files, err := source.files(t.Context(), "samples")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.Contains(f.Path, "results") || strings.Contains(f.Path, "mine") {
			t.Errorf("%s would be published", f.Path)
		}
	}
	if len(files) < 8 {
		t.Errorf("only %d samples", len(files))
	}
}
