package charset_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding"

	"rollcall/pkg/charset"
)

// languages are names of people, and the encodings in which rosters have them.
var languages = []struct {
	language  string
	encodings []string
	names     string
}{
	{"de", []string{"windows-1252", "iso-8859-15", "macintosh", "windows-1250"}, "Jürgen Müller,Käthe Weiß,Günther Groß,Björn Schröder,Sören Krüger,Jörg Schäfer,Änne Köhler,Ute Fröhlich,Anna Schmidt,Peter Wagner"},
	{"fr", []string{"windows-1252", "macintosh"}, "François Lefèvre,Hélène Bérard,Zoë Müller,Cédric Noël,Anaïs Forêt,Jérôme Garçon,Élodie Châtel,André Dupré,Marie Martin,Loïc Rivière"},
	{"es", []string{"windows-1252", "macintosh"}, "José Núñez,María Peña,Íñigo Muñoz,Andrés Gómez,Sofía Ibáñez,Raúl Martínez,Óscar Pérez,Ángel Sáez,Ana Lopez,Juan Ruiz"},
	{"pt", []string{"windows-1252"}, "João Gonçalves,Conceição Simões,Antônio Araújo,Luís Magalhães,Inês Brandão,José Guimarães,Mário Patrão,Célia Leitão"},
	{"sv", []string{"windows-1252"}, "Åsa Sjöberg,Björn Åkesson,Märta Öberg,Jörgen Lindström,Göran Hägg,Anna Nilsson,Søren Kjær,Åse Bjørnson"},
	{"pl", []string{"windows-1250", "iso-8859-2", "ibm852"}, "Łukasz Wójcik,Grażyna Dąbrowska,Paweł Świątek,Małgorzata Zając,Michał Woźniak,Bożena Kozłowska,Jerzy Mączyński,Anna Nowak,Kamil Ślęzak,Żaneta Kołodziej"},
	{"cs", []string{"windows-1250", "iso-8859-2"}, "Jiří Dvořák,Božena Němcová,Tomáš Růžička,Ondřej Čapek,Zdeněk Šťastný,Lucie Křížová,Petr Novák,Věra Doležalová,Matěj Horáček"},
	{"hu", []string{"windows-1250", "iso-8859-2"}, "Őri Géza,Kovács Erzsébet,Nagy László,Szűcs Ferenc,Szabó Zsófia,Tóth Győző,Kőszegi Ágnes,Füredi Béla"},
	{"ro", []string{"windows-1250"}, "Ştefan Ionescu,Cătălin Popescu,Gheorghiţă Văcaru,Mădălina Bălan,Andreea Rusu,Ioana Mureşan"},
	{"hr", []string{"windows-1250"}, "Željko Perić,Šime Kovačić,Đuro Babić,Ivana Jurišić,Ante Čović,Marija Novak"},
	{"ru", []string{"windows-1251", "koi8-r", "ibm866", "x-mac-cyrillic", "iso-8859-5"}, "Иван Петров,Мария Сидорова,Алексей Кузнецов,Ольга Смирнова,Дмитрий Волков,Елена Фёдорова,Наталья Щербакова,Юрий Жуков"},
	{"uk", []string{"windows-1251", "koi8-u"}, "Ігор Шевченко,Олена Коваленко,Тетяна Бондаренко,Сергій Їжак,Юлія Ткаченко,Євген Мельник"},
	{"el", []string{"windows-1253", "iso-8859-7"}, "Γιώργος Παπαδόπουλος,Μαρία Νικολάου,Κώστας Δημητρίου,Ελένη Ιωάννου,Άννα Γεωργίου,Νίκος Βασιλείου"},
	{"tr", []string{"windows-1254"}, "Ayşe Yılmaz,Mehmet Öztürk,Gülşen Çağlar,İbrahim Doğan,Uğur Şahin,Işıl Güneş,Fatma Kaya"},
	{"lt", []string{"windows-1257"}, "Jūratė Žukauskienė,Šarūnas Petrauskas,Giedrė Jankauskaitė,Ąžuolas Butkus,Živilė Kazlauskienė,Inga Šimkutė"},
	{"he", []string{"windows-1255"}, "דוד כהן,שרה לוי,משה פרץ,רחל מזרחי,יוסף ביטון,מרים אזולאי"},
	{"ar", []string{"windows-1256"}, "محمد أحمد,فاطمة علي,خالد حسن,مريم يوسف,عمر إبراهيم,ليلى سالم"},
	{"ja", []string{"shift_jis", "euc-jp"}, "山田太郎,鈴木花子,佐藤健一,高橋美咲,田中ヒロシ,渡辺さくら,伊藤大輔"},
	{"zh", []string{"gb18030", "big5"}, "王小明,李小龍,張偉,劉洋,陳靜,楊光,趙敏,黃磊"},
	{"ko", []string{"euc-kr"}, "김철수,이영희,박민수,최지우,정우성,강하늘,윤아름"},
	{"th", []string{"windows-874"}, "สมชาย ใจดี,สุดา แสงทอง,วิชัย ศรีสุข,มาลี บุญมา"},
}

