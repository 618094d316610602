package prose_test

import (
	"fmt"

	"rollcall/pkg/prose"
)

// One text is a page of a terminal and a manual page.
func Example() {
	blocks := prose.Parse(`
The words of a paragraph are filled into lines of any width.

# Roles

member :: sees what the teams see, which these words say at length
manager :: invites

  rollcall teams --csv
`)
	fmt.Print(prose.Layout{Width: 44}.Text(blocks))
	fmt.Print(prose.Roff(blocks))
	// Output:
	// The words of a paragraph are filled into
	// lines of any width.
	//
	// Roles:
	//   member   sees what the teams see, which
	//            these words say at length
	//   manager  invites
	//
	//     rollcall teams --csv
	// The words of a paragraph are filled into lines of any width.
	// .SH Roles
	// .TP
	// \fBmember\fR
	// sees what the teams see, which these words say at length
	// .TP
	// \fBmanager\fR
	// invites
	// .PP
	// .RS 4
	// .nf
	// rollcall teams \-\-csv
	// .fi
	// .RE
}
