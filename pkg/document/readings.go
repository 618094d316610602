package document

import (
	"context"
	"errors"

	"rollcall/pkg/charset"
)

// Reading is an encoding in which a text makes sense, with a word of it as it reads there.
type Reading struct {
	Encoding Encoding `json:"encoding"`
	Word     string   `json:"word,omitempty"`
}

// Readings returns the encodings in which a text makes sense that is not UTF-8, the likeliest first: one if that is clear, several
// if it stays open. There is none where its words make sense in no encoding that is known. It goes through all of the text.
func Readings(ctx context.Context, source Source) (found []Reading, err error) {
	d, err := Open(ctx, source)
	if err != nil {
		return nil, err
	}
	defer func() {
		_, closing := d.Close()
		err = errors.Join(err, closing)
	}()
	_, sample, err := d.survey()
	if err != nil {
		return nil, err
	}
	guess := charset.Identify(sample.cells)
	if guess.Name != "" {
		found = append(found, Reading{Encoding: Encoding(guess.Name)})
	}
	for _, open := range guess.Open {
		found = append(found, Reading{Encoding(open.Name), open.Word})
	}
	return found, nil
}
