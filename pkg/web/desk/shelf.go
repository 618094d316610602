package desk

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/atomicfile"
	"rollcall/pkg/bounded"
	"rollcall/pkg/overlay"
	"rollcall/pkg/roster"
)

// A sheet is a folder of the desk's folder, named by the ID. In it are a file that says what there is to know of it, the upload
// under its own name in a folder of its own, and corrected contents by their digests in another.
const (
	fileSheet       = "sheet.json"
	folderUpload    = "upload"
	folderCorrected = "corrected"

	// idLength is how many bytes an ID is of.
	idLength = 6
	// mostState is far more than corrections of every row take.
	mostState = 256 << 20
	// lifetime is how long a sheet lies on the desk after its last use: longer than a meal, shorter than a day in which others use
	// the machine.
	lifetime = time.Hour
	// tidyEvery is how often it is looked for such sheets.
	tidyEvery = 5 * time.Minute
	// mostRead is how many sheets are known row by row at a time. The others are read again once somebody looks at them.
	mostRead = 8
	// mostEarlier is how many contents before the corrections that came last stay: a plan may be reading one of them.
	mostEarlier = 3
)

// Take puts a roster on the desk. The same file, taken again, is the sheet that it was, with its corrections; under another name,
// the same content is a sheet of its own that begins with them.
func (d *Desk) Take(ctx context.Context, name string, content io.Reader) (*Sheet, error) {
	return d.take(ctx, FileName(name), content, false)
}

func (d *Desk) take(ctx context.Context, name string, content io.Reader, isSample bool) (*Sheet, error) {
	if err := os.MkdirAll(d.o.Folder, 0o700); err != nil {
		return nil, err
	}
	spooled, sum, err := d.spool(content)
	if err != nil {
		return nil, err
	}
	defer os.Remove(spooled) //nolint:errcheck // it is gone by then, unless something else went wrong
	d.taking.Lock()
	defer d.taking.Unlock()
	sheets := d.Sheets()
	id := sheetID(name, sum)
	for _, s := range sheets {
		if s.ID == id {
			s.touch()
			return s, s.restore(ctx, spooled)
		}
	}
	s := &Sheet{ID: id, Name: name, IsSample: isSample, folder: filepath.Join(d.o.Folder, id)}
	s.touch()
	s.state = sheetState{Name: name, Upload: sum, IsSample: isSample, version: version{Content: sum}}
	if err := s.settleIn(spooled); err != nil {
		return nil, err
	}
	if err := s.begin(ctx, sheets); err != nil {
		return nil, errors.Join(err, s.remove(func() bool { return false }))
	}
	for _, other := range sheets[min(len(sheets), mostRead-1):] {
		other.unread()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sheets[id] = s
	return s, nil
}

// unread gives back what knowing the rows of a sheet takes, unless somebody is at work on it.
func (s *Sheet) unread() {
	if !s.mu.TryLock() {
		return
	}
	defer s.mu.Unlock()
	if s.reading != nil {
		_ = s.reading.rows.close() // which was only read
		s.reading = nil
	}
}

// restore puts the files of a sheet back, with its corrections, if somebody else has removed them: whoever clears folders up.
func (s *Sheet) restore(ctx context.Context, upload string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	isThere := true
	for _, path := range []string{filepath.Join(s.folder, fileSheet), s.contentFile(s.state.Upload), s.contentFile(s.state.Content)} {
		_, err := os.Lstat(path)
		isThere = isThere && err == nil
	}
	if isThere {
		return nil
	}
	if err := s.settleIn(upload); err != nil {
		return err
	}
	return s.change(ctx, s.state.Settings, s.state.Corrections)
}

// settleIn makes the folder of a sheet, and moves what was uploaded there.
func (s *Sheet) settleIn(upload string) error {
	for _, folder := range []string{folderUpload, folderCorrected} {
		if err := os.MkdirAll(filepath.Join(s.folder, folder), 0o700); err != nil {
			return err
		}
	}
	return os.Rename(upload, s.contentFile(s.state.Upload))
}

// begin reads a new sheet, with the corrections of one that has the same content.
func (s *Sheet) begin(ctx context.Context, others []*Sheet) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range others {
		settings, corrections, same := other.like(s)
		if same && s.change(ctx, settings, corrections) == nil {
			return nil
		}
	}
	return s.change(ctx, roster.Settings{}, Corrections{})
}

// like returns how the sheet is read and corrected, if it has the content of another one.
func (s *Sheet) like(other *Sheet) (roster.Settings, Corrections, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	same := s.state.Upload == other.state.Upload && strings.EqualFold(filepath.Ext(s.Name), filepath.Ext(other.Name))
	return s.state.Settings, s.state.Corrections.clone(), same
}

// spool writes what is uploaded to a file that only its owner can read, and returns its digest.
func (d *Desk) spool(content io.Reader) (path string, sum digest, err error) {
	file, err := os.CreateTemp(d.o.Folder, "upload-*")
	if err != nil {
		return "", sum, err
	}
	hash := sha256.New()
	_, err = io.Copy(io.MultiWriter(file, hash), content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return "", sum, errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), digest(hash.Sum(nil)), nil
}

func sheetID(name string, content digest) string {
	sum := sha256.Sum256(append([]byte(name+"\x00"), content[:]...))
	return hex.EncodeToString(sum[:idLength])
}

// touch notes that somebody has used the sheet.
func (s *Sheet) touch() { s.used.Store(time.Now().UnixNano()) }

// Sheet returns the sheet of that ID, nil if it does not lie on the desk.
func (d *Desk) Sheet(id string) *Sheet {
	d.fetchSheets()
	d.mu.Lock()
	s := d.sheets[id]
	d.mu.Unlock()
	if s != nil {
		s.touch()
	}
	return s
}

