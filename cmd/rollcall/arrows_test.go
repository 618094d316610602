package main

import (
	"slices"
	"testing"
)

// arrow says which packages of ours a package may import, and why no others. Packages are named without pkg/.
type arrow struct{ from, to, why string }

// arrows has a row for each package, the lowest first: an arrow points to an earlier row. Tests may import more.
var arrows = []arrow{
	// The ground. These packages know nobody.
	{"version", "", "it says which build this is, whoever asks"},
	{"bounded", "", "it reads what is small, whatever it is"},
	{"connection", "", "it says why no connection can be made, whoever wants one"},
	{"address", "", "it judges an address by its text, whoever sends something there"},
	{"secret", "", "everybody may have to hold a secret"},
	{"pattern", "", "it compiles an expression, whatever that matches"},
	{"shell", "", "what a word means to a shell is the same for every program"},
	{"keyring", "secret", "it remembers a token, whoever takes it"},
	{"statedir", "", "where a program keeps what it must not forget is for the system to say, whatever it is"},
	{"formula", "", "it makes cells harmless, whatever they hold"},
	{"email", "pattern", "it judges an e-mail address by its text, without rosters and services"},
	{"atomicfile", "", "it puts a file in its place, whatever the file holds"},
	{"fileset", "", "it knows which names are one file, whatever the files hold"},
	{"workbook", "pattern", "it knows sheets and cells, whatever they hold"},
	{"remedy", "", "it says what to do, whatever is wrong and whoever shows it"},
	{"nearest", "", "it compares words, whatever they mean"},
	{"plural", "", "it counts whatever has a name"},
	{"quantity", "", "it reads a limit, whatever is limited"},
	{"packed", "", "it keeps texts, whatever they say"},
	{"panics", "", "it hands on a panic, whatever was to be done"},
	{"readahead", "panics", "it reads ahead, whatever is read"},
	{"exposition", "", "it writes metrics, whatever they count and wherever the text goes"},
	{"audit", "", "it says how lines follow each other, whoever keeps them and whatever they tell"},
	{"status", "remedy", "it says how something ended, whatever it was and whoever shows it"},
	{"schedule", "status", "it says when something is due, whatever that is and whoever does it"},
	{"audit/auditfile", "audit fileset", "it keeps a file beside whatever knows the lines"},
	{"optional", "", "it reads a flag, whatever that is for"},
	{"twin", "remedy", "it sets flags by the environment, whatever they are for"},
	{"charset", "", "it tells encodings by their names and their words, whatever the texts are about"},
	{"document", "charset pattern remedy", "it turns bytes into text; what the text means is for roster to say"},
	{"direct", "", "it carries requests, and knows neither services nor claims"},
	{"fence", "", "it knows clocks and sockets, neither claims nor services"},
	{"throttle", "", "headers about pace mean the same, whoever sends them"},
	{"pace", "", "it decides how fast to send, whatever is sent"},
	{"retry", "", "it decides whether and when to try again, whatever is tried"},
	{"budget", "", "it counts what was sent, whatever was sent and wherever that is remembered"},
	{"paging", "", "it reads a list, whatever the list holds and whoever shows it"},
	{"timeline", "", "it counts what happens over time, whatever that is and wherever it is kept and shown"},
	{"cybedefend/contract", "", "it holds the client and the sandbox to the same page, so it leans on neither"},
	{"paint", "", "it makes lines fit for a terminal, and text for a page, whatever they say"},
	{"pager", "", "it shows text in a program of the person's choice, whatever the text is"},
	{"prose", "pattern", "it lays out a text, whatever it is about and wherever it is read"},
	{"manual", "prose", "its texts are about commands and flags, and it knows none: they are the command line's, kept where they can be read"},
	{"console", "paint pattern secret", "it knows terminals, not invitations"},
	{"web/browsertest", "", "it shows pages to a browser, whatever they are about; only tests use it"},

	// Documents.
	{"roster", "document email formula nearest panics pattern remedy workbook", "a roster is checked offline, without the service and without memory"},
	{"rewrite", "document email formula pattern roster workbook", "it writes other texts into cells; what they should say is for others to know"},
	{"fix", "document email rewrite roster", "a roster is fixed offline; where it is written is for others to say"},
	{"overlay", "document email rewrite roster", "a person's corrections are laid over a roster offline; who asked for them is for a face to know"},
	{"template", "roster workbook", "it writes an empty roster, wherever it goes and wherever the names of teams come from"},

	// The durable memory.
	{"record", "audit secret", "it defines the words that the ledger stores and the results show"},
	{"ledger", "audit email record", "the contract says what is remembered; it neither plans nor sends"},
	{"ledger/ledgertest", "audit email ledger record secret", "it holds every implementation to the contract, so it knows only its own"},
	{"ledger/sqlite/disk", "bounded ledger", "it looks after the files of a ledger, and opens no database"},
	{"ledger/sqlite/commit", "ledger ledger/sqlite/disk", "it writes in groups, whatever is written"},
	{"ledger/sqlite/page", "ledger record secret", "it writes and reads rows, and knows of no database"},
	{"ledger/sqlite/schema", "email ledger ledger/sqlite/commit ledger/sqlite/disk ledger/sqlite/page record secret", "it knows the tables of every version, and nobody who uses them"},
	{"ledger/sqlite", "audit email ledger ledger/sqlite/commit ledger/sqlite/disk ledger/sqlite/page ledger/sqlite/schema readahead record secret", "it keeps the contract, and knows nobody who uses it"},
	{"ledger/postgres", "audit email ledger record secret", "it keeps the contract, and knows nobody who uses it"},
	{"ledger/postgres/postgrestest", "", "it starts servers for tests, whatever they are for"},
	{"ledger/place", "fileset ledger ledger/postgres ledger/sqlite record remedy", "it opens a ledger by where it is, so that nobody else knows in what ledgers are kept"},

	// The service.
	{"cybedefend", "address connection direct fence pattern secret throttle", "it makes one call at a time, whoever asks for it"},
	{"sandbox", "cybedefend email secret", "it stands on the other side of the wire, and shares only the types of the wire"},
	{"config", "address cybedefend remedy secret", "it finds out where the service is and what to log in with, and asks the service nothing"},
	{"fetch", "address connection pattern retry secret", "it brings a document, whatever the document holds"},
	{"directory", "cybedefend email packed paging secret", "it says what the organization is now; rosters and memory are no part of that"},
	{"jobs", "nearest pace schedule", "it says which rosters and options there are; what they mean is for a face to say"},
	{"drift", "cybedefend directory email roster", "it compares, and changes nothing"},

	// The decisions, and the run that carries them out.
	{"guard", "email pattern plural remedy", "it judges people and numbers, wherever they come from"},
	{"plan", "cybedefend directory email packed record remedy roster secret", "a verdict is a pure decision about an entry, the organization and what is remembered"},
	{"progress", "cybedefend directory email plan record", "where a person is follows from one reading and from what is remembered, whoever asks and whoever shows it"},
	{"journey", "audit budget cybedefend directory email fence pace plan record remedy retry", "the life of one entry knows no run, no document and no implementation of its store"},
	{"breaker", "cybedefend journey record", "it decides from steps alone how the run goes on"},
	{"batch", "audit breaker budget cybedefend directory email fence journey ledger pace plan record retry", "a run can be started from any program: it knows no document, file, terminal or sandbox"},

	{"amend", "audit breaker cybedefend drift email journey ledger record roster", "it makes changes that others have decided on, in any order and for any run"},

	// What a run leaves behind.
	{"results", "atomicfile bounded formula ledger pattern record workbook", "it writes rows, whoever has run and whatever the ledger is kept in"},
	{"causes", "paint pattern", "it groups people by reasons, whoever they are and whatever was done about them"},
	{"report", "causes paint plural record remedy status", "a report is made from records alone, so that it can be made again later"},
	{"htmlreport", "causes paint plural record report results status timeline", "it writes a page from records alone, so that it can be written again later"},
	{"notify", "address atomicfile bounded causes connection exposition pattern record remedy report retry secret status", "it tells what a summary says, whoever has run; what else a run writes is for others to know"},

	{
		"follow", "amend cybedefend directory drift email guard journey ledger ledger/place plan plural quantity record remedy report results roster",
		"it decides what is changed for a roster, and changes nothing itself",
	},

	// The edge.
	{"sandboxflags", "cybedefend nearest pace quantity sandbox", "it reads flags, whoever serves the sandbox"},
	{
		"onboard", "address amend atomicfile audit audit/auditfile batch bounded breaker budget causes connection cybedefend directory document drift email fence fetch fileset fix follow guard htmlreport journey ledger ledger/place " +
			"pace paging pattern plan plural progress quantity readahead record remedy report results retry roster status timeline", "the uses of the program serve any face: it knows no flag, terminal, logger, settings file and sandbox",
	},
	{"web/door", "address remedy secret", "it decides who is let in, whatever is behind it"},
	{"web/beacon", "atomicfile bounded secret", "it leads to whoever serves already, whatever is served"},
	{"web/opening", "", "it opens a browser, whatever there is to see"},
	{"fleet/store", "schedule status", "it keeps what machines share, and knows neither the engine nor what a job does; whether a schedule pauses depends on how its job has ended"},
	{"fleet/limit", "fleet/store", "it hands out slots that were booked, and knows neither jobs nor who waits"},
	{"fleet/rota", "address fleet/store jobs schedule", "it makes schedules out of a file of jobs, and asks neither the database nor the engine about them"},
	{"fleet", "breaker fleet/limit fleet/store ledger ledger/postgres", "it decides who works when; what is done about a job is for others to know"},
	{"fleet/task", "audit causes document fleet fleet/store ledger onboard report status", "it does on a worker what one machine does; who works when is for fleet to say"},
	{"fleet/gauge", "exposition fence fleet fleet/store status", "it shows a worker to whoever watches machines, and changes nothing"},
	{"orderflags", "batch breaker budget follow journey onboard optional pace plan retry roster", "it adds flags to commands, and says what each means; what they mean together is for onboard to say"},
	{"live", "console onboard pace record", "it says how far a run is, whoever watches and however that is shown"},
	{"listing", "cybedefend directory email fleet/store formula guard ledger paint plural progress record remedy roster workbook", "it shows a list, wherever the list comes from"},
	{"doctor", "config connection cybedefend ledger/place onboard paint plural record remedy status", "it looks at what a run needs, whoever asks"},
	{"preview", "onboard paint plan plural record remedy report roster", "it shows a preview to a person, whoever asks"},
	{"findings", "onboard paint remedy roster status", "it writes what a check has found, whoever wants to read it; what there is to find is for onboard to say"},
	{"complete", "cybedefend directory document findings ledger listing notify onboard plan plural record roster template workbook", "it finds what a word may become, and knows neither flags nor shells"},
	{"usage", "manual nearest prose", "it makes help from commands and texts, whatever they do and say"},
	{"completion", "complete onboard paint roster usage", "it binds what a word may become to commands and flags, and finds nothing itself"},
	{"order", "atomicfile cybedefend fetch fileset follow jobs notify onboard orderflags plan remedy results roster secret shell status usage version", "it is what was told, by flags or keys; what that means together is for onboard to say"},
	{"operator", "fetch fileset fleet fleet/rota fleet/store jobs ledger ledger/place ledger/postgres listing onboard order paint plural remedy status usage", "it shows people a fleet on a command line, and decides nothing about it"},
	{"web/words", "", "it says sentences, whoever asks for them"},
	{"web/desk", "amend atomicfile audit batch bounded config cybedefend document guard ledger ledger/place live onboard overlay paint record remedy results roster secret status workbook", "it keeps what is worked on between two requests, and knows neither pages nor browsers"},
	{"web", "amend audit breaker budget connection cybedefend document drift guard ledger onboard overlay paint pattern record remedy rewrite roster secret status template web/beacon web/desk web/door web/words", "it shows the uses of the program in a browser, and decides nothing that another face would need"},
	{
		"cli", "amend audit batch bounded breaker completion config connection console cybedefend directory doctor fetch fileset findings fix fleet fleet/gauge fleet/rota fleet/store fleet/task jobs keyring ledger ledger/place ledger/postgres listing live notify onboard operator optional order orderflags pace pager paint plural preview prose quantity record remedy report results roster sandbox sandboxflags secret shell statedir status template timeline twin usage version web web/beacon web/desk web/door web/opening", "it shows the uses of the program on a command line, and decides nothing that another face would need",
	},
	{"cmd/rollcall", "cli", "main wires streams, arguments and signals; everything else is for cli to do"},
}

