package message

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is looked at for the recipients of a report is in proportion to it, however
// often its words and its fields name the same ones.
func TestWordsBounded(t *testing.T) {
	for name, text := range map[string]string{
		"the same, again and again":   strings.Repeat("jane@acme.com: 550 nope, it did not work out\n", 1000),
		"the same, in sentences":      strings.Repeat("We could not deliver your mail to jane@acme.com today, alas.\n", 1000),
		"two in turn":                 strings.Repeat("jane@acme.com: 550 nope\nbob@acme.com: 550 nope\n", 1000),
		"once, and much behind it":    "jane@acme.com:\n" + strings.Repeat("550 nope, it did not work out\n", 1900),
		"one line":                    strings.Repeat("jane@acme.com could not be reached ", 1500),
		"long lines, in many replies": strings.Repeat("550 5.1.1 <jane@acme.com> "+strings.Repeat("nope ", 500)+"\n", 25),
	} {
		t.Run(name, func(t *testing.T) {
			m, ok := parse([]byte("Subject: failure notice\n\n" + text))
			require.True(t, ok)
			p := m.prose()
			once := size(p.about("jane@acme.com"))
			require.NotZero(t, once)
			require.LessOrEqual(t, once, maxSaid+maxText, "what was said, and a line")
			require.LessOrEqual(t, len(p.about("jane@acme.com")), maxTexts)
			judged := 0
			for range maxRecipients {
				judged += min(len(p.words("jane@acme.com", "")), maxTexts) * maxReply
			}
			require.LessOrEqual(t, judged, maxBlocks*maxTexts*maxReply)
			require.NotZero(t, judged)
		})
	}
}

func size(texts []string) (n int) {
	for _, text := range texts {
		n += len(text)
	}
	return n
}