// Sheets returns those that lie on the desk, also from before the process began: the one that was used last comes first.
func (d *Desk) Sheets() []*Sheet {
	d.fetchSheets()
	d.mu.Lock()
	sheets := slices.Collect(maps.Values(d.sheets))
	d.mu.Unlock()
	used := map[*Sheet]int64{}
	for _, s := range sheets {
		used[s] = s.used.Load()
	}
	slices.SortFunc(sheets, func(a, b *Sheet) int { return cmp.Or(cmp.Compare(used[b], used[a]), cmp.Compare(a.ID, b.ID)) })
	return sheets
}

// ErrNeeded says that a sheet stays, since a run over it is under way, or can be gone on with.
var ErrNeeded = errors.New("a run over the roster has not come to its end")

// Remove takes a sheet off the desk, and its files with it, also if a run over it could be gone on with. It returns [ErrNeeded] if
// one is under way.
func (d *Desk) Remove(s *Sheet) error {
	before := s.keepsSoFar()
	if sending := d.Sending(); sending != nil && sending.Sheet() == s && sending.State().Phase != Over {
		return ErrNeeded
	}
	return d.removeUnless(s, func() bool { return s.keeps > before }) // one has begun in the meantime
}

func (s *Sheet) keepsSoFar() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keeps
}

// removeUnless removes a sheet that nobody needs. A run that wants to keep it comes before that, or too late.
func (d *Desk) removeUnless(s *Sheet, needed func() bool) error {
	if err := s.remove(needed); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.sheets, s.ID)
	return nil
}

func (s *Sheet) remove(needed func() bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if needed() {
		return ErrNeeded
	}
	s.gone = true
	var err error
	if s.reading != nil {
		err = s.reading.rows.close()
		s.reading = nil
	}
	return errors.Join(err, os.RemoveAll(s.folder))
}

// fetchSheets finds the sheets that an earlier process has left, once.
func (d *Desk) fetchSheets() {
	d.fetched.Do(func() {
		if d.o.Folder == "" {
			return
		}
		paths, _ := filepath.Glob(filepath.Join(d.o.Folder, "*", fileSheet)) // it fails for its pattern alone
		found := map[string]*Sheet{}
		for _, path := range paths {
			if s, err := fetchSheet(filepath.Dir(path)); err == nil {
				found[s.ID] = s
			}
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.sheets = found
	})
}

func fetchSheet(folder string) (*Sheet, error) {
	path := filepath.Join(folder, fileSheet)
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	text, err := bounded.File(path, mostState)
	if err != nil {
		return nil, err
	}
	s := &Sheet{ID: filepath.Base(folder), folder: folder}
	s.used.Store(info.ModTime().UnixNano())
	if err := json.Unmarshal(text, &s.state); err != nil {
		return nil, err
	}
	s.Name, s.IsSample = s.state.Name, s.state.IsSample
	_, err = os.Stat(s.contentFile(s.state.Content))
	return s, err
}

// save keeps what there is to know of the sheet.
func (s *Sheet) save() error {
	text, err := json.Marshal(s.state)
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(s.folder, fileSheet), 0o600, text)
}

// change reads the upload with other settings, with other corrections laid over it. If that cannot be, nothing changes.
func (s *Sheet) change(ctx context.Context, settings roster.Settings, c Corrections) error {
	if s.gone {
		return errGone
	}
	next := s.state
	next.Settings, next.Corrections = settings, c
	next.version = version{Content: next.Upload, Settings: settings}
	options, err := settings.Parse()
	if err != nil {
		return err
	}
	if !c.IsZero() {
		corrected, err := overlay.Correct(ctx, s.source(next.Upload), options, c.overlaid())
		switch {
		case errors.As(err, new(*roster.RefusedError)): // the corrections hold again once it can be read
		case err != nil:
			return err
		default:
			if next.Content, err = s.put(corrected.Content); err != nil {
				return err
			}
			if corrected.Recoded {
				next.version.Settings.Encoding = ""
			}
		}
	}
	before := s.state
	s.state = next // whose corrections the reading shows
	reading, err := s.read(ctx, next.version)
	if err != nil {
		s.state = before
		return err
	}
	if before.Content != next.Content && before.Content != next.Upload {
		s.state.Earlier = append(slices.Clone(before.Earlier), before.Content)
	}
	if err := s.save(); err != nil {
		s.state = before
		return errors.Join(err, reading.rows.close())
	}
	if s.reading != nil {
		err = s.reading.rows.close()
	}
	s.reading = reading
	s.touch()
	s.sweep()
	return err
}

// put writes a content to its file.
func (s *Sheet) put(content []byte) (digest, error) {
	sum := digest(sha256.Sum256(content))
	path := s.contentFile(sum)
	if earlier, err := bounded.File(path, int64(len(content))); err == nil && bytes.Equal(earlier, content) {
		return sum, nil
	}
	return sum, atomicfile.Write(path, 0o600, content)
}

// sweep removes contents that nobody is reading. What cannot be removed, since somebody is, is tried again with the next ones.
func (s *Sheet) sweep() {
	s.state.Earlier = s.state.Earlier[max(0, len(s.state.Earlier)-mostEarlier):]
	wanted := map[string]bool{s.state.Content.String(): true}
	for _, content := range s.state.Earlier {
		wanted[content.String()] = true
	}
	for _, v := range s.state.Kept {
		wanted[v.Content.String()] = true
	}
	entries, _ := os.ReadDir(filepath.Join(s.folder, folderCorrected))
	for _, entry := range entries {
		if !wanted[entry.Name()] {
			_ = os.Remove(filepath.Join(s.folder, folderCorrected, entry.Name()))
		}
	}
}