// dependency says which packages may import a library of others, and why no others may. A path with a dot stands for all
// packages below it, too. The importer "tests" stands for tests alone; beside it, tests may import what some package may.
type dependency struct{ path, by, why string }

// dependencies has a row for each library of others that we use, and for packages of Go that not everybody may use.
var dependencies = []dependency{
	{"net/http", "amend batch breaker cli connection cybedefend direct doctor fetch fleet/gauge journey notify onboard order sandbox throttle web web/beacon web/door", "documents, plans, guards, pace and retries work without a network"},
	{"net/http/httptest", "tests", "the product needs no server of a test"},
	{"log", "fleet/gauge sandbox web/door", "parts return what happened, and cli logs it; the gauge, the sandbox and the door take the log of net/http away from it"},
	{"log/slog", "cli fleet", "the engine of the fleet logs by it; parts return what happened, and cli logs it with zerolog"},
	{"math/rand", "", "math/rand/v2 has taken its place"},
	{"io/ioutil", "", "io and os have taken its place"},

	{"github.com/spf13/cobra", "cli completion operator order orderflags twin usage", "no package below the edge knows commands"},
	{"github.com/spf13/pflag", "cli completion operator optional order sandboxflags twin usage", "no package below the edge knows flags"},
	{"github.com/rs/zerolog", "cli console", "parts return what happened, and cli logs it"},
	{"github.com/cli/browser", "web/opening", "it knows how Windows and macOS open an address; nobody else opens one"},
	{"github.com/zalando/go-keyring", "keyring", "nobody else keeps a token"},
	{"golang.org/x/term", "cli", "no package below the edge knows whether it is at a terminal"},
	{"github.com/gocarina/gocsv", "results roster", "it reads and writes CSV files of people, and nothing else is CSV"},
	{"go.yaml.in/yaml/v4", "config jobs rewrite roster web/words", "it gives every error a position; there is no second YAML library"},
	{"github.com/google/uuid", "cli cybedefend follow ledger/postgres onboard sandbox", "identifiers are checked where they enter and made where they begin"},
	{"github.com/riverqueue/river", "fleet", "nobody else knows by which engine machines share work"},
	{"modernc.org/sqlite", "ledger/sqlite ledger/sqlite/commit ledger/sqlite/disk", "nobody else knows in what the ledger is kept"},
	{"github.com/jackc/pgx/v5", "fleet fleet/store ledger/postgres ledger/postgres/postgrestest", "nobody else speaks to a database that machines share"},
	{"github.com/gofrs/flock", "audit/auditfile ledger/sqlite/disk web/beacon", "nothing is locked but the ledger, an audit trail while lines are appended, and the place of who serves a page"},
	{"golang.org/x/sys", "atomicfile console fence ledger/sqlite/disk", "only clocks, sockets, disks and terminals need the calls of one system"},
	{"time/tzdata", "cmd/rollcall", "the program carries the zones along; a library leaves that to its program"},
	{"golang.org/x/time", "pace", "there is one sending rate"},
	{"golang.org/x/sync", "batch directory", "others start no groups of goroutines"},
	{"golang.org/x/net", "connection email guard", "it reads international domain names, which stand in addresses, and finds the proxy that the environment names"},
	{"golang.org/x/text", "charset document email nearest paint roster web/words workbook", "encodings, widths, languages and forms of text matter where text enters and where it is shown"},

	{"github.com/gogs/chardet", "charset", "it has the statistics of ICU by which languages and encodings are told"},
	{"github.com/mtibben/confusables", "tests", "email has its table of look-alikes as a text; the library makes a map of it whenever a program starts"},

	{"github.com/google/go-cmp", "ledger/ledgertest", "it is for tests, and so is ledgertest"},
	{"github.com/prometheus/client_golang", "tests", "metrics are a few lines of text, which exposition writes"},
	{"github.com/prometheus/common", "tests", "metrics are a few lines of text, which exposition writes"},
	{"github.com/rogpeppe/go-internal", "tests", "it runs the scripts"},
	{"github.com/santhosh-tekuri/jsonschema/v6", "tests", "the product writes JSON and does not judge it"},
	{"github.com/chromedp", "web/browsertest", "it drives a browser, which the product does not; browsertest is for tests"},
	{"github.com/xuri/excelize/v2", "tests", "it reads what workbook writes; in the product it would open archives that fill the memory or the disk"},
	{"go.uber.org/goleak", "tests", "it looks for goroutines that a test has left"},
	{"pgregory.net/rapid", "tests", "it makes up cases"},
}

// TestArrows holds the packages to the tables above.
func TestArrows(t *testing.T) {
	code, tests := sources(t)
	for _, fault := range slices.Concat(arrowFaults(arrows, code), dependencyFaults(dependencies, code, tests), faceFaults(tests)) {
		t.Error(fault)
	}
}
