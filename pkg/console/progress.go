package console

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Progress is how far a run has come, as a status line shows it. Zero fields are left out.
type Progress struct {
	// Done counts the rows that have an outcome, Total those that will have one; 0 means that it is not known.
	Done, Total int
	// Rate is in rows a second.
	Rate float64
	// Picture shows how the rate has been, in some characters.
	Picture string
	// Left is the time that the rest will take at this rate.
	Left time.Duration
	// Until is when the run will stop although Unsent rows will not have had their turn; it counts where there are any.
	Until  time.Time
	Unsent int
	// Wait is how long nothing is sent, Reason why.
	Wait   time.Duration
	Reason string
	// Slow says why the rate is low where nobody waits.
	Slow string
	// Note stands before everything else, such as that nobody is mailed.
	Note string
	// Counts are outcomes worth watching.
	Counts []Count
}

// Count is a number with its name.
type Count struct {
	Name string
	N    int
}

// String returns the line: " 231/500 · 46% · 98.7/s · 3s left · 2 rejected · waiting 2s: the service asked for it".
func (p Progress) String() string {
	parts := []string{strconv.Itoa(p.Done)}
	if p.Total > 0 {
		// As wide as it will get, so that the rest does not move about.
		total := strconv.Itoa(p.Total)
		parts[0] = fmt.Sprintf(" %*d/%s", len(total), p.Done, total)
		parts = append(parts, strconv.Itoa(int(100*float64(p.Done)/float64(p.Total)))+"%")
	}
	if rate := perTime(p.Rate); rate != "" {
		parts = append(parts, rate)
	}
	if p.Picture != "" {
		parts = append(parts, p.Picture)
	}
	switch {
	case p.Unsent > 0:
		parts = append(parts, fmt.Sprintf("stops at %s with about %d left", p.Until.Format("15:04"), p.Unsent))
	case p.Left > 0:
		parts = append(parts, human(max(p.Left, p.Wait))+" left")
	}
	for _, count := range p.Counts {
		if count.N != 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count.N, count.Name))
		}
	}
	switch {
	case p.Wait > 0 && p.Reason != "":
		parts = append(parts, "waiting "+human(p.Wait)+": "+p.Reason)
	case p.Wait > 0:
		parts = append(parts, "waiting "+human(p.Wait))
	case p.Slow != "":
		parts = append(parts, "slow: "+p.Slow)
	}
	line := strings.Join(parts, " · ")
	if p.Note != "" {
		line = p.Note + line
	}
	return line
}

// Sentence returns the line for whoever reads it without the others, in a log or aloud: "231 of 500 done, 2 rejected, about 3s
// left".
func (p Progress) Sentence() string {
	text := strconv.Itoa(p.Done) + " done"
	if p.Total > 0 {
		text = fmt.Sprintf("%d of %d done", p.Done, p.Total)
	}
	parts := []string{text}
	for _, count := range p.Counts {
		if count.N != 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count.N, count.Name))
		}
	}
	switch {
	case p.Unsent > 0:
		parts = append(parts, fmt.Sprintf("stops at %s with about %d left", p.Until.Format("15:04"), p.Unsent))
	case p.Left > 0:
		parts = append(parts, "about "+human(max(p.Left, p.Wait))+" left")
	}
	if p.Wait > 0 {
		parts = append(parts, "waiting "+human(p.Wait))
	}
	text = strings.Join(parts, ", ")
	switch {
	case p.Wait > 0 && p.Reason != "":
		text += ": " + p.Reason
	case p.Wait <= 0 && p.Slow != "":
		text += ", slow: " + p.Slow
	}
	if p.Note != "" {
		text = p.Note + ": " + text
	}
	return text
}

// perTime writes a rate with the digits that matter, a slow one by the minute.
func perTime(rate float64) string {
	switch {
	case math.IsNaN(rate), math.IsInf(rate, 0), rate <= 0:
		return ""
	case rate >= 99.95:
		return strconv.FormatFloat(rate, 'f', 0, 64) + "/s"
	case rate >= 0.95:
		return strconv.FormatFloat(rate, 'f', 1, 64) + "/s"
	default:
		return strconv.FormatFloat(60*rate, 'f', 1, 64) + "/min"
	}
}

// human writes a duration in its two biggest units: 3s, 2m05s, 1h02m, 3d04h. What is left is rounded up, so that it
// reads 0s only when it is over.
func human(d time.Duration) string {
	if d > math.MaxInt64-time.Second {
		d = math.MaxInt64 - time.Second
	}
	seconds := int64((d + time.Second - 1) / time.Second)
	minutes, hours := seconds/60, seconds/3600
	switch {
	case seconds < 60:
		return fmt.Sprintf("%ds", max(seconds, 0))
	case minutes < 60:
		return fmt.Sprintf("%dm%02ds", minutes, seconds%60)
	case hours < 24:
		return fmt.Sprintf("%dh%02dm", hours, minutes%60)
	default:
		return fmt.Sprintf("%dd%02dh", hours/24, hours%24)
	}
}
