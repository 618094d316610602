package jobs

import (
	"bytes"
	"errors"
	"io"
	"strings"

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
}

func (r *reader) read(from io.Reader) ([]Job, error) {
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
	return jobs, nil
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
	r.fault(line, "", "not valid YAML: %s", wrong.Message)
}

// file reads {defaults: {…}, jobs: [{…}, …]}.
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
		case section.key != keyDefaults && section.key != keyJobs:
			r.fault(section.line, section.key, "neither defaults nor jobs")
		}
	}
	for _, option := range defaults {
		switch option.key {
		case keyJobs:
			r.fault(option.line, keyJobs, "the defaults have no jobs of their own")
		case keyRoster:
			r.fault(option.line, keyRoster, "each job names its own roster, and the defaults name none")
		}
	}
	if list == nil {
		return nil
	}
	if resolve(list).Kind != yaml.SequenceNode {
		r.fault(list.Line, keyJobs, "expected a list of jobs")
		return nil
	}
	var jobs []Job
	for _, node := range resolve(list).Content {
		jobs = append(jobs, r.job(node, defaults))
		if r.taken > maxOptions {
			r.fault(node.Line, "", "the aliases stand for more than %d options", maxOptions)
			return nil
		}
	}
	return jobs
}

func (r *reader) job(node *yaml.Node, defaults options) Job {
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
			job.Roster = job.Path(value.Value)
		default:
			job.own = append(job.own, option)
		}
	}
	if !named {
		r.fault(job.Line, "", "the job names no roster")
	}
	return job
}
