package roster

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"strings"

	"rollcall/pkg/document"
	"rollcall/pkg/email"
	"rollcall/pkg/remedy"
)

// Options say how a roster is to be read. The zero value reads anything whose header explains itself.
type Options struct {
	Format Format
	// Map names the column of a table in which a field stands: "email" → "Login". It beats the names that are known. An empty
	// name says that the field has no column.
	Map map[string]string
	// Values say what words of the roster mean, by their field: [FieldRole], "team_role", [FieldTeams] for a whole cell, and
	// [FieldActive], which takes "yes" and "no".
	Values map[string]map[string]string
	// Where are the filters that a row must pass, each as `Department=Research` or `Department!=Research`. Those with "=" on
	// one column are alternatives.
	Where []string
	// Only are the addresses of those who are meant, compared by [email.Fold]; none meaning everybody. The document must
	// have all of them.
	Only []string
	// IncludeInactive reads people like the others whom a column says not to be active.
	IncludeInactive bool
	// IDColumn names the column in which everybody has a number of their own. Without a name, it is known by that of the column;
	// [NoIDColumn] says that there is none.
	IDColumn string
	// Role is the organization role of rows that name none. Without it, they are invalid.
	Role string
	// Teams are the teams of rows that name none.
	Teams []Team
	// Encoding is that of a text. Auto goes by the byte order mark; without one, a text is UTF-8 or, if it is a table that
	// cannot be that, in the encoding in which its words make sense, with a [Warning]. Where that stays open, it is refused.
	Encoding document.Encoding
	// Delimiter separates the cells of delimited text: one of , ; tab and |. The zero value goes by the header.
	Delimiter rune
	// Sheet is the name of the workbook's sheet to read. The zero value is the only one that has the header of a roster
	// and is not hidden.
	Sheet string
	// Unwrap takes addresses out of what surrounds them, as in "Ann <ann@x.test>". Without it, such rows are invalid.
	Unwrap bool
}

// rules are options that were found valid.
type rules struct {
	format  Format
	columns map[string]string
	role    string
	teams   []Team

	// roles and teamRoles are what words of the roster mean, cells what whole cells of teams do.
	roles, teamRoles roleSet
	cells            map[string]string
	// states are the words that say whether somebody is active.
	states          map[string]string
	where           []condition
	only            only
	includeInactive bool
	idColumn        string

	encoding  document.Encoding
	delimiter rune
	sheet     string
	unwrap    bool
}

func newRules(options Options) (*rules, error) {
	if _, known := readers[options.Format]; !known && options.Format != Auto {
		return nil, fmt.Errorf("roster format: unknown %s", options.Format)
	}
	for field, column := range options.Map {
		if err := mayMap(field, column); err != nil {
			return nil, fmt.Errorf("column mapping: %w", err)
		}
	}
	if options.Delimiter != 0 && !strings.ContainsRune(delimiters, options.Delimiter) {
		return nil, fmt.Errorf("delimiter: %q is none of , ; tab and |", options.Delimiter)
	}
	r := &rules{
		format: options.Format, columns: maps.Clone(options.Map), encoding: options.Encoding, delimiter: options.Delimiter,
		sheet: options.Sheet, unwrap: options.Unwrap, includeInactive: options.IncludeInactive, only: newOnly(options.Only),
		idColumn: options.IDColumn,
	}
	if err := r.take(options.Values); err != nil {
		return nil, fmt.Errorf("value mapping: %w", err)
	}
	var err error
	if r.where, err = parseConditions(options.Where); err != nil {
		return nil, fmt.Errorf("filter: %w", err)
	}
	if options.Role != "" {
		role, err := ParseRole(options.Role)
		if err != nil {
			return nil, fmt.Errorf("default role: %w", err)
		}
		r.role = role
	}
	var problems []*ValueError
	for _, team := range options.Teams {
		team, problem := r.teamRoles.withRole(team.Name, team.Role)
		if problem != nil {
			problems = append(problems, problem)
		}
		r.teams = append(r.teams, team)
	}
	if r.teams, problems = distinct(r.teams, problems); len(problems) > 0 {
		return nil, fmt.Errorf("default teams: %w", problems[0])
	}
	return r, nil
}

