package cli

import (
	"rollcall/pkg/console"
	"rollcall/pkg/timeline"
)

// pictureColumns leaves room for the words of the live line.
const pictureColumns = 12

// picture draws the pace for the live line, "" where no picture is asked for.
func (r *run) picture() string {
	pieces := r.timeline()
	if r.order.Progress != "graph" || len(pieces) == 0 {
		return ""
	}
	return timeline.Spark(pieces[len(pieces)-1], pictureColumns, !console.UTF8(r.getenv))
}

// drawPace draws the whole run once it has ended, where that is asked for.
func (r *run) drawPace() {
	if r.order.Progress != "graph" || r.timeline == nil {
		return
	}
	for _, line := range timeline.Lines(r.timeline(), timeline.Picture{Columns: r.console.Columns() - 1, ASCII: !console.UTF8(r.getenv)}) {
		r.tell("%s", line)
	}
}
