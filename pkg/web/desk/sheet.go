package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"rollcall/pkg/document"
	"rollcall/pkg/onboard"
	"rollcall/pkg/roster"
)

// Sheet is a roster on the desk: what was uploaded, how it is to be read, and what was corrected in it. The upload stays as it
// is; the corrected content is another file. It is safe for concurrent use.
type Sheet struct {
	// ID is what the sheet is called in addresses, Name the name that the file had, without a folder.
	ID, Name string
	// IsSample tells that nobody is meant: it is the sample.
	IsSample bool

	folder string

	mu      sync.Mutex
	state   sheetState
	reading *Reading
	said    [mostSaid]Said
	saids   int
	gone    bool
	keeps   int // how often somebody has wanted to keep it

	used atomic.Int64 // when, in nanoseconds: asking for it waits for nobody
}

// Digest returns what makes a roster the same: its corrected content, and the settings that say what it means. The run over it has
// the same.
func (s *Sheet) Digest() [sha256.Size]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.version.digest()
}

// Document returns what is planned and sent: the content with all corrections. It stays as it is when more is corrected: that is
// another document. The file of an earlier one is gone after some corrections more, unless [Sheet.Keep] was told of it.
func (s *Sheet) Document() onboard.Document {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.document(s.state.version)
}

func (s *Sheet) document(v version) onboard.Document {
	return onboard.Document{Roster: s.Name, Source: s.source(v.Content), Settings: v.Settings, SkipInvalid: true}
}

// source returns a content of the sheet.
func (s *Sheet) source(content digest) document.Source {
	path := s.contentFile(content)
	return document.Source{Name: s.Name, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// Folder returns the folder of the sheet, which only its owner can read: what a run over it writes goes there.
func (s *Sheet) Folder() string { return s.folder }

// Settings returns how the roster is read.
func (s *Sheet) Settings() roster.Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.Settings
}

// Keep tells that a run over the document of that digest can be gone on with: the sheet stays on the desk, also when the process
// ends, and so does that document. It takes the place of one that was kept before: whom that run has left are among those of this.
func (s *Sheet) Keep(digest [sha256.Size]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, found := s.state.find(digest)
	if !found || s.gone {
		return errGone
	}
	s.state.Kept = []version{v}
	s.keeps++
	s.sweep()
	return s.save()
}

// Drop takes back what [Sheet.Keep] was told: the run has come to its end.
func (s *Sheet) Drop(digest [sha256.Size]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var left []version
	for _, v := range s.state.Kept {
		if v.digest() != digest {
			left = append(left, v)
		}
	}
	s.state.Kept = left
	return s.save()
}

// IsKept reports whether a run over the sheet can be gone on with.
func (s *Sheet) IsKept() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.state.Kept) > 0
}

// errGone says that the document of a run is not there any more.
var errGone = errors.New("the roster of that run is not there any more")

// Of returns the document of a digest, of this sheet's content now or of one that is kept.
func (s *Sheet) Of(digest [sha256.Size]byte) (onboard.Document, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, found := s.state.find(digest)
	return s.document(v), found
}

// Find returns the sheet that has the document of a run, and the document.
func (d *Desk) Find(digest [sha256.Size]byte) (*Sheet, onboard.Document, bool) {
	for _, s := range d.Sheets() {
		if document, found := s.Of(digest); found {
			return s, document, true
		}
	}
	return nil, onboard.Document{}, false
}

// sheetState is what is kept of a sheet.
type sheetState struct {
	Name string `json:"name"`
	// Upload is the content that was uploaded.
	Upload   digest `json:"upload"`
	IsSample bool   `json:"sample,omitempty"`
	// version is what is read now, with the corrections.
	version
	// Settings are those that were chosen. A version has others where the corrected content is written otherwise.
	Settings    roster.Settings `json:"chosen"`
	Corrections Corrections     `json:"corrections"`
	// Earlier are the contents before the corrections that came last, which somebody may be reading; Kept those over which a run
	// can be gone on with.
	Earlier []digest  `json:"earlier,omitempty"`
	Kept    []version `json:"kept,omitempty"`
}

// version is a content and how it is read.
type version struct {
	Content  digest          `json:"content"`
	Settings roster.Settings `json:"settings"`
}

func (v version) digest() [sha256.Size]byte { return v.Settings.Digest(v.Content) }

// find returns the version of a digest.
func (s *sheetState) find(digest [sha256.Size]byte) (version, bool) {
	for _, v := range append([]version{s.version}, s.Kept...) {
		if v.digest() == digest {
			return v, true
		}
	}
	return version{}, false
}

// digest is that of a content, and the name of its file.
type digest [sha256.Size]byte

// String returns the digest in hexadecimal digits.
func (d digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText writes [digest.String].
func (d digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *digest) UnmarshalText(text []byte) error {
	if hex.DecodedLen(len(text)) != len(d) {
		return errors.New("this is no digest")
	}
	_, err := hex.Decode(d[:], text)
	return err
}

// contentFile returns where a content is.
func (s *Sheet) contentFile(content digest) string {
	if content == s.state.Upload {
		return filepath.Join(s.folder, folderUpload, s.Name)
	}
	return filepath.Join(s.folder, folderCorrected, content.String())
}

// Reading returns what there is to say about the roster as it is now.
func (s *Sheet) Reading(ctx context.Context) (*Reading, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refresh(ctx); err != nil {
		return nil, err
	}
	return s.reading, nil
}