// judge turns rows into entries. It is not safe for concurrent use.
type judge struct {
	file  string
	rules *rules
	roles memo[roleVerdict]
	cells memo[teamVerdict]
	none  teamVerdict // on a cell without teams
	names memo[*ValueError]
	reads addressReader
	seed  maphash.Seed
	key   string          // of the address judged last, if it is good
	met   map[string]bool // those of the rules' only who have a row, by key
}

type roleVerdict struct {
	role    string
	problem *ValueError
}

type teamVerdict struct {
	teams    []Team
	text     string // as [FormatTeams] writes them
	problems []*ValueError
	doubts   []*ValueError
}

func newJudge(file string, rules *rules) *judge {
	j := &judge{file: file, rules: rules, reads: addressReader{unwrap: rules.unwrap}, seed: maphash.MakeSeed(), met: map[string]bool{}}
	j.roles = newMemo(func(text string) roleVerdict {
		if IsErrorWord(text) {
			return roleVerdict{problem: failed(text)}
		}
		role, problem := rules.roles.parse(text)
		return roleVerdict{role, problem}
	})
	j.cells = newMemo(func(text string) teamVerdict {
		text = rules.teamCell(text)
		teams, problems := rules.teamRoles.parseTeams(text)
		for _, team := range teams {
			if IsErrorWord(team.Name) {
				problems = append(problems, failed(team.Name))
			}
			if isFormula(team.Name) {
				problems = append(problems, formulaOf(team.Name))
			}
		}
		v := teamVerdict{teams: slices.Clip(teams), text: FormatTeams(teams), problems: problems}
		if len(problems) == 0 {
			v.doubts = doubtsAbout(text, teams)
		}
		return v
	})
	j.none = teamVerdict{teams: slices.Clip(rules.teams), text: FormatTeams(rules.teams)}
	j.names = newMemo(teamDoubt)
	return j
}

// judge fills the entry, which keeps the memory of its findings.
func (j *judge) judge(r *row, number int, e *Entry) {
	*e = Entry{
		Row: number, Line: r.line, Extra: r.extra, Number: numberOf(r.number), Findings: e.Findings[:0],
		file: j.file, isBook: r.isBook, start: r.place, places: [3]place{r.email.place, r.role.place, r.teams.place},
	}
	j.key = ""
	why := r.choice
	if !j.isMeant(r) && (why == nil || why.gone || why.wrong != nil) { // whom a filter leaves out has not left
		why = &choice{rule: j.rules.only.rule()}
	}
	if why != nil && why.wrong == nil && !slices.ContainsFunc(r.problems, ofRow) {
		j.leaveOut(r, why, e)
		return
	}
	for _, problem := range r.problems {
		e.Findings = append(e.Findings, e.finding(problem))
	}
	for _, doubt := range r.warnings {
		warning := e.finding(doubt)
		warning.Severity = Warning
		e.Findings = append(e.Findings, warning)
	}
	if why != nil && why.wrong != nil {
		e.Findings = append(e.Findings, e.finding(*why.wrong))
	}
	j.address(r, e)
	j.role(r.role, e)
	j.teams(r, e)
	if len(e.Findings) > 1 {
		slices.SortStableFunc(e.Findings, func(a, b Finding) int { return cmp.Compare(a.Severity, b.Severity) })
	}
}

// ofRow reports whether a problem is about the row as a whole, whose cells may be shifted.
func ofRow(p problem) bool { return p.field == "" }

