package page_test

import (
	"fmt"

	"rollcall/pkg/ledger/sqlite/page"
	"rollcall/pkg/record"
)

func Example() {
	p, err := page.Parse(`[{"row":1,"email":"ada@example.com"},{"row":2,"email":"bob@example.com"}]`)
	if err != nil {
		fmt.Println(err)
		return
	}
	i := p.Find(2)
	p.Entries[i].Outcome = record.Invited
	p.Touch(i)
	fmt.Println(p.Text())
	// Output: [{"row":1,"email":"ada@example.com"},{"row":2,"email":"bob@example.com","outcome":1}]
}
