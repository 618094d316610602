package fetch_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/fetch"
)

// TestAServerThatHangsIsLeft has a server take every request and never answer.
func TestAServerThatHangsIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told, began := 0, time.Now()
		err := fetch.To(t.Context(), io.Discard, fetch.Options{
			Address: "https://hr.example/people.csv", Observe: func(error, time.Duration) { told++ },
			Transport: transport(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}),
		})
		if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took > fetch.Longest || told == 0 {
			t.Errorf("To = %v after %s, told %d times", err, took, told)
		}
	})
}
