package roster_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"rollcall/pkg/document"
	"rollcall/pkg/roster"
)

// breaking is a text whose reading panics where it ends.
type breaking struct{ io.Reader }

func (b breaking) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil {
		panic("a reading is broken")
	}
	return n, nil
}

// TestAPanicIsTheReaders has the reading of a document panic early and late: whoever reads the roster has the panic, and nothing
// goes on behind their back.
func TestAPanicIsTheReaders(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("email,role\n")
	for i := range 50_000 {
		fmt.Fprintf(&rows, "person%d@example.com,member\n", i)
	}
	for name, text := range map[string]string{"at once": "", "behind the rows": rows.String()} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				defer func() {
					if broken := recover(); broken != "a reading is broken" {
						t.Errorf("recovered: %v", broken)
					}
				}()
				source := document.Source{Name: "people.csv", Open: func() (io.ReadCloser, error) {
					return io.NopCloser(breaking{strings.NewReader(text)}), nil
				}}
				_, err := roster.Read(t.Context(), source, roster.Options{})
				t.Errorf("read, %v", err)
			})
		})
	}
}
