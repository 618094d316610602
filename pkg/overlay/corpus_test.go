package overlay_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"rollcall/pkg/overlay"
	"rollcall/pkg/roster"
)

// Cells of documents as they are out there can be corrected, or it is said of which row why not.
func TestDocumentsAsTheyAre(t *testing.T) {
	var files []string
	for _, folder := range []string{"rosters", "cases", "workbooks"} {
		more, err := filepath.Glob("../../testdata/" + folder + "/*")
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
	}
	corrected, refused := 0, 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil || len(content) > 64<<10 || filepath.Ext(file) == ".golden" {
			continue
		}
		r, err := roster.Read(t.Context(), memory(file, content), roster.Options{Role: "member"})
		if err != nil {
			continue
		}
		for row := 1; row <= min(r.Rows, 6); row++ {
			for field, text := range map[string]string{roster.FieldEmail: "x@x.test", roster.FieldRole: "manager", roster.FieldTeams: "A:developer; B"} {
				if r.Field(field).At < 0 {
					continue
				}
				got, err := overlay.Correct(t.Context(), memory(file, content), roster.Options{Role: "member"}, overlay.Corrections{Cells: cells{row: {field: text}}})
				switch {
				case errors.As(err, new(*overlay.Error)):
					refused++
				case err != nil:
					t.Errorf("%s: row %d, %s: %v", file, row, field, err)
				default:
					corrected += got.Cells
				}
			}
		}
	}
	if corrected < 10*refused || corrected < 1000 {
		t.Errorf("%d cells were corrected, and %d were not", corrected, refused)
	}
}
