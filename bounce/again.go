package bounce

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// reading is raised when the code that reads replies changes what they mean.
const reading = 2

// Stamp tells these rules from others, of files or of the program: what was
// classified under another stamp may mean something else by these.
func (rs *Rules) Stamp() string {
	h := sha256.New()
	h.Write([]byte(strconv.Itoa(reading)))
	for _, f := range rs.files {
		h.Write(f.sum[:])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Again classifies the reply of an event anew, and tells whether it means something
// else by these rules. What somebody said in other words than a reply's stays: a
// complaint, a delivery, the label of a service. What is [Doubtful] counts for nothing.
// So does that a refusal was not final.
func (rs *Rules) Again(e Event) (Event, bool) {
	switch e.Happened {
	case WasFailed, WasDelayed, WasUnknown:
	default:
		return e, false
	}
	if e.Rule == Doubtful && e.Class != None { // as it was written once
		e.Class, e.Action, e.RetryIn = None, Nothing, 0
		return e, true
	}
	if strings.TrimSpace(e.Text) == "" || strings.HasPrefix(e.Rule, "label ") || e.Rule == "" && e.Reason != Undetermined {
		return e, false
	}
	res := rs.Classify(e.Reply).Between(e.Recipient, e.From)
	if res.Class == None {
		return e, false // one step went well, of a delivery that did not
	}
	passing := e.Happened == WasDelayed || e.Class == Soft && e.Reason.Class() == Hard
	if res.Class == Hard && passing {
		soft := Conclude(res.Reason, Reply{}, res.Rule)
		soft.Overrode = res.Overrode
		res = soft
	}
	res.Reply = e.Reply
	if res.Reason == e.Reason && res.Class == e.Class {
		return e, false
	}
	e.Result = res
	return e, true
}
