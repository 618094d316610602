package budget_test

import (
	"fmt"
	"time"

	"rollcall/pkg/budget"
)

// Two of three were used this morning.
func Example() {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	b := budget.New(budget.Limits{PerDay: new(3)}, budget.Used{Mailings: []time.Time{now.Add(-2 * time.Hour), now.Add(-time.Hour)}})
	for _, key := range []string{"ada@example.com", "bruno@example.com"} {
		person := budget.Person{Key: key}
		if !b.Allows(person, now) {
			fmt.Println(key, "is left until", b.From(now).Format(time.DateTime))
			continue
		}
		b.Leaves(person)
		b.Answered(person, now, false)
		fmt.Println(key, "is invited")
	}
	// Output:
	// ada@example.com is invited
	// bruno@example.com is left until 2026-11-29 10:01:00
}
