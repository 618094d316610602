package web

import (
	"html/template"
	"net/url"
	"strconv"
)

// slice is which part of a table is shown. There are as many rows a page as a person looks through.
type slice struct {
	// From and To are the first and the last row shown, from 1, of Of; Previous and Next are numbers of pages, 0 if there is none.
	From, To, Of, Page, Previous, Next int
	// Query is what else the address of a page of the table says, such as "show=wrong&".
	Query template.URL
}

const (
	// perPage is how many rows a page of a table has.
	perPage = 50
	// mostPages is more than any table has, and few enough to be counted with.
	mostPages = 1 << 24
)

// pageOf returns the page of a table that an address names, the first one if it names none.
func pageOf(values url.Values) int {
	number, _ := strconv.Atoi(values.Get("page")) // what is no number is 0, what is too large the largest one
	return min(max(number, 1), mostPages)
}

// sliceOf returns the page of a table of so many rows, the last one if there are not so many pages.
func sliceOf(page, rows int) slice {
	last := max(1, (rows+perPage-1)/perPage)
	page = min(max(page, 1), last)
	s := slice{From: (page-1)*perPage + 1, To: min(page*perPage, rows), Of: rows, Page: page, Previous: page - 1}
	if page < last {
		s.Next = page + 1
	}
	if rows == 0 {
		s.From = 0
	}
	return s
}

// partOf returns the rows of a slice.
func partOf[T any](rows []T, s slice) []T { return rows[max(s.From-1, 0):s.To] }

// valuesOf returns what an address says of a table beside the page: names with their values, in pairs. What is empty is left out.
func valuesOf(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			values.Set(pairs[i], pairs[i+1])
		}
	}
	return values
}

// queryOf returns [valuesOf] as what stands before the number of a page.
func queryOf(pairs ...string) template.URL {
	if values := valuesOf(pairs...); len(values) > 0 {
		return template.URL(values.Encode() + "&") //nolint:gosec // it is encoded
	}
	return ""
}
