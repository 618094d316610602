package notify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"rollcall/pkg/notify"
	"rollcall/pkg/record"
	"rollcall/pkg/report"
	"rollcall/pkg/secret"
	"rollcall/pkg/status"
)

func Example() {
	chat := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var message struct{ Text string }
		json.NewDecoder(r.Body).Decode(&message)
		fmt.Println(message.Text)
	}))
	defer chat.Close()

	// Before anything is sent: what can't be written is found now.
	notifier, err := notify.New(notify.Options{Address: secret.New(chat.URL + "/services/a-secret"), On: notify.OnFailure})
	if err != nil {
		fmt.Println(err)
		return
	}

	// However the run has ended.
	ended, err := notifier.End(context.Background(), report.Summary{
		Roster: "hr/people.csv", Rows: 3, Status: status.Rows,
		Outcomes: map[record.Outcome]int{record.Invited: 2, record.Unknown: 1},
	})
	fmt.Println(int(ended.Status), err)
	// Output:
	// rollcall: people.csv: 3 rows, 2 invited, 1 unknown
	// exit code 3: finished; some rows are rejected, failed, unknown or (with invalid skip) invalid
	// 3 <nil>
}
