package main

import (
	"context"
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

// resave has a spreadsheet open files, all CSV or all workbooks, and save them in a folder as the other kind or the same.
func resave(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: resave csv|xlsx FOLDER FILE...")
	}
	home := ts.MkAbs("spreadsheet")
	settings := filepath.Join(home, "user", "registrymodifications.xcu")
	if _, err := os.Stat(settings); err != nil {
		ts.Check(os.MkdirAll(filepath.Dir(settings), 0o700))
		ts.Check(os.WriteFile(settings, []byte(german), 0o600))
	}
	form := args[0]
	if form == "csv" {
		form = germanSave
	}
	flags := []string{"--headless", "-env:UserInstallation=file://" + home}
	if strings.HasSuffix(args[2], ".csv") {
		flags = append(flags, "--infilter="+germanOpen)
	}
	flags = append(flags, "--convert-to", form, "--outdir", ts.MkAbs(args[1]))
	for _, file := range args[2:] {
		flags = append(flags, ts.MkAbs(file))
	}
	command := exec.CommandContext(context.Background(), soffice, flags...)
	command.Env = append(os.Environ(), "HOME="+home)
	said, err := command.CombinedOutput()
	ts.Logf("%s", said)
	ts.Check(err)
}
