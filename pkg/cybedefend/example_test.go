package cybedefend_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/secret"
)

func Example() {
	service := httptest.NewServer(answer(403, `{"message":"You may not add people to this team"}`))
	defer service.Close()

	client, err := cybedefend.New(cybedefend.Options{
		BaseURL:     service.URL,
		Credentials: cybedefend.AccessToken(secret.New("a.b.c")),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	_, err = client.Invite(context.Background(), organizationID, cybedefend.Invite{
		Email: "ada@example.com", Role: cybedefend.Member,
	})
	fmt.Println(err)
	fmt.Println(cybedefend.ClassOf(err), errors.Is(err, cybedefend.ErrForbidden))
	// Output:
	// invite: 403 Forbidden: You may not add people to this team
	// final_no true
}
