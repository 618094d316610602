package schedule_test

import (
	"fmt"
	"time"

	"rollcall/pkg/schedule"
)

// A night without a 02:30, one that has it twice, and a look after some nights on which nothing ran.
func Example() {
	o := schedule.Options{Name: "emea"}
	if err := o.Cron.UnmarshalText([]byte("30 2 * * *")); err != nil {
		fmt.Println(err)
	}
	if err := o.Zone.UnmarshalText([]byte("Europe/Berlin")); err != nil {
		fmt.Println(err)
	}
	nightly, err := schedule.New(o)
	if err != nil {
		fmt.Println(err)
		return
	}
	at := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	fmt.Println(nightly.Line(at))
	fmt.Println(nightly.Next(time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC)))
	look := nightly.Look(schedule.State{Last: at}, at.AddDate(0, 0, 3))
	fmt.Println(look.Action == schedule.Begin, look.First.Format(time.DateOnly), look.Slot.Format(time.DateOnly))
	// Output:
	// every night at 02:30 (Europe/Berlin), next: Sun 29 Mar 03:00
	// 2026-10-25 02:30:00 +0200 CEST
	// true 2026-03-29 2026-03-31
}

// An error says what is wrong and what to write.
func ExampleCron_UnmarshalText() {
	var cron schedule.Cron
	fmt.Println(cron.UnmarshalText([]byte("0 2 31 2 *")))
	fmt.Println(cron.UnmarshalText([]byte("0 22-2 * * *")))
	// Output:
	// "0 2 31 2 *": the day 31 never comes in February: name a day or a month that has it
	// "0 22-2 * * *": the hour "22-2" runs backwards: write 22-23,0-2
}
