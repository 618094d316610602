package workbook

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// decimal is a number that is not negative: its digits without zeros around them, of which so many stand before the point.
type decimal struct {
	digits []byte
	point  int
}

// exact is how many digits Excel knows of a number.
const exact = 15

// decimalOf returns the digits that Excel knows of a number.
func decimalOf(size float64) decimal {
	text := strconv.FormatFloat(math.Abs(size), 'e', exact-1, 64)
	mantissa, exponent, _ := strings.Cut(text, "e")
	point, _ := strconv.Atoi(exponent) // which strconv has written
	d := decimal{point: point + 1}
	d.digits = append(d.digits, mantissa[0])
	d.digits = append(d.digits, mantissa[2:]...)
	return d.trim()
}

func (d decimal) trim() decimal {
	for len(d.digits) > 0 && d.digits[len(d.digits)-1] == '0' {
		d.digits = d.digits[:len(d.digits)-1]
	}
	for len(d.digits) > 0 && d.digits[0] == '0' {
		d.digits, d.point = d.digits[1:], d.point-1
	}
	return d
}

// round rounds to so many places behind the point, a half upwards as Excel does, and returns what stands before the
// point, without zeros at its beginning, and the places behind it.
func (d decimal) round(places int) (whole, fraction string) {
	keep := d.point + places
	switch {
	case keep < 0:
		d = decimal{}
	case keep < len(d.digits):
		up := d.digits[keep] >= '5'
		d.digits = slices.Clone(d.digits[:keep])
		for i := keep - 1; up && i >= 0; i-- {
			if up = d.digits[i] == '9'; up {
				d.digits[i] = '0'
			} else {
				d.digits[i]++
			}
		}
		if up {
			d.digits, d.point = append([]byte{'1'}, d.digits...), d.point+1
		}
		d = d.trim()
	}
	all := string(d.digits)
	if len(all) == 0 {
		return "", strings.Repeat("0", places)
	}
	if d.point > 0 {
		all += strings.Repeat("0", max(d.point-len(all), 0))
		whole, fraction = all[:d.point], all[d.point:]
	} else {
		fraction = strings.Repeat("0", -d.point) + all
	}
	return whole, fraction + strings.Repeat("0", max(places-len(fraction), 0))
}

// shown writes a number as the section shows it. It is not ok if the section is one whose rules this package does not
// know, or if nothing but a minus would be left of the number.
func (s *section) shown(size float64, sign bool) (text string, ok bool) {
	p, ok := s.plan()
	if s.odd || !ok {
		return "", false
	}
	number := decimalOf(size)
	number.point += p.shift
	whole, fraction := number.round(p.places)
	if size < 0 && p.first >= 0 && strings.Trim(whole+fraction, "0") == "" {
		return "", false
	}
	var b strings.Builder
	if sign && size < 0 {
		b.WriteByte('-')
	}
	digit, place, behind := 0, 0, p.kept(s.pieces, fraction)
	for i, one := range s.pieces {
		switch {
		case one.kind == 0:
			b.WriteString(one.text)
		case one.kind == ofGeneral:
			b.WriteString(general(math.Abs(size)))
		case one.kind == ofPercent:
			b.WriteByte('%')
		case one.kind == ofPoint:
			if p.digits == 0 {
				b.WriteString(whole)
			}
			b.WriteByte('.')
		case isDigit(one.kind) && i < p.point:
			p.writeDigit(&b, whole, digit, one.kind)
			digit++
		case isDigit(one.kind):
			b.WriteString(behind[place])
			place++
		}
	}
	return b.String(), true
}

// plan is how the digits of a number spread over the pieces of a section.
type plan struct {
	// digits are those before the point, places those behind it.
	digits, places int
	// first and last are the pieces of the digits before the point, -1 without one; point is where it stands.
	first, last, point int
	// shift is by how many powers of ten the number is greater than what is shown of it, downwards.
	shift int
	// groups tells that thousands are separated.
	groups bool
}

// plan lays the pieces out. It is not ok if they say something that this package does not know.
func (s *section) plan() (p plan, ok bool) {
	p = plan{first: -1, last: -1, point: len(s.pieces)}
	end, signs, general := -1, 0, false // the last digit of all
	for i, one := range s.pieces {
		switch {
		case one.kind == ofPoint && p.point < i:
			return p, false
		case one.kind == ofPoint:
			p.point = i
		case one.kind == ofPercent:
			p.shift += 2
		case one.kind == ofGeneral:
			general = true
		case isDigit(one.kind):
			if end = i; p.first < 0 {
				p.first = i
			}
			if i < p.point {
				p.digits, p.last = p.digits+1, i
			} else {
				p.places++
			}
		}
		if one.kind != 0 {
			signs++
		}
	}
	texts := false // between digits
	for i, one := range s.pieces {
		switch {
		case one.kind == 0 && i > p.first && i < p.last:
			texts = true
		case one.kind == 0 && i > p.point && i < end:
			return p, false
		case one.kind != ofComma:
		case i < p.first, i > p.point && i < end, s.pieces[max(i-1, 0)].kind == 0:
			return p, false
		case i < p.last:
			p.groups = true
		default:
			p.shift -= 3
		}
	}
	return p, (!p.groups || !texts) && (!general || signs == 1)
}

// writeDigit writes what stands at the digit of that index before the point, from the left: before the first one, all
// that the format has no place for.
func (p plan) writeDigit(b *strings.Builder, whole string, index int, kind rune) {
	from, to := len(whole)-p.digits+index, len(whole)-p.digits+index+1
	if index == 0 {
		from = min(from, 0)
	}
	for at := from; at < to; at++ {
		left := len(whole) - 1 - at // how many digits follow
		switch {
		case at >= 0:
			b.WriteByte(whole[at])
		case kind == '0':
			b.WriteByte('0')
		case kind == '?':
			b.WriteByte(' ')
			continue
		default:
			continue
		}
		if p.groups && left > 0 && left%3 == 0 {
			b.WriteByte(',')
		}
	}
}

// kept returns what is shown of each place behind the point: of zeros at the end, what the format wants of them.
func (p plan) kept(pieces []piece, fraction string) []string {
	shown := make([]string, 0, p.places)
	var kinds []rune
	for _, one := range pieces[min(p.point, len(pieces)):] {
		if isDigit(one.kind) {
			kinds = append(kinds, one.kind)
		}
	}
	for i := range kinds {
		shown = append(shown, fraction[i:i+1])
	}
	for i := len(shown) - 1; i >= 0 && shown[i] == "0" && kinds[i] != '0'; i-- {
		if shown[i] = ""; kinds[i] == '?' {
			shown[i] = " "
		}
	}
	return shown
}
