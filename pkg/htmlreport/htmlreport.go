// Package htmlreport writes how a run ended as one page of HTML that needs nothing else: no other file, no request to anybody.
//
//	err := htmlreport.Write(file, htmlreport.Page{Summary: summary, Rows: records, Made: time.Now()})
//
// The page says the worst true statement first, then what became of the rows, who needs something, what was planned and
// done, how the pace went, and each row in a table that can be filtered and sorted. It is readable without its script, on
// paper and on a phone. What comes from a roster or from the service is text alone, and shown without what could reorder or
// hide it. No invitation token is ever in it.
//
// The rows are written as they come, so memory does not grow with them. The package decides nothing, and opens no file.
package htmlreport

import (
	"bufio"
	"crypto/sha256"
	_ "embed" // the template, the style and the script
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"iter"
	"sync"
	"time"

	"rollcall/pkg/record"
	"rollcall/pkg/report"
	"rollcall/pkg/results"
	"rollcall/pkg/timeline"
)

// Page is what there is to say. The zero value of everything works.
type Page struct {
	// Summary is how the run ended.
	report.Summary
	// Unended says that the run was cut short and goes on some day, or is still at it, so that its status means nothing.
	Unended bool
	// Details are lines about the error, Hint is what to do about it.
	Details []string
	Hint    string
	// Caller is on whose behalf it was done, Program its name and version, Service the address of the service.
	Caller, Program, Service string
	// Sandbox says that the service mails nobody.
	Sandbox bool
	// Planned and Done are facts about the work, Facts others.
	Planned, Done, Facts []Fact
	// Changes are where the organization differs from the roster, and what became of it.
	Changes []results.DriftLine
	// Pace is what is known of the pace, a piece for each process. RoughPace says that it is known from the rows alone, so that
	// a piece has no requests, holds and outages.
	Pace      []timeline.Piece
	RoughPace bool
	// Rows are the rows in their order, nil where there are none to show. All of them are in the file Where, unless that is
	// empty.
	Rows  iter.Seq2[record.Record, error]
	Where string
	// Made is when the page is made. Its zone is that of all times in it.
	Made time.Time
	// Redact takes out of a text what nobody may see, nil takes out nothing.
	Redact func(string) string
}

// Fact is something that there is to say, by a short name.
type Fact struct{ Name, Value string }

// The parts of the page that never change.
var (
	//go:embed page.html
	layout string
	//go:embed page.css
	style string
	//go:embed page.js
	script string

	parts = sync.OnceValue(func() *template.Template { return template.Must(template.New("page").Parse(layout)) })
)

// policy has a browser run and show nothing but this one style and this one script, and ask nobody for anything.
func policy() string {
	return fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'",
		hash(style), hash(script))
}

// hash returns what stands for a text in a policy.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Write writes the page. It returns the first error of the rows or of w; what was written by then is of no use.
func Write(w io.Writer, p Page) error {
	out := bufio.NewWriter(w)
	if err := p.write(out); err != nil {
		return err
	}
	return out.Flush()
}

func (p Page) write(out *bufio.Writer) error {
	rows := newRows(p)
	defer rows.stop()
	if err := rows.begin(); err != nil {
		return err
	}
	v := newView(p, rows)
	fmt.Fprintf(out, `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="%s">
<title>%s</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<style>%s</style>
</head>
<body>
`, policy(), template.HTMLEscapeString(v.Headline+" · "+v.Roster+" · rollcall"), style)
	if err := parts().ExecuteTemplate(out, "top", v); err != nil {
		return err
	}
	if err := rows.writeData(out); err != nil {
		return err
	}
	_, err := out.WriteString("</body>\n</html>\n")
	return err
}
