package bounce

import (
	"fmt"
	"slices"
	"strconv"
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
// of r fits: one that asks for nothing but words, and finds them in the phrase.
func (rs *Rules) taken(r *rule, phrase string) (by *rule) {
	for _, plain := range expand(phrase) {
		reply := rs.sample(r, plain)
		fit := rs.heard(&reply)
		if len(fit) == 0 || fit[0] == r || fit[0].reason == r.reason || !fit[0].onlyWords() || !slices.Contains(fit, r) {
			return nil
		}
		by = fit[0]
	}
	return by
}

func (c *rule) onlyWords() bool {
	return len(c.With)+len(c.Stages)+len(c.Codes)+len(c.Enhanced)+len(c.Providers) == 0 && c.regexp == nil
}

// sample makes a reply that r fits by a phrase: the first of each list, nothing for
// a gap.
func (rs *Rules) sample(r *rule, phrase string) Reply {
	if len(r.With) > 0 {
		phrase += " " + expand(r.With[0])[0]
	}
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
	reply := Reply{Text: strings.Join(fields, " "), Code: 550}
	if len(r.Codes) > 0 {
		reply.Code, _ = strconv.Atoi((r.Codes[0] + "50")[:3])
	}
	if len(r.Enhanced) > 0 && r.Enhanced[0] != noStatus {
		reply.Enhanced = strings.Replace(r.Enhanced[0], "x", "5", 1)
	}
	return reply
}
