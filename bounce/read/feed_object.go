package read

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// object is an event as JSON has it, or a row of an export: its cells under the
// names that the same fields have in JSON.
type object map[string]any

// at returns what stands under a name, or under a path of names: "mail.tags". It is
// nil where nothing does.
func (o object) at(path string) any {
	if v, ok := o[path]; ok {
		return v
	}
	name, rest, nested := strings.Cut(path, ".")
	if inner, ok := o[name].(map[string]any); ok && nested {
		return object(inner).at(rest)
	}
	return nil
}

// has reports whether anything stands under each of the paths.
func (o object) has(paths ...string) bool {
	for _, path := range paths {
		if o.at(path) == nil {
			return false
		}
	}
	return true
}

// text returns the first of the paths that is not empty, as text.
func (o object) text(paths ...string) string {
	for _, path := range paths {
		if s := textOf(o.at(path)); s != "" {
			return s
		}
	}
	return ""
}

// texts returns all of an array, or the one value that stands in its place.
func (o object) texts(path string) []string {
	list, ok := o.at(path).([]any)
	if !ok {
		list = []any{o.at(path)}
	}
	var texts []string
	for _, v := range list {
		if s := textOf(v); s != "" {
			texts = append(texts, s)
		}
	}
	return texts
}

// objects returns the objects of an array.
func (o object) objects(path string) []object {
	list, _ := o.at(path).([]any)
	var objects []object
	for _, v := range list {
		if inner, ok := v.(map[string]any); ok {
			objects = append(objects, inner)
		}
	}
	return objects
}

// textOf is a value as text; of an array, its first.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case []any:
		if len(v) > 0 {
			return textOf(v[0])
		}
	}
	return ""
}

// layouts are how services write dates. One without a zone is taken for UTC.
var layouts = [...]string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05.999999999Z0700",
	"2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999 -0700", "2006-01-02 15:04:05 MST",
	time.RFC1123, time.RFC1123Z, "Mon, 2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04:05 -0700",
	"02-01-2006 15:04:05", "2006-01-02",
}

// time returns the first of the paths that holds a time, in UTC; the zero time if
// none does.
func (o object) time(paths ...string) time.Time {
	for _, path := range paths {
		if t := timeOf(o.text(path)); !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

func timeOf(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return sinceEpoch(n)
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// sinceEpoch reads a number of seconds or milliseconds. It tells them apart by their
// size, for documents say one and examples show the other (Brevo's ts_epoch):
// 100,000 million seconds are the year 5138, as many milliseconds the year 1973.
func sinceEpoch(n float64) time.Time {
	const milliseconds = 1e11
	if !(n > 0 && n < 1e15) {
		return time.Time{}
	}
	if n >= milliseconds {
		n /= 1000
	}
	seconds, fraction := math.Modf(n)
	// A float64 holds the time of today to the microsecond, not better.
	return time.Unix(int64(seconds), int64(math.Round(fraction*1e6))*1e3).UTC()
}
