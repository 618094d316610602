package desk

import "time"

// Sweep removes the sheets that nobody has used for so long.
func (d *Desk) Sweep(unused time.Duration) { d.sweepSheets(unused) }
