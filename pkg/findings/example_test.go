package findings_test

import (
	"context"
	"fmt"
	"os"

	"rollcall/pkg/findings"
	"rollcall/pkg/onboard"
)

// Findings become annotations of GitHub Actions.
func Example() {
	ctx := context.Background()
	checked, err := onboard.Check(ctx, onboard.Document{Source: source("team.csv", "email,role\nann@example.com,managr\n")}, onboard.Checking{}, onboard.Observer{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer checked.Close()

	w := findings.New(os.Stdout, findings.Options{Format: findings.GitHub})
	if err := w.Write(ctx, checked); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ::error file=team.csv,line=2,col=17,title=role::unknown role "managr" (did you mean manager?)
}