// leaveOut fills the entry of a row that is not meant, as far as it can be read.
func (j *judge) leaveOut(r *row, why *choice, e *Entry) {
	e.Rule, e.Inactive = why.rule, why.gone
	e.Email, e.Role = email.Trim(r.email.text), email.Trim(r.role.text)
	if bare, ok := email.Unwrap(e.Email); ok && j.rules.unwrap {
		e.Email = bare
	}
	if role := j.rules.roles.spelled(e.Role); role != "" {
		e.Role = role
	}
	if e.Teams = r.list; r.list == nil {
		if verdict := j.cells.of(email.Trim(r.teams.text)); len(verdict.problems) == 0 {
			e.Teams, e.teams = verdict.teams, verdict.text
		}
	}
}

func (j *judge) address(r *row, e *Entry) {
	if r.email.judged {
		e.Email = email.Trim(r.email.text)
		return
	}
	var own addressRead
	read := r.read
	if read == nil {
		own = j.reads.read(r.email.text)
		read = &own
	}
	switch e.Email = read.address; {
	case e.Email == "":
		e.Findings = append(e.Findings, e.at(FieldEmail, say("email-missing", "no e-mail address"), nil))
		return
	case read.failed:
		e.Findings = append(e.Findings, e.failed(FieldEmail, e.Email))
		return
	case read.problem != nil:
		_, e.wrapped = email.Unwrap(e.Email)
		e.Findings = append(e.Findings, e.about(read.problem))
		return
	}
	if j.key = read.key; read.doubt != nil {
		warning := e.about(read.doubt)
		warning.Severity = Warning
		e.Findings = append(e.Findings, warning)
	}
}

// about returns the finding that the address has a problem.
func (e *Entry) about(problem *email.Problem) Finding {
	var suggestion remedy.Hint
	if problem.Suggestion != "" {
		suggestion = remedy.Words(didYouMean(problem.Suggestion))
	}
	reason := say(problem.Code, quote(e.Email)+" "+problem.Reason, append([]string{e.Email}, problem.Args...)...)
	return e.at(FieldEmail, reason.meaning(problem.Suggestion), suggestion)
}

func (j *judge) role(c cell, e *Entry) {
	e.Role = email.Trim(c.text)
	switch {
	case c.judged:
	case e.Role != "":
		verdict := j.roles.of(e.Role)
		if verdict.problem != nil {
			e.Findings = append(e.Findings, e.at(FieldRole, verdict.problem.said(), verdict.problem.Hint()))
			return
		}
		e.Role = verdict.role
	case j.rules.role != "":
		e.Role, e.RoleDefaulted = j.rules.role, true
	default:
		e.Findings = append(e.Findings, e.at(FieldRole, say("role-missing", "no role"), remedy.Words("give everybody without one the same with ").Use("role", "")))
	}
}

func (j *judge) teams(r *row, e *Entry) {
	if r.list != nil {
		e.Teams = r.list
		for _, team := range r.list {
			if doubt := *j.names.of(team.Name); doubt != nil && !r.teams.judged {
				e.warn(FieldTeams, doubt)
			}
		}
		return
	}
	verdict := &j.none
	if text := email.Trim(r.teams.text); text != "" {
		verdict = j.cells.of(text)
	}
	named := verdict
	if len(verdict.teams) == 0 && !j.rules.saysNoTeam(r.teams.text) {
		named = &j.none // a cell of separators alone
	}
	e.Teams, e.teams = named.teams, named.text
	if r.teams.judged {
		return
	}
	for _, problem := range verdict.problems {
		e.Findings = append(e.Findings, e.at(FieldTeams, problem.said(), problem.Hint()))
	}
	for _, doubt := range verdict.doubts {
		e.warn(FieldTeams, doubt)
	}
}

// desired returns a hash that is the same for entries with the same role and teams, in whatever order; no team is there twice.
func (j *judge) desired(e *Entry) uint64 {
	sum := maphash.String(j.seed, e.Role)
	for _, team := range e.Teams {
		sum += maphash.String(j.seed, teamKey(team.Name)+"\x00"+team.Role)
	}
	return sum
}

// warn adds a [Warning] about a field.
func (e *Entry) warn(field string, doubt *ValueError) {
	warning := e.at(field, doubt.said(), doubt.Hint())
	warning.Severity = Warning
	e.Findings = append(e.Findings, warning)
}
