package validate

import (
	"bytes"
	_ "embed"
	"math"
	"slices"
	"strconv"
	"strings"
)

// The lists are text, sorted by bytes, an entry a line below a header of
// comments, and are searched where they lie: nothing is built at start.

//go:embed data/disposable.txt
var disposableText string

//go:embed data/free.txt
var freeText string

//go:embed data/relay.txt
var relayText string

//go:embed data/role.txt
var roleText string

//go:embed data/real.txt
var realText string

//go:embed data/near.txt
var nearText string

//go:embed data/squats.txt
var squatsText string

//go:embed data/tlds.txt
var tldsText string

//go:embed data/uncounted.txt
var uncountedText string

// Lists are all that is known beforehand of domains and local parts. They are
// only read, and safe for concurrent use.
type Lists struct {
	disposable, free, relay domainSet
	role                    roleSet
	typos                   *typoTargets
	text                    map[string]string      // of the lists, by name
	uncounted               func() (string, error) // big and seldom asked for
	from                    string                 // the folder of those that were not embedded; "" if all were
}

// EmbeddedLists returns the lists that the program was built with.
func EmbeddedLists() *Lists {
	return newLists(embeddedText(), func() (string, error) { return uncountedText, nil })
}

func embeddedText() map[string]string {
	return map[string]string{
		"disposable": disposableText, "free": freeText, "relay": relayText,
		"role": roleText, "real": realText, "near": nearText, "squats": squatsText,
	}
}

// listNames are the lists in the order in which they are shown.
var listNames = [...]string{"disposable", "free", "relay", "role", "real", "near", "squats"}

func newLists(text map[string]string, uncounted func() (string, error)) *Lists {
	l := &Lists{
		disposable: newDomainSet(text["disposable"]),
		free:       newDomainSet(text["free"]),
		relay:      newDomainSet(text["relay"]),
		role:       newRoleSet(text["role"]),
		text:       text,
		uncounted:  uncounted,
	}
	l.typos = newTypoTargets(newDomainSet(text["squats"]), l.free, newDomainSet(text["real"]), newDomainSet(text["near"]), l.relay)
	return l
}

// domainSet is a list of domains in A-labels and lower case, each perhaps with
// a blank and more behind it. The zero set is empty.
type domainSet struct {
	header, sorted string
	guide          *later[guide]
}

func newDomainSet(text string) domainSet {
	header, sorted := cutHeader(text)
	return domainSet{header: header, sorted: sorted, guide: new(later[guide])}
}

// guide holds, for every guideStep octets of a list, the head of the entry that
// they begin in: most of a search needs but these, which stay in the nearest
// cache.
type guide []uint64

const guideStep = 1 << 9

func (s domainSet) newGuide() *guide {
	heads := make(guide, (len(s.sorted)+guideStep-1)/guideStep)
	for i := range heads {
		line, _, _ := strings.Cut(s.sorted[s.guided(i):], "\n")
		entry, _, _ := strings.Cut(line, " ")
		heads[i] = head(entry)
	}
	return &heads
}

// guided returns where the line begins that the guide holds at i.
func (s domainSet) guided(i int) int {
	return strings.LastIndexByte(s.sorted[:i*guideStep], '\n') + 1
}

// head returns the first eight octets as a number: numbers are in the order of
// texts, but for those that begin alike.
func head(text string) (h uint64) {
	for i := range 8 {
		h <<= 8
		if i < len(text) {
			h |= uint64(text[i])
		}
	}
	return h
}

// has tells whether the list names exactly this domain.
func (s domainSet) has(domain string) bool {
	_, ok := s.value(domain)
	return ok
}

// value returns what stands behind a domain that the list names.
func (s domainSet) value(domain string) (value string, ok bool) {
	if s.guide == nil {
		return "", false
	}
	made := s.guide.after(s.newGuide)
	if made == nil {
		return search(s.sorted, domain)
	}
	heads, h := *made, head(domain)
	from, _ := slices.BinarySearch(heads, h)
	to := from
	for to < len(heads) && heads[to] == h {
		to++
	}
	end := len(s.sorted)
	if to < len(heads) {
		end = s.guided(to)
	}
	return search(s.sorted[s.guided(max(from-1, 0)):end], domain)
}

