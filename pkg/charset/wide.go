package charset

// common are the first bytes of the characters that people use, in encodings of two bytes for most characters: those of the
// levels for everyday use, and of the scripts of Japan. Each has a level for the rest behind.
var common = map[string][][2]byte{
	"Shift_JIS": {{0x81, 0x83}, {0x88, 0x98}}, "EUC-JP": {{0xa1, 0xa5}, {0xb0, 0xcf}},
	"GB18030": {{0xa1, 0xa3}, {0xb0, 0xd7}}, "Big5": {{0xa1, 0xc6}}, "EUC-KR": {{0xa1, 0xa3}, {0xb0, 0xc8}},
}

// Wide reports whether an encoding, by its name as [Find] returns it, has two bytes for most characters.
func Wide(name string) bool {
	_, wide := common[name]
	return wide
}

// uncommon reports whether more than a fourth of the characters are such that people hardly use, as another encoding makes
// them.
func uncommon(name string, texts []byte) bool {
	ranges, wide := common[name]
	if !wide {
		return false
	}
	all, rare := 0, 0
	for i := 0; i < len(texts); i++ {
		first := texts[i]
		if first < 0x80 || name == "Shift_JIS" && 0xa0 <= first && first <= 0xdf {
			continue
		}
		all++
		rare++
		for _, one := range ranges {
			if one[0] <= first && first <= one[1] {
				rare--
			}
		}
		i++
	}
	return rare*4 > all
}

// preferCommon weighs the readings in uncommon characters less, if another one is in common characters.
func preferCommon(readings []*reading, texts []byte) {
	var rare []*reading
	others := false
	for _, one := range readings {
		if uncommon(one.name, texts) {
			rare = append(rare, one)
		} else {
			others = others || Wide(one.name)
		}
	}
	if !others {
		return
	}
	for _, one := range rare {
		one.languages++
	}
}
