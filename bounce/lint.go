package bounce

import (
	"fmt"
	"strings"
)

// Lint says what is wrong with rules: examples that come out otherwise, phrases
// that another rule takes for another reason, and rules without an example, a
// source or a date. Rules that a user lays over are held to the same.
func (rs *Rules) Lint() []string {
	var found []string
	for i := range rs.rules {
		r := &rs.rules[i]
		say := func(format string, args ...any) {
			found = append(found, "rule "+r.ID+": "+fmt.Sprintf(format, args...))
		}
		if len(r.Catches) == 0 || len(r.Leaves) == 0 {
			say("it needs a reply that it catches, and one that it leaves")
		}
		if r.Source == "" || r.Date == "" {
			say("it needs a source and a date")
		}
		for _, text := range r.Catches {
			switch res := rs.Classify(Reply{Text: text}); {
			case res.Reason != r.reason:
				say("it should catch %q, but %s says %s", text, res.Rule, res.Reason)
			case res.Rule != r.ID:
				say("it is not reached by its example %q: %s decides", text, res.Rule)
			}
		}
		for _, text := range r.Leaves {
			reply := Reply{Text: text}.read()
			for _, other := range rs.heard(&reply) {
				if other == r {
					say("it fits %q, which it should leave", text)
				}
			}
		}
		for _, words := range r.Words {
			if by := rs.taken(r, words); by != nil {
				say("the words %q can not be reached: rule %s says %s", words, by.ID, by.Reason)
			}
		}
	}
	return found
}

// taken returns the earlier rule that decides, for another reason, whatever a phrase
// of r fits: a rule that asks for nothing but words, and finds them in the phrase.
func (rs *Rules) taken(r *rule, phrase string) *rule {
	for _, plain := range expand(phrase) {
		text := rs.sample(plain)
		reply := Reply{Text: text}
		for _, other := range rs.heard(&reply) {
			if other == r {
				break
			}
			if other.reason != r.reason && other.onlyWords() && !rs.mentions(other, r) {
				return other
			}
		}
	}
	return nil
}

// mentions reports whether other leaves alone what r is also about.
func (rs *Rules) mentions(other, r *rule) bool { return len(other.Without) > 0 && len(r.With) > 0 }

func (c *rule) onlyWords() bool {
	return len(c.With)+len(c.Stages)+len(c.Codes)+len(c.Enhanced)+len(c.Providers) == 0 && c.regexp == nil
}

// sample writes a phrase as a text: the first phrase of each list, nothing for gaps.
func (rs *Rules) sample(phrase string) string {
	fields := strings.Fields(phrase)
	for i, f := range fields {
		if f == ".." {
			fields[i] = ""
		} else if f[0] == '{' {
			if list := rs.lists[strings.Trim(f, "{}")]; len(list) > 0 {
				fields[i] = list[0]
			}
		}
	}
	return strings.Join(fields, " ")
}
