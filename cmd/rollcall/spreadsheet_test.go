package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// soffice is LibreOffice, Debian's libreoffice-calc-nogui.
const soffice = "soffice"

// german tells LibreOffice where it is: its numbers, dates and list separators are those of Germany.
const german = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>de-DE</value></prop></item>
</oor:items>`

// Filter options of CSV: semicolons, quotes, the encoding, from the first line, no formats of columns, German; cells in quotes
// are read like others, and what looks like a number or a date becomes one. Saved, it is Windows-1252, as Excel does it.
const (
	germanOpen = "Text - txt - csv (StarCalc):59,34,UTF-8,1,,1031,false,true"
	germanSave = "csv:Text - txt - csv (StarCalc):59,34,MS_1252,1,,1031,false,true"
)

// resave has a spreadsheet open a file and save it as another one, CSV or a workbook by its name.
func resave(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: resave FILE FILE2")
	}
	from, to := ts.MkAbs(args[0]), ts.MkAbs(args[1])
	home := ts.MkAbs("spreadsheet")
	ts.Check(os.MkdirAll(filepath.Join(home, "user"), 0o700))
	settings := filepath.Join(home, "user", "registrymodifications.xcu")
	if _, err := os.Stat(settings); err != nil {
		ts.Check(os.WriteFile(settings, []byte(german), 0o600))
	}
	out := filepath.Join(home, "out")
	flags := []string{"--headless", "-env:UserInstallation=file://" + home, "--outdir", out, "--convert-to", "xlsx"}
	if strings.HasSuffix(to, ".csv") {
		flags[len(flags)-1] = germanSave
	}
	if strings.HasSuffix(from, ".csv") {
		flags = append(flags, "--infilter="+germanOpen)
	}
	command := exec.Command(soffice, append(flags, from)...)
	command.Env = append(os.Environ(), "HOME="+home)
	said, err := command.CombinedOutput()
	ts.Logf("%s", said)
	ts.Check(err)
	ts.Check(os.Rename(filepath.Join(out, strings.TrimSuffix(filepath.Base(from), filepath.Ext(from))+filepath.Ext(to)), to))
}