// hasParent returns the nearest of the domain and its parents that the list
// names. A public suffix never matches, as its owners have nothing in common:
// no list holds one, which is proved where lists are made and not at every
// question.
func (s domainSet) hasParent(domain string) (entry string, ok bool) {
	for strings.IndexByte(domain, '.') >= 0 {
		if s.has(domain) {
			return domain, true
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return "", false
}

func (s domainSet) info() ListInfo {
	info := readHeader(s.header)
	if info.Count == 0 { // written by hand
		info.Count = strings.Count(s.sorted, "\n")
	}
	return info
}

// cutHeader parts the comment lines that open a list from its entries.
func cutHeader(text string) (header, sorted string) {
	end := 0
	for strings.HasPrefix(text[end:], "#") {
		line := strings.IndexByte(text[end:], '\n')
		if line < 0 {
			return text, ""
		}
		end += line + 1
	}
	return text[:end], text[end:]
}

// readHeader reads "# NAME: what it is", and below it "# KEY: value" lines.
func readHeader(header string) (i ListInfo) {
	first := true
	for line := range strings.Lines(header) {
		key, value, ok := strings.Cut(strings.TrimLeft(strings.TrimSpace(line), "# "), ": ")
		if first {
			i.Name, i.Title, first = key, value, false
			continue
		}
		if !ok {
			continue
		}
		switch key {
		case "origin":
			i.Origin = value
		case "date":
			i.Date = value
		case "licence":
			i.Licence = value
		case "count":
			// A test proves it of every list; one that lies counts 0.
			i.Count, _ = strconv.Atoi(value)
		}
	}
	return i
}

// search finds the line of sorted text that is key, or key and a blank and
// more, and returns what follows the blank. Both ends of a key sort before all
// characters of keys, so that the order of lines is the order of keys.
func search(sorted, key string) (value string, ok bool) {
	if key == "" {
		return "", false
	}
	lo, hi := 0, len(sorted) // both at the start of a line
	for lo < hi {
		start := lo
		if i := strings.LastIndexByte(sorted[lo:lo+(hi-lo)/2], '\n'); i >= 0 {
			start = lo + i + 1
		}
		end := start + strings.IndexByte(sorted[start:hi], '\n')
		if end < start {
			end = hi
		}
		line, value := sorted[start:end], ""
		if i := strings.IndexByte(line, ' '); i >= 0 {
			line, value = line[:i], line[i+1:]
		}
		switch {
		case line == key:
			return value, true
		case line < key:
			lo = min(end+1, hi)
		default:
			hi = start
		}
	}
	return "", false
}

// roleTier says how surely a local part names a task rather than a person.
type roleTier uint8

const (
	roleNone     roleTier = iota // nothing known: taken for a person
	roleWeak                     // common for tasks and teams
	roleFunction                 // the usual name of an office: info, sales (RFC 2142, 3)
	roleSystem                   // the machines' and the network's: abuse, postmaster, noreply (RFC 2142, 4 to 7)
)

// roleSet is a list of local parts with their tiers, in lower case and without
// separators. Unlike the domains, which are looked up once each, it is asked for
// every address: so that in the long run it is a map, small as it is.
type roleSet struct {
	header, sorted string
	index          *later[roleIndex]
}

type roleIndex struct {
	tiers map[string]roleTier
	ends  roleEnds
}

// roleEnds tells of most local parts, without a look-up, that they are no role:
// by first octet, a bit for each last octet.
type roleEnds [64]uint64

// endsBit parts letters, whatever their case, and digits; others may fall
// together.
func endsBit(c byte) byte { return c&31 | c>>1&32 }

func newRoleSet(text string) roleSet {
	header, sorted := cutHeader(text)
	return roleSet{header: header, sorted: sorted, index: new(later[roleIndex])}
}

func (s roleSet) newIndex() *roleIndex {
	index := &roleIndex{tiers: make(map[string]roleTier, strings.Count(s.sorted, "\n"))}
	for line := range strings.Lines(s.sorted) {
		name, tier, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		index.tiers[name] = tierNamed(tier)
		index.ends[endsBit(name[0])] |= 1 << endsBit(name[len(name)-1])
	}
	// What begins or ends with noreply, ends with -request, or with a separator,
	// which does not count.
	for _, first := range []byte("n" + separators) {
		index.ends[endsBit(first)] = math.MaxUint64
	}
	for i := range index.ends {
		for _, last := range []byte("yt" + separators) {
			index.ends[i] |= 1 << endsBit(last)
		}
	}
	return index
}

// named returns the tier of a name that is listed.
func (s roleSet) named(name []byte, index *roleIndex) (roleTier, bool) {
	if index == nil {
		tier, ok := search(s.sorted, string(name))
		return tierNamed(tier), ok
	}
	tier, ok := index.tiers[string(name)]
	return tier, ok
}

func (s roleSet) info() ListInfo { return readHeader(s.header) }

// maxRole is how long a role's name is at most, in octets, separators apart;
// a test proves it of the list.
const maxRole = 32

// separators stand between the words of a local part.
const separators = ".-_"

// initials is how long a local part with separators may be to be somebody's
// initials: h.r@ need not be hr@.
const initials = 3

// tier looks a local part up, whatever its case, subaddress ("+tag") and
// separators: No_Reply+x is noreply. What begins or ends with noreply, and the
// administrative address of a mailing list, "-request" (RFC 2142, 6), are of
// the system without being listed.
func (s roleSet) tier(local string) roleTier {
	if tag := strings.IndexByte(local, '+'); tag > 0 {
		local = local[:tag]
	}
	if local == "" || s.index == nil {
		return roleNone
	}
	index := s.index.made.Load()
	if index == nil {
		index = s.index.after(s.newIndex)
	}
	if index != nil && index.ends[endsBit(local[0])]>>endsBit(local[len(local)-1])&1 == 0 {
		return roleNone
	}
	var buf [maxRole]byte
	key, separated := buf[:0], false
	for i := range len(local) {
		c := local[i]
		switch {
		case c == '.' || c == '-' || c == '_':
			separated = true
			continue
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		if len(key) == maxRole {
			return roleNone
		}
		key = append(key, c)
	}
	if separated && len(key) <= initials {
		return roleNone
	}
	if len(key) == 0 {
		return roleNone
	}
	if tier, ok := s.named(key, index); ok {
		return tier
	}
	if bytes.HasPrefix(key, noReply) || bytes.HasSuffix(key, noReply) ||
		separated && bytes.HasSuffix(key, request) {
		return roleSystem
	}
	return roleNone
}

var noReply, request = []byte("noreply"), []byte("request")

func tierNamed(name string) roleTier {
	switch name {
	case "system":
		return roleSystem
	case "function":
		return roleFunction
	case "weak":
		return roleWeak
	}
	return roleNone
}
