package rewrite_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"rollcall/pkg/document"
	"rollcall/pkg/rewrite"
	"rollcall/pkg/roster"
)

// What a row lacks is added to it, and all else of it stays.
func Example() {
	ctx := context.Background()
	source := document.Source{Name: "people.yaml", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("- {email: ada@x.test} # new\n- {email: bob@x.test, role: member}\n")), nil
	}}
	r, err := roster.Read(ctx, source, roster.Options{Role: "member"})
	if err != nil {
		log.Fatal(err)
	}
	d, err := rewrite.Open(ctx, source, r)
	if err != nil {
		log.Fatal(err)
	}
	if err = d.Encode(os.Stdout, func(out io.Writer) error { return makeManagers(ctx, d, r, out) }); err != nil {
		fmt.Println(err)
	}
	// Output:
	// - {email: ada@x.test, role: manager} # new
	// - {email: bob@x.test, role: member}
}

// makeManagers gives whoever has no role one.
func makeManagers(ctx context.Context, d *rewrite.Document, r *roster.Roster, out io.Writer) error {
	e, err := d.Edit(out)
	if err != nil {
		return err
	}
	for row, err := range r.RawRows(ctx) {
		if err != nil {
			return err
		}
		if !row.RoleDefaulted {
			continue
		}
		if _, err := e.Set(row, rewrite.Change{Texts: map[string]string{roster.FieldRole: "manager"}}); err != nil {
			return err
		}
	}
	return e.Finish()
}
