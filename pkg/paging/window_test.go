package paging

import "testing"

func TestWindowsCoverTheListAndOverlap(t *testing.T) {
	for _, size := range []int{20, 13, 12} {
		m := mode{size: size, overlap: true}
		last := m.first()
		for calls := 2; last.end() < 5_000; calls++ {
			next := m.next(last)
			page := next.page()
			if (page.Number-1)*page.Size != next.start || page.Size < 1 || page.Size > size {
				t.Fatalf("%+v is not page %+v", next, page)
			}
			if next.start > last.end()-overlap || next.end() <= last.end() {
				t.Fatalf("%+v comes after %+v", next, last)
			}
			if last = next; size == 20 && calls*14 > next.end()+100 {
				t.Fatalf("%d calls for %d items", calls, next.end())
			}
		}
	}
}

func TestWindowsGoOnWhereNoneOverlap(t *testing.T) {
	tests := []struct {
		mode mode
		last window
		want window
	}{
		{mode{size: 20}, window{0, 20}, window{20, 20}},
		{mode{size: 20}, window{37, 1}, window{20, 20}}, // behind one that confirmed no end
		{mode{size: 2, overlap: true}, window{0, 2}, window{2, 2}},
		{mode{size: 1, overlap: true}, window{0, 1}, window{1, 1}},
		{mode{size: 3, overlap: true}, window{3, 3}, window{6, 3}},
		{mode{size: 10, overlap: true}, window{2510, 10}, window{2520, 10}},
	}
	for _, tt := range tests {
		if got := tt.mode.next(tt.last); got != tt.want {
			t.Errorf("%+v goes on behind %+v with %+v, want %+v", tt.mode, tt.last, got, tt.want)
		}
	}
}

func TestCovering(t *testing.T) {
	tests := []struct {
		place, largest int
		others         []window
		want           window
	}{
		{20, 20, []window{{0, 20}, {19, 19}}, window{20, 10}}, // neither page 1 nor page 2
		{45, 20, []window{{36, 18}, {51, 17}}, window{45, 9}}, // neither page 3 nor page 4
		{15, 20, []window{{0, 20}, {19, 19}}, window{15, 5}},
		{37, 20, []window{{36, 18}, {51, 17}}, window{37, 1}},
		{1, 20, []window{{0, 20}, {19, 19}}, window{1, 1}}, // no other number, but another page
		{0, 20, []window{{0, 20}, {19, 19}}, window{0, 19}},
		{0, 1, []window{{0, 1}, {1, 1}}, window{}},
	}
	for _, tt := range tests {
		if got := covering(tt.place, tt.largest, tt.others...); got != tt.want {
			t.Errorf("covering(%d, %d, %v) = %+v, want %+v", tt.place, tt.largest, tt.others, got, tt.want)
		}
	}
}
