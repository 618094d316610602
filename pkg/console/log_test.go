package console_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"rollcall/pkg/console"
	"rollcall/pkg/secret"
)

func TestLoggerWritesJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := console.NewLogger(console.Sink{Out: &out, Level: zerolog.InfoLevel, Color: true})
		<-time.After(1500 * time.Millisecond)
		log.Debug().Msg("not wanted")
		log.Warn().Int(console.FieldRow, 7).Stringer("token", secret.New("x")).Err(errors.New("no")).Msg("refused")
		want := `{"level":"warn","row":7,"token":"[redacted]","error":"no","time":"2000-01-01T00:00:01.500Z","message":"refused"}` + "\n"
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Error(diff)
		}
		if !json.Valid(out.Bytes()) {
			t.Error("not valid JSON")
		}
	})
}

func TestLoggerWritesForPeople(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tests := []struct {
			name  string
			color bool
			want  string
		}{
			{"plain", false, ` INF evil\x1b[8m email="a\x1b[8m\u202e" row=7` + "\n"},
			{"colored", true, " INF \x1b[1mevil\\x1b[8m\x1b[0m \x1b[2memail=\x1b[0m\"a\\x1b[8m\\u202e\" \x1b[2mrow=\x1b[0m7\n"},
		}
		for _, tt := range tests {
			t.Setenv("NO_COLOR", "")
			out := &screen{}
			c := console.New(console.Options{Out: out, Color: tt.color})
			log := console.NewLogger(console.Sink{Out: console.Redact(c), Format: console.LogConsole, Level: zerolog.InfoLevel, Color: tt.color})
			log.Info().Int(console.FieldRow, 7).Str(console.FieldEmail, "a\x1b[8m\u202e").Msg("evil\x1b[8m")
			c.Close()
			clock := time.Now().Local().Format(time.TimeOnly)
			if tt.color {
				clock = "\x1b[2m" + clock + "\x1b[0m"
			}
			if diff := cmp.Diff(clock+tt.want, out.String()); diff != "" {
				t.Errorf("%s: %s", tt.name, diff)
			}
		}
	})
}

func TestLoggerFillsEachSinkByItsLevel(t *testing.T) {
	var screen, file bytes.Buffer
	log := console.NewLogger(
		console.Sink{Out: &screen, Format: console.LogConsole, Level: zerolog.WarnLevel},
		console.Sink{Out: &file},
	)
	log.Trace().Msg("one")
	log.Debug().Msg("two")
	log.Warn().Msg("three")
	if got := screen.String(); strings.Contains(got, "two") || !strings.HasSuffix(got, " WRN three\n") {
		t.Errorf("on the screen: %q", got)
	}
	if got := file.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, "two") || !strings.Contains(got, "three") {
		t.Errorf("in the file: %q", got)
	}
	nowhere := console.NewLogger()
	nowhere.Error().Msg("lost")
}

func TestJSONEventsStayJSON(t *testing.T) {
	var out bytes.Buffer
	c := console.New(console.Options{Out: &out})
	log := console.NewLogger(console.Sink{Out: c, Format: console.LogJSON})
	const value = "\x00\x1b\x7f\u0085\u009b\u2028\u202e\u2066\t\r\n\"\\ 日本 👩‍🚀"
	log.Info().Str(console.FieldEmail, value).Msg("")
	c.Close()
	var event map[string]any
	if err := json.Unmarshal(out.Bytes(), &event); err != nil {
		t.Fatalf("%v in %s", err, out.Bytes())
	}
	if diff := cmp.Diff(value, event[console.FieldEmail]); diff != "" {
		t.Error(diff)
	}
}

func TestSeconds(t *testing.T) {
	for give, want := range map[time.Duration]string{
		0: "0", 1723 * time.Millisecond: "1.723", 65227361: "0.065227", -time.Second: "-1", 90 * time.Minute: "5400",
	} {
		if got := strconv.FormatFloat(console.Seconds(give), 'f', -1, 64); got != want {
			t.Errorf("Seconds(%d) = %s, want %s", give, got, want)
		}
	}
}
