package page

import (
	"strconv"
	"time"
)

// append writes the entry. Its keys are those that [reader.entry] knows.
func (e *Entry) append(b []byte) []byte {
	b = strconv.AppendInt(append(b, `{"row":`...), int64(e.Row), 10)
	b = appendNumber(b, `,"line":`, int64(e.Line))
	b = appendText(b, `,"email":`, e.Email)
	b = appendText(b, `,"role":`, e.Role)
	b = appendText(b, `,"teams":`, e.Teams)
	if len(e.Extra) > 0 {
		b = AppendList(append(b, `,"extra":`...), e.Extra)
	}
	b = appendNumber(b, `,"outcome":`, int64(e.Outcome))
	b = appendText(b, `,"invitation_id":`, e.InvitationID)
	b = appendText(b, `,"token":`, e.Token.Reveal())
	b = appendText(b, `,"status":`, e.Status)
	b = appendText(b, `,"organization_id":`, e.OrganizationID)
	b = appendText(b, `,"organization_name":`, e.OrganizationName)
	b = appendText(b, `,"organization_role":`, e.OrganizationRole)
	b = appendTime(b, `,"expires_at":`, e.ExpiresAt)
	b = appendNumber(b, `,"attempts":`, int64(e.Attempts))
	b = appendNumber(b, `,"http_status":`, int64(e.HTTPStatus))
	b = appendText(b, `,"error":`, e.Error)
	b = appendText(b, `,"hint":`, e.Hint)
	b = appendTime(b, `,"updated_at":`, e.UpdatedAt)
	t := &e.Trail
	b = appendNumber(b, `,"verdict":`, int64(t.Verdict))
	b = appendNumber(b, `,"tries":`, int64(t.Tries))
	b = appendNumber(b, `,"throttled":`, int64(t.Throttled))
	b = appendTruth(b, `,"lost":`, t.Lost)
	b = appendTruth(b, `,"confirmed":`, t.Confirmed)
	b = appendText(b, `,"cancelled":`, t.Cancelled)
	b = appendTime(b, `,"ended_at":`, t.EndedAt)
	b = appendNumber(b, `,"silent_for":`, t.SilentFor.Microseconds())
	b = appendTime(b, `,"due_at":`, t.DueAt)
	if len(e.MailedAt) > 0 {
		b = append(b, `,"mailed_at":[`...)
		for i, at := range e.MailedAt {
			if i > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendInt(b, Micros(at), 10)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func appendNumber(b []byte, key string, n int64) []byte {
	if n == 0 {
		return b
	}
	return strconv.AppendInt(append(b, key...), n, 10)
}

func appendTime(b []byte, key string, t time.Time) []byte { return appendNumber(b, key, Micros(t)) }

func appendTruth(b []byte, key string, is bool) []byte {
	if !is {
		return b
	}
	return append(append(b, key...), "true"...)
}

func appendText(b []byte, key, text string) []byte {
	if text == "" {
		return b
	}
	return AppendString(append(b, key...), text)
}

// AppendList writes texts as a JSON array.
func AppendList(b []byte, texts []string) []byte {
	b = append(b, '[')
	for i, text := range texts {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendString(b, text)
	}
	return append(b, ']')
}

// AppendString writes a text as a JSON string. What is not UTF-8 stays as it is.
func AppendString(b []byte, text string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := range len(text) {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, text[from:i]...)
		from = i + 1
		if c < ' ' {
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		} else {
			b = append(b, '\\', c)
		}
	}
	return append(append(b, text[from:]...), '"')
}
