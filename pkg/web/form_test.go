package web_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"rollcall/pkg/sandbox"
	"rollcall/pkg/web/desk"
)

// TestAFormIsReadWholeOrNotAtAll posts what no page posts, everywhere: nothing is done with the part of it that can be read.
func TestAFormIsReadWholeOrNotAtAll(t *testing.T) {
	s := open(t, sandbox.Options{}, func(o *desk.Options) { o.Place.Region = "eu" })
	roster := "/rosters/" + s.put(t, "team.csv", people(1))
	huge, before := strings.Repeat("x", 5<<20), s.server.Desk().Place()
	for name, form := range map[string]struct {
		kind, body string
		status     int
	}{
		"too large":           {"application/x-www-form-urlencoded", "on=yes&region=own&x=" + huge, http.StatusRequestEntityTooLarge},
		"too large, in parts": {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"on\"; filename=\"f\"\r\n\r\n" + huge + "\r\n--b--\r\n", http.StatusRequestEntityTooLarge},
		"not escaped":         {"application/x-www-form-urlencoded", "on=yes&region=us&x=%zz", http.StatusBadRequest},
		"cut":                 {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"on\"\r\n\r\nyes", http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			for _, address := range []string{
				"/sandbox", "/settings/service", "/settings/organization", "/settings/rosters", "/quit", roster + "/plan", roster + "/sync", roster + "/runs",
				roster + "/cells", roster + "/reading", roster + "/remove", "/runs/now/stop",
			} {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+address, strings.NewReader(form.body))
				if err != nil {
					t.Fatal(err)
				}
				request.Header.Set("Content-Type", form.kind)
				response, err := s.Client().Do(request)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, response.Body); err != nil {
					t.Error(err)
				}
				if err := response.Body.Close(); err != nil || response.StatusCode != form.status {
					t.Errorf("%s is %d, %v", address, response.StatusCode, err)
				}
			}
		})
	}
	for name, head := range map[string]string{"a name that nobody has": `filename="a` + "\a" + `.csv"`, "no head at all": ""} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/rosters",
			strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"roster\"; "+head+"\r\n\r\nemail\r\n--b"))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		response, err := s.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s is %d, %v", name, response.StatusCode, err)
		}
	}
	if s.server.Desk().Place() != before || len(s.server.Desk().Sheets()) != 1 {
		t.Errorf("something was done: %+v", s.server.Desk().Place())
	}
	if _, text := s.get(t, "/quit"); at(text) != "quit" {
		t.Errorf("it quits: %s", text)
	}
}
