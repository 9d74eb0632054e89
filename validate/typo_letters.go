package validate

import _ "embed"

//go:embed data/letters.txt
var lettersText string

// letterModel tells how usual a name is as a name of a domain, letter by
// letter, from the two letters before each. It is searched where it lies: a
// line for every two letters, in order, and in it a character for each third.
type letterModel string

const (
	letterKinds = 29 // the end of the name, "-", any digit, a to z
	letterLine  = len("$$ ") + letterKinds + len("\n")
)

func newLetterModel(text string) letterModel {
	_, sorted := cutHeader(text)
	return letterModel(sorted)
}

// surprise returns -ln p of a label as somebody's name.
func (m letterModel) surprise(label string) (nats float32) {
	a, b := 0, 0
	for i := range len(label) {
		c := letterKind(label[i])
		nats += m.after(a, b, c)
		if c == letterDigit {
			nats += surpriseDigit
		}
		a, b = b, c
	}
	return nats + m.after(a, b, letterEnd)
}

func (m letterModel) after(a, b, c int) float32 {
	return float32(m[(a*letterKinds+b)*letterLine+len("$$ ")+c]-'0') / 4
}

const (
	letterEnd     = 0
	letterHyphen  = 1
	letterDigit   = 2
	surpriseDigit = 2.3 // ln 10: which digit it is
)

func letterKind(c byte) int {
	switch {
	case 'a' <= c && c <= 'z':
		return int(c-'a') + 3
	case '0' <= c && c <= '9':
		return letterDigit
	}
	return letterHyphen
}