// However few the names are, none is read wrongly: it is identified or stays open. With twenty of them, most are known.
func TestIdentify(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, rows := range []int{1, 2, 3, 4, 6, 10, 20, 40} {
		known, all := 0, 0
		for _, one := range languages {
			for _, name := range one.encodings {
				for range 8 {
					texts := pick(t, random, one.names, name, rows)
					if len(texts) == 0 {
						continue
					}
					all++
					guess := charset.Identify(texts)
					if guess.Name == "" {
						if guess.Confidence != 0 || len(guess.Open) == 1 {
							t.Errorf("open, and yet %+v", guess)
						}
						continue
					}
					known++
					for _, text := range texts {
						if got, want := decode(t, guess.Name, text), decode(t, name, text); got != want || guess.Confidence < 30 || guess.Confidence > 100 {
							t.Errorf("%s in %s, %d rows: %q is read as %q (%+v)", one.language, name, rows, want, got, guess)
						}
					}
				}
			}
		}
		if rows >= 20 && known < all*17/20 {
			t.Errorf("%d rows: %d of %d known", rows, known, all)
		}
	}
}

// pick returns so many names in an encoding, without those that are ASCII.
func pick(t *testing.T, random *rand.Rand, names, name string, rows int) (texts [][]byte) {
	t.Helper()
	_, coding, err := charset.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(names, ",")
	for range rows {
		one := all[random.IntN(len(all))]
		if !strings.ContainsFunc(one, func(r rune) bool { return r >= 0x80 }) {
			continue
		}
		text, err := encoding.ReplaceUnsupported(coding.NewEncoder()).String(one)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, []byte(text))
	}
	return texts
}

func decode(t *testing.T, name string, text []byte) string {
	t.Helper()
	_, coding, err := charset.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := coding.NewDecoder().Bytes(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(decoded)
}

func TestIdentifyCertainly(t *testing.T) {
	for text, want := range map[string]string{
		"J\xf6rg": "Windows-1252", "M\xfcller \x96 \x84Chef\x93": "Windows-1252", "M\xfcller: 10 \x80, 5 \xb5m, \xa7 7": "Windows-1252",
		"K\x8athe Wei\xa7": "Macintosh", "J\x81rgen Gr\xe1n": "IBM850", "Micha\xb3 Pawe\xb3": "Windows-1250", "\xa0ann\xa0": "Windows-1252",
	} {
		if guess := charset.Identify([][]byte{[]byte(text)}); guess.Name != want || guess.Confidence != 100 {
			t.Errorf("Identify(%q) = %+v, want %s", text, guess, want)
		}
	}
}

// What makes no sense is not read as anything, and what makes sense in several ways is shown in each.
func TestIdentifyNothing(t *testing.T) {
	for text, want := range map[string][]charset.Reading{
		"J\xc3\xb6rg J\xf6rg": nil, "a\xffb\xfe\xb1c": nil, "Jos\xe9 \x81": nil,
		"Caf\xe9 \xc8apek": {{Name: "Windows-1252", Word: "Èapek"}, {Name: "Windows-1250", Word: "Čapek"}},
	} {
		guess := charset.Identify([][]byte{[]byte(text)})
		if guess.Name != "" || !slices.Equal(guess.Open[:min(len(guess.Open), len(want))], want) || len(want) == 0 && len(guess.Open) > 0 {
			t.Errorf("Identify(%q) = %+v, want %v", text, guess, want)
		}
	}
}

func TestFind(t *testing.T) {
	for give, want := range map[string]string{
		"latin1": "Windows-1252", "Latin-2": "ISO-8859-2", "1250": "Windows-1250", "cp1251": "Windows-1251", "WIN1251": "Windows-1251",
		"windows 1254": "Windows-1254", "Windows_1257": "Windows-1257", "iso8859-15": "ISO-8859-15", "8859_2": "ISO-8859-2", "ISO 8859-7": "ISO-8859-7",
		"shift-jis": "Shift_JIS", "sjis": "Shift_JIS", "cp932": "Shift_JIS", "GB2312": "GBK", "gb18030": "GB18030", "big-5": "Big5", "euckr": "EUC-KR",
		"MacRoman": "Macintosh", "mac": "Macintosh", "x-mac-cyrillic": "x-mac-cyrillic", "koi8r": "KOI8-R", "KOI8-U": "KOI8-U", "iso2022jp": "ISO-2022-JP",
		"cp437": "IBM437", "850": "IBM850", "DOS852": "IBM852", "ibm866": "IBM866", "866": "IBM866", "utf8": "UTF-8", "UTF-16BE": "UTF-16BE",
	} {
		known, coding, err := charset.Find(give)
		if err != nil || known != want || coding == nil {
			t.Errorf("Find(%q) = %q, %v, %v, want %q", give, known, coding, err, want)
			continue
		}
		if again, _, err := charset.Find(known); err != nil || again != known {
			t.Errorf("Find(%q) = %q, %v", known, again, err)
		}
	}
	for _, give := range []string{"", " ", "ansi", "latin-99", "99999", "ibm", "replacement", "x-user-defined", "utf-7", "037", "ebcdic"} {
		if known, _, err := charset.Find(give); err == nil {
			t.Errorf("Find(%q) = %q", give, known)
		}
	}
}

// Whatever the bytes are: what is identified can be read as a whole, and is more than a guess.
func FuzzIdentify(f *testing.F) {
	for _, seed := range []string{"J\xf6rg", "\xc8apek", "\xa3ukasz", "\x8eR\x93c", "\xcd\xf5\xd0\xa1", "a\xff\xfe\xb1", "\xe9\xd7\xc1\xce"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		guess := charset.Identify([][]byte{text})
		if guess.Name == "" {
			return
		}
		if decoded := decode(t, guess.Name, text); strings.ContainsRune(decoded, '\ufffd') || len(guess.Open) > 0 || guess.Confidence < 1 || guess.Confidence > 100 {
			t.Errorf("%q is read as %q: %+v", text, decoded, guess)
		}
	})
}
