package web_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rollcall/pkg/web/words"
)

var (
	quoted = regexp.MustCompile(`"([a-z][a-z0-9_.-]*)"`)
	asked  = regexp.MustCompile(`\b[sS]ay[ (]"([^"]+)"[ ,)}]`)
)

// Every sentence that the page asks for is in the catalog, and every sentence of the catalog is asked for: by its key, or by the
// beginning of it to which the program adds a word.
func TestTheCatalogIsUsed(t *testing.T) {
	whole, begins := map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || strings.HasSuffix(path, "_test.go") || filepath.Ext(path) != ".go" && filepath.Ext(path) != ".html" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, found := range asked.FindAllSubmatch(text, -1) {
			if key := string(found[1]); !strings.HasSuffix(key, ".") && !words.Has(key) {
				t.Errorf("%s asks for %s, which the catalog does not have", path, key)
			}
		}
		for _, found := range quoted.FindAllSubmatch(text, -1) {
			if key := string(found[1]); strings.HasSuffix(key, ".") {
				begins[key] = true
			} else {
				whole[key] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range words.Keys() {
		isUsed := whole[key]
		for _, end := range []string{".title", ".lead", ".none"} { // which are added to a whole key
			before, found := strings.CutSuffix(key, end)
			isUsed = isUsed || found && whole[before]
		}
		for begin := range begins {
			isUsed = isUsed || strings.HasPrefix(key, begin)
		}
		if !isUsed {
			t.Errorf("%s is asked for by nobody", key)
		}
	}
}
