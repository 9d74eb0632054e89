package suppress

import (
	"encoding/binary"
	"errors"
	"math"
	"strconv"
	"time"

	"winnow/bounce"
)

// An event is kept as a version and its fields in this order, each with its length;
// those at the end that are empty are left out. What has a word is kept as its
// word: the numbers of package bounce may change. New fields go to the end.
const (
	fieldHappened = iota
	fieldClass
	fieldReason
	fieldGroup
	fieldFrom
	fieldMessage
	fieldDomain
	fieldTimeless // "1": when it happened is not known, and the record's time is that of its recording
	fieldRecipient
	fieldText
	fieldCode
	fieldEnhanced
	fieldStage
	fieldHost
	fieldRule
	fieldSource
	fieldLabel
	fieldCampaign
	fieldRetry
	fieldTarget
	fieldAction
	fieldRecorded // when it was recorded, in milliseconds since 1970, as an unsigned varint; an older winnow did not keep it
	numFields
)

const eventVersion = 1

// fields are those of an event. They are good as long as the bytes that they were
// read from.
type fields [numFields][]byte

var errEvent = errors.New("an event in the store can not be read")

// maxText is how much of a reply is kept: more is a message that somebody quoted.
const maxText = 4 << 10

// aside is what is kept beside an event.
type aside struct {
	group, domain string
	timeless      bool
	recorded      int64 // in milliseconds since 1970; 0: nobody knows
}

// aside is what was read beside the event.
func (f *fields) aside() aside {
	return aside{string(f[fieldGroup]), string(f[fieldDomain]), len(f[fieldTimeless]) > 0, f.recorded()}
}

// recorded is when the event was recorded, in milliseconds since 1970; 0 where nobody knows.
func (f *fields) recorded() int64 {
	ms, n := binary.Uvarint(f[fieldRecorded])
	if n <= 0 || ms > math.MaxInt64 {
		return 0
	}
	return int64(ms)
}

func encode(e *bounce.Event, by aside) []byte {
	text := e.Text
	if len(text) > maxText {
		text = text[:maxText]
	}
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	when, recorded := "", ""
	if by.timeless {
		when = "1"
	}
	if by.recorded > 0 {
		recorded = string(binary.AppendUvarint(nil, uint64(by.recorded)))
	}
	all := [numFields]string{
		fieldHappened: e.Happened.String(), fieldClass: e.Class.String(), fieldReason: e.Reason.String(),
		fieldGroup: by.group, fieldFrom: e.From, fieldMessage: e.MessageID, fieldDomain: by.domain, fieldTimeless: when,
		fieldRecipient: e.Recipient, fieldText: text, fieldCode: number(e.Code), fieldEnhanced: e.Enhanced, fieldStage: e.Stage.String(),
		fieldHost: e.Host, fieldRule: e.Rule, fieldSource: e.Source, fieldLabel: e.SourceLabel, fieldCampaign: e.Campaign,
		fieldRetry: number(int(e.RetryIn / time.Second)), fieldTarget: e.Target.String(), fieldAction: e.Action.String(),
		fieldRecorded: recorded,
	}
	return encodeAll(all[:])
}

// encode is as [encode], of fields that were read.
func (f *fields) encode() []byte { return encodeAll(f[:]) }

func encodeAll[T string | []byte](all []T) []byte {
	size := 1
	last := 0
	for i, s := range all {
		if len(s) > 0 {
			last = i
		}
		size += len(s) + binary.MaxVarintLen16
	}
	out := append(make([]byte, 0, size), eventVersion)
	for _, s := range all[:last+1] {
		out = binary.AppendUvarint(out, uint64(len(s)))
		out = append(out, s...)
	}
	return out
}

func (f *fields) read(value []byte) error {
	if len(value) == 0 || value[0] != eventVersion {
		return errEvent
	}
	value = value[1:]
	for i := range f {
		if len(value) == 0 {
			f[i] = nil
			continue
		}
		size, n := binary.Uvarint(value)
		if n <= 0 || size > uint64(len(value)-n) {
			return errEvent
		}
		f[i], value = value[n:n+int(size)], value[n+int(size):]
	}
	return nil
}

// event makes the event anew. at is its record's time.
func (f *fields) event(at time.Time) bounce.Event {
	var e bounce.Event
	e.Happened, e.Class, e.Reason = words.happened[string(f[fieldHappened])], words.class[string(f[fieldClass])], words.reason[string(f[fieldReason])]
	e.Target, e.Action, e.Stage = words.target[string(f[fieldTarget])], words.action[string(f[fieldAction])], words.stage[string(f[fieldStage])]
	e.From, e.MessageID, e.Recipient, e.Text = string(f[fieldFrom]), string(f[fieldMessage]), string(f[fieldRecipient]), string(f[fieldText])
	e.Enhanced, e.Host, e.Rule, e.Source = string(f[fieldEnhanced]), string(f[fieldHost]), string(f[fieldRule]), string(f[fieldSource])
	e.SourceLabel, e.Campaign = string(f[fieldLabel]), string(f[fieldCampaign])
	e.Code, _ = strconv.Atoi(string(f[fieldCode]))
	if seconds, err := strconv.Atoi(string(f[fieldRetry])); err == nil {
		e.RetryIn = time.Duration(seconds) * time.Second
	}
	if len(f[fieldTimeless]) == 0 {
		e.At = at
	}
	return e
}

// words find the values of package bounce by their words.
var words = struct {
	happened map[string]bounce.Happening
	class    map[string]bounce.Class
	reason   map[string]bounce.Reason
	target   map[string]bounce.Target
	action   map[string]bounce.Action
	stage    map[string]bounce.Stage
}{byWord[bounce.Happening](), byWord[bounce.Class](), byWord[bounce.Reason](), byWord[bounce.Target](), byWord[bounce.Action](), byWord[bounce.Stage]()}

func byWord[T interface {
	~uint8
	String() string
}]() map[string]T {
	m := make(map[string]T)
	for v := range ^T(0) {
		if w := v.String(); w != "" {
			m[w] = v
		}
	}
	return m
}
