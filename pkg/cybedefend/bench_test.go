//go:build unix

package cybedefend_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/fence"
	"rollcall/pkg/secret"
)

// workers is how many calls the benchmarks make side by side.
const workers = 16

// The benchmarks make one call in three ways: "http" is net/http alone, which sends the same request within a timeout and
// reads the reply to its end; "call" is the client, over the same kind of connection; "own" is the client over a transport that
// answers without a network, which is all but the transport of net/http. The responder of "http" and "call" is a process of its own.

func BenchmarkInvite(b *testing.B) {
	const body = `{"email":"ada@example.com","role":"member"}`
	benchmark(b, "POST /organization/"+organizationID+"/invite", body, 201, invitationJSON, func(ctx context.Context, c *cybedefend.Client) error {
		_, err := c.Invite(fence.Stamp(ctx), organizationID, ada)
		return err
	})
}

func BenchmarkInvitations(b *testing.B) {
	page := `{"organizationId":"` + organizationID + `","invitations":[` + strings.Repeat(invitationJSON+",", cybedefend.PageSize-1) + invitationJSON + `]}`
	benchmark(b, "GET /organization/"+organizationID+"/invitations?page=1&pageSize=20", "", 200, page, func(ctx context.Context, c *cybedefend.Client) error {
		_, err := c.Invitations(ctx, organizationID, cybedefend.Page{Number: 1})
		return err
	})
}

// BenchmarkDecodeInvitations reads a page of invitations as the service sends it, without the client around it.
func BenchmarkDecodeInvitations(b *testing.B) {
	items := make([]string, cybedefend.PageSize)
	for i := range items {
		items[i] = fmt.Sprintf(`{"id":"3c90c3cc-0d44-4b50-8888-8dd25736%04d","token":"inv_3f9c27b1d0e84a6c9b5d%04d","email":"person.%04d@example.com",`+
			`"status":"PENDING","organizationId":"`+organizationID+`","organizationName":"Example GmbH","organizationRole":"member",`+
			`"expiresAt":"2027-01-02T03:%02d:05.678Z"}`, i, i, i, i)
	}
	body := []byte(`{"organizationId":"` + organizationID + `","invitations":[` + strings.Join(items, ",") + `]}`)
	b.ReportAllocs()
	start := cpuTime(b)
	for b.Loop() {
		if page, err := cybedefend.DecodeInvitations(body); err != nil || len(page.Invitations) != len(items) || len(page.Odd) > 0 {
			b.Fatalf("%+v, %v", page, err)
		}
	}
	b.ReportMetric(float64((cpuTime(b)-start).Nanoseconds())/1e3/float64(b.N), "cpu-µs/op")
}

func BenchmarkMembers(b *testing.B) {
	const member = `{"id":"` + invitationID + `","email":"ada@example.com","firstName":"Ada","lastName":"Lovelace","role":"member","createdAt":"2027-01-02T03:04:05.678Z"}`
	page := `{"users":[` + strings.Repeat(member+",", cybedefend.PageSize-1) + member + `],"totalUsers":20000,"totalPages":1000}`
	benchmark(b, "GET /organization/"+organizationID+"/members?page=1&pageSize=20", "", 200, page, func(ctx context.Context, c *cybedefend.Client) error {
		_, err := c.Members(ctx, organizationID, cybedefend.Page{Number: 1}, "")
		return err
	})
}

// benchmark makes one call in the three ways. target is the method and the path of its request.
func benchmark(b *testing.B, target, body string, status int, reply string, call func(context.Context, *cybedefend.Client) error) {
	b.Helper()
	method, path, _ := strings.Cut(target, " ")
	client := func(b *testing.B, base string, over http.RoundTripper) *cybedefend.Client {
		b.Helper()
		c, err := cybedefend.New(cybedefend.Options{
			BaseURL: base, Credentials: cybedefend.AccessToken(secret.New(accessToken)), Transport: over, Connections: workers,
		})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(c.Close)
		return c
	}
	b.Run("http", func(b *testing.B) {
		base := respond(b, status, reply)
		alone := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers}, Timeout: time.Minute}
		b.Cleanup(alone.CloseIdleConnections)
		measure(b, func() error { return bare(b.Context(), alone, method, base+path, body) })
	})
	b.Run("call", func(b *testing.B) {
		c := client(b, respond(b, status, reply), nil)
		measure(b, func() error { return call(b.Context(), c) })
	})
	b.Run("own", func(b *testing.B) {
		c := client(b, "http://127.0.0.1", transport(func(*http.Request) (*http.Response, error) {
			return &http.Response{
				StatusCode: status, ContentLength: int64(len(reply)), Body: io.NopCloser(strings.NewReader(reply)),
				Header: http.Header{"Content-Type": {"application/json"}, "Date": {"Sun, 22 Nov 2026 10:00:00 GMT"}, "Content-Length": {"400"}},
			}, nil
		}))
		measure(b, func() error { return call(b.Context(), c) })
	})
}

// bare makes a request as an hour's work would.
func bare(ctx context.Context, alone *http.Client, method, target, body string) error {
	request, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+accessToken)
	request.Header.Set("Content-Type", "application/json")
	response, err := alone.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// measure makes rounds side by side, as a run does. It also reports the CPU time of one round, in microseconds.
func measure(b *testing.B, round func() error) {
	b.Helper()
	b.ReportAllocs()
	b.SetParallelism(workers / runtime.GOMAXPROCS(0))
	start := cpuTime(b)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := round(); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64((cpuTime(b)-start).Nanoseconds())/1e3/float64(b.N), "cpu-µs/op")
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
