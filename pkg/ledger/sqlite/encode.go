package sqlite

import (
	"encoding/json"
	"fmt"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/page"
)

// instant is a time that is read from a column.
type instant time.Time

// Scan implements [sql.Scanner].
func (i *instant) Scan(value any) error {
	n, ok := value.(int64)
	if !ok {
		return fmt.Errorf("%w: a time is %T", ledger.ErrDamaged, value)
	}
	*i = instant(page.Time(n))
	return nil
}

// span is a duration that is read from a column.
type span time.Duration

// Scan implements [sql.Scanner].
func (s *span) Scan(value any) error {
	n, ok := value.(int64)
	if !ok {
		return fmt.Errorf("%w: a duration is %T", ledger.ErrDamaged, value)
	}
	*s = span(time.Duration(n) * time.Microsecond)
	return nil
}

func encodeList(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return string(page.AppendList(nil, list))
}

func decodeList(text string) (list []string, err error) {
	if text == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, fmt.Errorf("%w: %w", ledger.ErrDamaged, err)
	}
	return list, nil
}
