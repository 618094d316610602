package progress_test

import (
	"context"
	"fmt"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/progress"
)

// One reading of the organization says how far the people of a roster have come.
func Example() {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	service := lists{
		users:       []cybedefend.User{{ID: "1", Email: "ada@example.com"}},
		invitations: []cybedefend.Invitation{{ID: "2", Email: "bruno@example.com", Status: "pending", ExpiresAt: now.Add(time.Hour)}},
	}
	d, err := directory.Read(context.Background(), directory.Options{Service: service, Now: func() time.Time { return now }})
	if err != nil {
		fmt.Println(err)
		return
	}
	people := []progress.Person{{Email: "ada@example.com"}, {Email: "bruno@example.com"}, {Email: "carla@example.com"}}
	for _, s := range progress.Of(people, progress.Inputs{Directory: d, At: now}).People {
		fmt.Println(s.Email, s.State)
	}
	// Output:
	// ada@example.com accepted
	// bruno@example.com expires_soon
	// carla@example.com not_invited
}
