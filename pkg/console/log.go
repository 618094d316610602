package console

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"rollcall/pkg/paint"
)

// The names of the fields of a log event, beside level, time, message and error. Whatever has a unit has it in its name:
// took_s is in seconds, as [Seconds] returns them. That is no matter of zerolog's Dur, whose unit is the program's.
const (
	FieldJob        = "job"         // the file of jobs and the line of the job
	FieldRun        = "run"         // the run's name
	FieldRow        = "row"         // the 1-based data row
	FieldLine       = "line"        // the physical line of the row
	FieldEmail      = "email"       // the address as the roster has it
	FieldAttempt    = "attempt"     // the number of the request for this row, from 1
	FieldStatus     = "status"      // the HTTP status
	FieldClass      = "class"       // what an answer means: done, final, not processed, lost
	FieldWait       = "wait_s"      // how long until the next request
	FieldRetryAfter = "retry_after" // which header asked to wait, and how it was read
	FieldOperation  = "operation"   // the call of the service
	FieldDuration   = "took_s"      // how long something took
	FieldRequestID  = "request_id"  // the service's name for a request
)

// Seconds returns a duration as a field of a log event has it: in seconds, to the microsecond.
func Seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1e6) / 1e6 }

// LogFormat is how log events look.
type LogFormat string

const (
	// LogConsole is for people: a line with the time of day, the level, the message and the fields.
	LogConsole LogFormat = "console"
	// LogJSON is for programs: one JSON object a line.
	LogJSON LogFormat = "json"
)

// Sink is one place where log events go. The zero value of all but Out means JSON from the debug level up.
type Sink struct {
	// Out takes each event with one call. Whatever it is, put a [Redactor] in front.
	Out io.Writer
	// Format is LogConsole, or else JSON.
	Format LogFormat
	// Level is the least that is written here.
	Level zerolog.Level
	// Color is for the console format alone.
	Color bool
}

// NewLogger returns a logger onto all sinks. Events have a time in UTC with milliseconds; the console format shows it
// by the local clock.
func NewLogger(sinks ...Sink) zerolog.Logger {
	least := zerolog.Disabled
	writers := make([]io.Writer, 0, len(sinks))
	for _, sink := range sinks {
		least = min(least, sink.Level)
		writers = append(writers, &zerolog.FilteredLevelWriter{
			Writer: zerolog.LevelWriterAdapter{Writer: sink.writer()}, Level: sink.Level,
		})
	}
	return zerolog.New(zerolog.MultiLevelWriter(writers...)).Level(least).Hook(zerolog.HookFunc(stampUTC))
}

func (s Sink) writer() io.Writer {
	if s.Format != LogConsole {
		return s.Out
	}
	// The logger's own colours are for dark terminals alone.
	in := func(role paint.Role, text string) string { return paint.Line{}.In(role, text).Render(s.Color) }
	return zerolog.ConsoleWriter{
		Out: s.Out, NoColor: !s.Color, TimeFormat: time.TimeOnly,
		FormatTimestamp: func(value any) string {
			text := fmt.Sprint(value)
			if at, err := time.Parse(time.RFC3339, text); err == nil {
				text = at.Local().Format(time.TimeOnly)
			}
			return in(paint.Dim, text)
		},
		FormatLevel:     func(value any) string { return in(levelRole(value)) },
		FormatFieldName: func(value any) string { return in(paint.Dim, fmt.Sprint(value)+"=") },
		// Fields are quoted where they need it, but a message stands as it is, next to real colours.
		FormatPrepare: func(event map[string]any) error {
			if message, ok := event[zerolog.MessageFieldName].(string); ok {
				event[zerolog.MessageFieldName] = Clean(message)
			}
			return nil
		},
	}
}

// levelRole returns the role of a level, and its name in three letters.
func levelRole(value any) (paint.Role, string) {
	switch name := fmt.Sprint(value); name {
	case zerolog.LevelDebugValue:
		return paint.Dim, "DBG"
	case zerolog.LevelInfoValue:
		return paint.Plain, "INF"
	case zerolog.LevelWarnValue:
		return paint.Warn, "WRN"
	case zerolog.LevelErrorValue:
		return paint.Bad, "ERR"
	default:
		return paint.Bad, strings.ToUpper(name)
	}
}

// stampUTC adds the time. zerolog's own is local and in whole seconds unless globals are set.
func stampUTC(event *zerolog.Event, _ zerolog.Level, _ string) {
	event.Str(zerolog.TimestampFieldName, time.Now().UTC().Format("2006-01-02T15:04:05.000Z07:00"))
}
