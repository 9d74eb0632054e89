package sender

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// key is a DKIM key record: RFC 6376 section 3.6.1.
type key struct {
	kind    string // "rsa" or "ed25519"
	bits    int
	revoked bool     // p= is empty
	testing bool     // t=y
	exact   bool     // t=s: i= must be d= itself
	hashes  []string // h=; nil: all
	service []string // s=; nil: all
}

// parseKey reads a key record. The error says what is wrong with it.
func parseKey(text string) (key, error) {
	k := key{}
	list, err := parseTags(text)
	if err != nil {
		return k, err
	}
	if v, is := list.find("v"); is && (v != "DKIM1" || list[0].name != "v") {
		return k, errors.New("v=DKIM1 must stand first")
	}
	p, is := list.find("p")
	if !is {
		return k, errors.New("there is no key in it (p=)")
	}
	k.kind = list.value("k", "rsa")
	words := func(name string) (words []string) {
		for w := range strings.SplitSeq(list.value(name, ""), ":") {
			if w = strings.TrimSpace(w); w != "" {
				words = append(words, w)
			}
		}
		return words
	}
	k.hashes, k.service = words("h"), words("s")
	flags := words("t")
	k.testing, k.exact = slices.Contains(flags, "y"), slices.Contains(flags, "s")
	if p == "" {
		k.revoked = true
		return k, nil
	}
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(p), ""))
	if err != nil {
		return k, errors.New("p= is no base64; was it cut off?")
	}
	switch k.kind {
	case "rsa":
		k.bits, err = rsaBits(raw)
		return k, err
	case "ed25519": // RFC 8463 section 4
		if len(raw) != ed25519.PublicKeySize {
			return k, fmt.Errorf("an Ed25519 key has 32 bytes, this one %d", len(raw))
		}
		k.bits = 256
		return k, nil
	}
	return k, fmt.Errorf("k=%s is no kind of key that mail hosts know", k.kind)
}

// rsaBits reads both forms in use: RFC 6376 erratum 3017.
func rsaBits(raw []byte) (int, error) {
	if public, err := x509.ParsePKIXPublicKey(raw); err == nil {
		if r, is := public.(*rsa.PublicKey); is {
			return r.N.BitLen(), nil
		}
		return 0, errors.New("p= holds another kind of key than k= says")
	}
	if r, err := x509.ParsePKCS1PublicKey(raw); err == nil {
		return r.N.BitLen(), nil
	}
	return 0, errors.New("p= is no RSA key; was it cut off?")
}

// name is where the key of a selector stands.
func (s Selector) name() string { return s.Name + "._domainkey." + s.Domain }

// keyOf asks for the key of a selector. doubt is the Temporary answer; fault says why
// there is no key to be used.
func (v *survey) keyOf(s Selector) (k key, fault string, doubt *Answer) {
	texts, a := v.dns.texts(s.name(), func(string) bool { return true })
	switch {
	case a.Outcome == Temporary:
		return k, "", &a
	case len(texts) == 0:
		return k, "no key stands there", nil
	}
	var why error
	var found []key
	for _, text := range texts {
		if k, err := parseKey(text); err == nil {
			found = append(found, k)
		} else {
			why = err
		}
	}
	switch {
	case len(found) == 0:
		return k, why.Error(), nil
	case len(found) > 1: // RFC 6376 section 3.6.2.2: results are undefined
		return k, fmt.Sprintf("%d keys stand there, and there must be one", len(found)), nil
	}
	return found[0], "", nil
}

const (
	leastBits = 1024 // RFC 8301 section 3.2: verifiers must not take less
	goodBits  = 2048
)

// unusable says why no signature by the key counts; "" if one can.
func (k key) unusable() string {
	switch {
	case k.revoked:
		return "the key is revoked (p= is empty)"
	case k.kind == "rsa" && k.bits < leastBits:
		return fmt.Sprintf("an RSA key of %d bits; mail hosts take none below %d", k.bits, leastBits)
	case k.hashes != nil && !slices.Contains(k.hashes, "sha256"): // RFC 8301 section 3.1
		return "h= allows no sha256, and mail hosts take nothing else"
	case k.service != nil && !slices.Contains(k.service, "*") && !slices.Contains(k.service, "email"):
		return "s= says that the key is not for mail"
	}
	return ""
}

// keys judges the key of each selector.
func keys(v *survey) []Result {
	var results []Result
	rsaToo := slices.ContainsFunc(v.Selectors, func(s Selector) bool {
		k, fault, doubt := v.keyOf(s)
		return doubt == nil && fault == "" && k.kind == "rsa" && k.unusable() == ""
	})
	for _, s := range v.Selectors {
		about := s.Name + " of " + s.Domain
		if s.Domain == "" {
			results = append(results, Result{About: s.Name, Status: Skipped, Found: "--from ADDRESS, or --selector NAME@DOMAIN, names the domain that it is of"})
			continue
		}
		k, fault, doubt := v.keyOf(s)
		publish := "publish the public key as a TXT record at " + s.name()
		switch {
		case doubt != nil:
			results = append(results, unknown(about, *doubt))
		case fault != "":
			results = append(results, fail(about, publish, "%s", fault))
		case k.unusable() != "":
			results = append(results, fail(about, "sign with a new RSA key of 2048 bits, under another selector", "%s", k.unusable()))
		case k.kind == "rsa" && k.bits < goodBits:
			results = append(results, warn(about, "sign with a new RSA key of 2048 bits, under another selector", "an RSA key of %d bits", k.bits))
		case k.testing:
			results = append(results, warn(about, "take t=y out of the record", "a key in test mode (t=y): mail hosts may take mail as if it were not signed"))
		case k.kind == "ed25519" && rsaToo:
			results = append(results, ok(about, "an Ed25519 key, beside one of RSA"))
		case k.kind == "ed25519":
			results = append(results, warn(about, "sign with an RSA key besides: many mail hosts do not know Ed25519", "an Ed25519 key"))
		default:
			results = append(results, ok(about, "an RSA key of %d bits", k.bits))
		}
	}
	return results
}
