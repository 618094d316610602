package onboard

import (
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/batch"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/ledger"
	"rollcall/pkg/roster"
)

// Observer is told what happens, by whatever of its functions is set. They may be called by several goroutines at once,
// and hold up the work while they do theirs.
type Observer struct {
	// Working says what is being done now, in words; empty once it is done.
	Working func(what string)
	// Warn tells what a person should know, and what keeps nothing from going on.
	Warn func(Warning)
	// Read tells how the roster was read.
	Read func(*roster.Roster)
	// Connected tells of the connection to the organization, before the ledger is opened: it is not to be closed.
	Connected func(*Connection)
	// Exchange is told of every call of the service.
	Exchange func(cybedefend.Exchange)
	// Unread tells that the service could not be read, and is read again after a wait.
	Unread func(err error, wait time.Duration)
	// Named tells the name of the run as soon as it has one, Begun that it begins to send, or goes on, and Ended that it
	// sends no more.
	Named func(run string)
	Begun func(run ledger.Run, resumed bool)
	Ended func()
	// Over tells how the run has ended, before that is written down: whoever finds it so may have nothing else to go by. An
	// error keeps it from being written down, so that the run goes on.
	Over func(Report) error
	// Event tells what happens to the rows of the run.
	Event func(batch.Event)
	// Changed tells of a change that was made and is no invitation.
	Changed func(amend.Change)
}

// Warning is something that a person should know.
type Warning struct {
	Text string
	// Err is what is behind it, nil if nothing is.
	Err error
	// Fields have what it is about, by name.
	Fields map[string]any
}

func (o Observer) working(what string) {
	if o.Working != nil {
		o.Working(what)
	}
}

func (o Observer) warn(text string, fields map[string]any) { o.warnOf(nil, text, fields) }

func (o Observer) warnOf(err error, text string, fields map[string]any) {
	if o.Warn != nil {
		o.Warn(Warning{Text: text, Err: err, Fields: fields})
	}
}

func (o Observer) named(run string) {
	if o.Named != nil {
		o.Named(run)
	}
}

func (o Observer) connected(c *Connection) {
	if o.Connected != nil {
		o.Connected(c)
	}
}

func (o Observer) begun(run ledger.Run, resumed bool) {
	if o.Begun != nil {
		o.Begun(run, resumed)
	}
}

func (o Observer) ended() {
	if o.Ended != nil {
		o.Ended()
	}
}

func (o Observer) over(r Report) error {
	if o.Over == nil {
		return nil
	}
	return o.Over(r)
}

func (o Observer) event(e batch.Event) {
	if o.Event != nil {
		o.Event(e)
	}
}
