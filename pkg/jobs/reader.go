package jobs

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"rollcall/pkg/pace"

	"go.yaml.in/yaml/v4"
)

const (
	// maxFile is some 5,000 jobs, in bytes.
	maxFile = 1 << 20
	// maxSigns bounds the memory: the library takes up to 1.2 KiB for each sign that parts two values.
	maxSigns = 100_000
	signs    = ",:-?[{"
	// maxOptions bounds how many options all jobs have together: with aliases, a small file can stand for very many.
	maxOptions = 200_000
)

// reader takes a file of jobs apart by hand, since every key has a line that an error may need.
type reader struct {
	faults
	// taken counts the options that were looked at, those that are merged as often as they are.
	taken int
	// limits are the limits that are shared, names the lines of the jobs that have one.
	limits map[string]pace.Rate
	names  map[string]int
}

func (r *reader) read(from io.Reader) (*File, error) {
	r.names = make(map[string]int)
	var jobs []Job
	if top := r.load(from); top != nil {
		jobs = r.file(top)
	}
	if len(r.errs) == 0 && len(jobs) == 0 {
		r.fault(1, "", "there are no jobs in it")
	}
	if err := r.joined(); err != nil {
		return nil, err
	}
	return &File{r.path, jobs, r.limits}, nil
}

// load returns the only document in a file, nil if there is none.
func (r *reader) load(from io.Reader) *yaml.Node {
	text, err := io.ReadAll(io.LimitReader(from, maxFile+1))
	if err != nil {
		r.fault(0, "", "%w", err)
		return nil
	}
	count := 0
	for _, sign := range []byte(signs) {
		count += bytes.Count(text, []byte{sign})
	}
	if len(text) > maxFile || count > maxSigns {
		r.fault(0, "", "a file of jobs may have 1 MiB and some 100,000 values at most, and this one has more")
		return nil
	}
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err != nil {
		r.fault(0, "", "%w", err)
		return nil
	}
	var document, second yaml.Node
	switch err := loader.Load(&document); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		r.broken(text, err)
		return nil
	}
	switch err := loader.Load(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		r.broken(text, err)
	default:
		r.fault(second.Line, "", "a second document begins here: put all jobs into the first")
	}
	return document.Content[0]
}

// broken says where a text is not YAML. What was begun and never ended stands where it began, not behind the last line.
func (r *reader) broken(text []byte, err error) {
	wrong, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		r.fault(1, "", "not valid YAML: %w", err)
		return
	}
	line := max(wrong.Mark.Line, 1)
	if last := 1 + bytes.Count(bytes.TrimRight(text, " \t\r\n"), []byte("\n")); line > last && wrong.ContextMark.Line > 0 {
		line = wrong.ContextMark.Line
	}
	r.fault(line, "", "not valid YAML: %s%s", wrong.Message, unquoted(text, line))
}

// unquoted says what is missing where a schedule makes a line no YAML: * and @ begin something else there.
func unquoted(text []byte, line int) string {
	lines := bytes.Split(text, []byte("\n"))
	if line > len(lines) {
		return ""
	}
	_, value, found := bytes.Cut(lines[line-1], []byte(keySchedule+":"))
	if value = bytes.TrimLeft(value, " "); !found || len(value) == 0 || value[0] != '*' && value[0] != '@' {
		return ""
	}
	return `: a schedule that begins so needs quotes, as in "*/15 * * * *"`
}

// file reads {defaults: {…}, shared-limits: {…}, jobs: [{…}, …]}.
func (r *reader) file(top *yaml.Node) []Job {
	if isNull(top) {
		return nil
	}
	sections, ok := r.options(top, "defaults and jobs")
	if !ok {
		return nil
	}
	var defaults options
	var list *yaml.Node
	for _, section := range sections {
		switch value := resolve(section.value); {
		case section.key == keyDefaults && !isNull(value):
			defaults, _ = r.options(section.value, "options and their values")
		case section.key == keyJobs && !isNull(value):
			list = section.value
		case section.key == keySharedLimits && !isNull(value):
			limits, _ := r.options(section.value, "names and their rates, as in {NAME: 48/s}")
			r.sharedLimits(limits)
		case section.key != keyDefaults && section.key != keyJobs && section.key != keySharedLimits:
			r.fault(section.line, section.key, "neither defaults nor jobs")
		}
	}
	for _, option := range defaults {
		switch option.key {
		case keyJobs:
			r.fault(option.line, keyJobs, "the defaults have no jobs of their own")
		case keyRoster, keyName:
			r.fault(option.line, option.key, "each job names its own %s, and the defaults name none", option.key)
		}
	}
	var common terms
	defaults, _ = r.terms(defaults, &common)
	common.Name = ""
	if list == nil {
		return nil
	}
	if resolve(list).Kind != yaml.SequenceNode {
		r.fault(list.Line, keyJobs, "expected a list of jobs")
		return nil
	}
	var jobs []Job
	for _, node := range resolve(list).Content {
		jobs = append(jobs, r.job(node, defaults, common))
		if r.taken > maxOptions {
			r.fault(node.Line, "", "the aliases stand for more than %d options", maxOptions)
			return nil
		}
	}
	return jobs
}

func (r *reader) job(node *yaml.Node, defaults options, common terms) Job {
	job := Job{Line: node.Line, file: r.path, defaults: defaults}
	own, ok := r.options(node, "options and their values, as in {roster: FILE}")
	if !ok {
		return job
	}
	named := false
	for _, option := range own {
		switch option.key {
		case keyJobs:
			r.fault(option.line, keyJobs, "a job has no jobs of its own")
		case keyRoster:
			named = true
			value := resolve(option.value)
			if value.Kind != yaml.ScalarNode || isNull(value) || strings.TrimSpace(value.Value) == "" {
				r.fault(option.line, keyRoster, "expected one file or address")
			}
			job.Roster, job.written, job.rosterLine = job.Path(value.Value), value.Value, option.line
		default:
			job.own = append(job.own, option)
		}
	}
	if !named {
		r.fault(job.Line, "", "the job names no roster")
	}
	own, lines := r.terms(job.own, &common)
	job.own = own
	r.settle(&job, common, lines)
	return job
}
