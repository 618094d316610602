// Package complete finds what a word of a command line may become: the words that an option can be, and what files, ledgers
// and the service have.
//
// It changes and writes nothing: no ledger is made, locked or brought up to date. What cannot be found out is left out, and
// nobody is told why.
package complete

import (
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/document"
	"rollcall/pkg/findings"
	"rollcall/pkg/listing"
	"rollcall/pkg/notify"
	"rollcall/pkg/plan"
	"rollcall/pkg/roster"
	"rollcall/pkg/template"
)

// Choice is a word, and what it stands for, which may be empty.
type Choice struct{ Word, About string }

// about says what words stand for, by option.
var about = map[string]map[string]string{
	"invalid":    {"refuse": "one invalid row and nothing is sent", "skip": "invite the others"},
	"progress":   {"line": "how far the run is", "graph": "with a picture of the pace"},
	"log-format": {"console": "lines for people", "json": "an object a line"},
	plan.OptionReinvite: {
		string(plan.ReinviteExpired): "what has expired", string(plan.ReinviteEnded): "also what was cancelled, declined or has vanished",
		string(plan.ReinviteDiffering): "also what is open with another role or other teams", string(plan.ReinvitePending): "also what is open",
		string(plan.ReinviteNever): "nothing",
	},
	notify.OptionOn: {
		string(notify.OnChange): "somebody was invited, or the exit code is not 0", string(notify.OnFailure): "the exit code is not 0", string(notify.Always): "every run",
	},
	"format": {
		string(findings.Text): "a line for each finding", string(findings.JSON): "an object for each roster",
		string(findings.GitHub): "annotations of GitHub Actions", string(findings.SARIF): "version 2.1.0, for code scanning",
		template.CSV: "a table", template.XLSX: "a workbook with drop-down lists", template.YAML: "a list of people",
	},
	"status": {
		string(directory.Pending): "can be accepted", string(directory.Expired): "have ended by their date", string(listing.All): "whatever became of them",
	},
	roster.OptionRole: {
		"administrator": "everything", "manager": "invites people", "billing_manager": "pays", "member": "works in teams",
	},
	roster.OptionDelimiter: {"comma": ",", "semicolon": ";", "tab": "a tabulator", "pipe": "|"},
	roster.OptionEncoding:  {"auto": "find it out", "utf-16le": "Excel's Unicode text", "windows-1252": "Western Europe", "windows-1250": "Central Europe", "macintosh": "an old Mac"},
	"rate":                 {"auto": "find out what the service takes", "10/s": "ten a second", "60/m": "sixty a minute", "1000/h": "a thousand an hour"},
}

// Words returns the words that an option of a command can be, the usual one first; none if it can be anything else.
func Words(command, option string) []Choice {
	switch option {
	case "region":
		var choices []Choice
		for _, region := range cybedefend.Regions() {
			choices = append(choices, Choice{region.Name, region.BaseURL})
		}
		return choices
	case "invalid":
		return explained(option, "refuse", "skip")
	case "progress":
		return explained(option, "line", "graph")
	case "log-format":
		return explained(option, "console", "json")
	case "rate":
		return explained(option, "auto", "10/s", "60/m", "1000/h")
	case plan.OptionReinvite:
		return explained(option, plan.Reinvites()...)
	case notify.OptionOn:
		return explained(option, notify.Occasions()...)
	case "status":
		return explained(option, listing.States()...)
	case roster.OptionRole:
		return explained(option, roster.Roles()...)
	case roster.OptionDelimiter:
		return explained(option, roster.Delimiters()...)
	case roster.OptionEncoding:
		return explained(option, document.Encodings()...)
	case "format":
		if command == "template" {
			return explained(option, template.Formats()...)
		}
		return explained(option, findings.Formats()...)
	}
	return nil
}

func explained[W ~string](option string, words ...W) []Choice {
	choices := make([]Choice, len(words))
	for i, word := range words {
		choices[i] = Choice{string(word), about[option][string(word)]}
	}
	return choices
}

// tables are what files are called that a roster can be read from.
var tables = []string{"csv", "xlsx", "yaml", "yml", "json", "jsonl", "tsv", "txt"}

// Extensions returns what files are called that an option, or an argument, names; none if they may be called anything.
func Extensions(option string) []string {
	switch option {
	case "ROSTER", "fix":
		return tables
	case "TEMPLATE":
		return []string{"xlsx", "csv", "yaml", "yml"}
	case "results":
		return []string{"csv", "jsonl", "xlsx"}
	case "jobs":
		return []string{"yaml", "yml", "json"}
	case "plan", "from-plan", "summary":
		return []string{"json"}
	case "report":
		return []string{"html", "htm"}
	case "audit":
		return []string{"jsonl"}
	case "ledger":
		return []string{"db"}
	case "metrics-file":
		return []string{"prom"}
	}
	return nil
}
