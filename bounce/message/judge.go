package message

import (
	"slices"
	"strings"
	"time"

	"winnow/bounce"
)

// trial is what a reply is judged with, besides its words.
type trial struct {
	rules    *bounce.Rules
	happened bounce.Happening
	whom     []string        // of whom the mail speaks: who was mailed to, and who that became
	own      map[string]bool // see mail.ours
	from     string          // the domain that the mail was from, or ""
	apart    bool            // replies to others do not stand between the texts
	loose    []string        // words that may be about somebody else: they make nothing hard
}

// judge says what texts mean, of which the first are nearest to the recipient, by what
// is known of the reply beside them.
func (t *trial) judge(known bounce.Reply, texts []string) bounce.Result {
	res := t.weigh(known, texts)
	if !t.apart || res.Class != bounce.Hard || res.Stage != bounce.StageUnknown {
		return res
	}
	// Often only the words beside the reply tell which command was refused, and so whether
	// the server knew of the recipient.
	for _, text := range texts[1:] {
		if known.Stage = t.rules.Classify(bounce.Reply{Text: text}).Stage; known.Stage == bounce.StageUnknown {
			known.Stage = stageOf(text)
		}
		if known.Stage != bounce.StageUnknown {
			return t.weigh(known, texts)
		}
	}
	return res
}

// weigh classifies the first of the texts that says why, by what is known of the
// reply beside it. A code that servers give for many causes waits for a text with
// words; but those of who sends the report explain what a code may mean, and make
// hard only what a reply says, and the same reply. The first text that tells which
// command was answered tells it of those behind it, which repeat the reply and leave
// that out. What failed without a code failed for good; what is only delayed is never
// hard.
func (t *trial) weigh(known bounce.Reply, texts []string) (res bounce.Result) {
	var first bounce.Reply // that has a code
	for i, text := range slices.Concat(texts, t.loose) {
		if strings.TrimSpace(text) == "" && i > 0 {
			continue
		}
		r := t.acquit(t.one(known, text))
		if known.Stage == bounce.StageUnknown {
			known.Stage = r.Stage
		}
		if r.Class == bounce.Hard && (i >= len(texts) || !repeats(first, r.Reply)) {
			continue
		}
		if first.Code == 0 {
			first = r.Reply
		}
		switch {
		case i == 0 || res.Reason == bounce.Undetermined && (r.Reason != bounce.Undetermined || res.Text == ""):
			res = r
		case res.Reason != bounce.Undetermined && r.Reason != bounce.Undetermined && !isVague(r) && (r.Class != bounce.Hard || r.Code != 0):
			res = r
		}
		if res.Reason != bounce.Undetermined && !isVague(res) {
			break
		}
	}
	if t.happened == bounce.WasDelayed && res.Class == bounce.Hard {
		res.Class, res.Action, res.RetryIn = bounce.Soft, bounce.Retry, time.Hour
	}
	return res
}

// isVague reports whether no word decided, but a code that says little: 5.7.1, 550, or
// any that stands beside the reply only.
func isVague(r bounce.Result) bool {
	if strings.HasPrefix(r.Rule, "code ") {
		return true
	}
	code, ok := strings.CutPrefix(r.Rule, "enhanced ")
	if !ok {
		return false
	}
	if !strings.Contains(r.Text, code) {
		return true
	}
	status, err := bounce.StatusOf(code)
	return err == nil && status.Weak
}

// one classifies the reply in a text, and where that says nothing, all of it.
func (t *trial) one(known bounce.Reply, text string) bounce.Result {
	reply := known
	reply.Text, reply.Enhanced = clip(text), ""
	if reply.Stage == bounce.StageUnknown {
		reply.Stage = stageOf(text)
	}
	if reply.Text == "" {
		reply.Enhanced = known.Enhanced
	}
	whole := t.rules.Classify(reply)
	r := whole
	if said := replyIn(reply.Text); said != "" && len(said) < len(reply.Text) {
		reply.Text, reply.Stage, reply.Host = said, whole.Stage, whole.Host
		if r = t.rules.Classify(reply); r.Reason == bounce.Undetermined && whole.Code == r.Code {
			r = whole
		}
	}
	reply.Text = r.Text
	status := known.Enhanced
	if status == "" && r.Code == 0 && t.happened == bounce.WasFailed {
		status = "5.0.0" // RFC 3463: of a final failure no more is known
	}
	if status != "" && (r.Enhanced == "" || strings.HasSuffix(r.Enhanced, ".0.0")) && status != r.Enhanced {
		reply.Enhanced = status
		r = t.rules.Classify(reply)
	}
	if r.Reason == bounce.Delivered { // a step that went well, of a delivery that did not
		r = t.rules.Classify(bounce.Reply{Enhanced: "5.0.0"})
		r.Text = reply.Text
	}
	return r
}

// replyIn returns what a server said in the midst of a report: from its first code
// on, or "".
func replyIn(text string) string {
	for i := 0; i+4 <= len(text); i++ {
		if (text[i] != '4' && text[i] != '5') || !isDigit(text[i+1]) || !isDigit(text[i+2]) || strings.IndexByte(" -:#", text[i+3]) < 0 || text[i+1] > '6' {
			continue
		}
		if before := strings.TrimRight(text[:i], " \t"); before == "" || strings.IndexByte("\n:<>('\"#", before[len(before)-1]) >= 0 {
			said, _, _ := strings.Cut(text[i:], "I'm not going to try again") // which qmail adds
			return said
		}
	}
	return ""
}

// maxReply is how much of a report is kept as what was said.
const maxReply = 2 << 10

func clip(text string) string {
	text = strings.TrimSpace(text)
	if len(text) > maxReply {
		text = strings.ToValidUTF8(text[:maxReply], "")
	}
	return text
}

// stageOf reads the command that was answered from words that package bounce does
// not know, because only reports have them.
func stageOf(text string) bounce.Stage {
	lower := strings.ToLower(text)
	for _, s := range stages {
		if strings.Contains(lower, s.words) {
			return s.stage
		}
	}
	return bounce.StageUnknown
}

func delivered(reply bounce.Reply) bounce.Result {
	return bounce.Result{Reply: reply, Reason: bounce.Delivered, Rule: "action delivered"}
}

// repeats reports whether a reply can be the one that was told before, in other
// words: a report may tell of several, and explain what its codes mean.
func repeats(before, reply bounce.Reply) bool {
	said := func(enhanced string) bool { return enhanced != "" && !strings.HasSuffix(enhanced, ".0") }
	if said(before.Enhanced) && said(reply.Enhanced) && before.Enhanced != reply.Enhanced {
		return false
	}
	return before.Code == 0 || before.Code == reply.Code
}
