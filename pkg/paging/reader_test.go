package paging

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// letters is a service that shows letters, and each page it was asked for.
type letters struct {
	all   string
	asked []Page
	fails error
}

func (l *letters) ask(_ context.Context, page Page) (Answer[string], error) {
	l.asked = append(l.asked, page)
	if page.Number > 1 && l.fails != nil {
		return Answer[string]{}, l.fails
	}
	from := min((page.Number-1)*page.Size, len(l.all))
	return Answer[string]{Items: strings.Split(l.all[from:min(from+page.Size, len(l.all))], "")}, nil
}

func (l *letters) reader(kept *[]string, most int) *Reader[string] {
	return New(Options[string]{
		Name: "letters", Ask: l.ask, ID: func(s string) string { return s }, Size: 4, Most: most,
		Keep:   func(s string) { *kept = append(*kept, s) },
		NoPage: func(err error) bool { return errors.Is(err, context.DeadlineExceeded) },
	})
}

func TestReadKeepsItemsInTheirOrder(t *testing.T) {
	service, kept := &letters{all: "abcdefghi"}, []string(nil)
	reader := service.reader(&kept, 0)
	if total, err := reader.First(t.Context()); total != 0 || err != nil || strings.Join(kept, "") != "abcd" {
		t.Errorf("First = %d, %v, kept %v", total, err, kept)
	}
	result, err := reader.Read(t.Context())
	if diff := cmp.Diff(Result{Stable: true, Shown: 9}, result); diff != "" || err != nil || strings.Join(kept, "") != service.all {
		t.Errorf("kept %v, %v (-want +got):\n%s", kept, err, diff)
	}
	want := []Page{{1, 4}, {2, 3}, {2, 4}, {3, 3}, {3, 4}, {4, 3}} // the last two for the end
	if diff := cmp.Diff(want, service.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestReadReturnsWhatWentWrong(t *testing.T) {
	broken := errors.New("broken")
	var kept []string
	service := &letters{all: "abcdefghi", fails: broken}
	if _, err := service.reader(&kept, 0).Read(t.Context()); !errors.Is(err, broken) || err.Error() != "read letters from number 4: broken" {
		t.Errorf("Read = %v", err)
	}
	service = &letters{all: "abc", fails: context.DeadlineExceeded} // which is what NoPage takes for a page that is not there
	if result, err := service.reader(&kept, 0).Read(t.Context()); err != nil || !result.Stable || result.Shown != 3 {
		t.Errorf("Read = %+v, %v", result, err)
	}
	service = &letters{all: "abcdefghi"}
	if _, err := service.reader(&kept, 8).Read(t.Context()); !errors.Is(err, ErrEndless) {
		t.Errorf("Read = %v", err)
	}
}

// TestReadCountsAnUnreadableItemOnce reads from a service that shows two of four at most, the second of which cannot be
// read, and the fourth never.
func TestReadCountsAnUnreadableItemOnce(t *testing.T) {
	ask := func(_ context.Context, page Page) (Answer[string], error) {
		answer := Answer[string]{Total: 4}
		switch from := (page.Number - 1) * page.Size; {
		case from == 0 && page.Size > 1:
			answer.Items, answer.Count = []string{"a"}, 2
		case from == 0:
			answer.Items = []string{"a"}
		case from == 1:
			answer.Count = 1
		case from == 2:
			answer.Items = []string{"c"}
		}
		return answer, nil
	}
	result, err := New(Options[string]{
		Name: "letters", Ask: ask, ID: func(s string) string { return s }, Size: 4, Keep: func(string) {},
	}).Read(t.Context())
	if err != nil || result.Shown >= result.Total {
		t.Errorf("Read = %+v, %v, want fewer shown than there are", result, err)
	}
}
