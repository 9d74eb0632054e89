package sender_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/sender"
)

// publicKey makes a key once a size.
var publicKey = func() func(kind string, bits int) (string, error) {
	var mu sync.Mutex
	made := map[string]string{}
	return func(kind string, bits int) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		name := fmt.Sprint(kind, bits)
		if made[name] != "" {
			return made[name], nil
		}
		var raw []byte
		if kind == "ed25519" {
			public, _, err := ed25519.GenerateKey(rand.Reader)
			if err != nil {
				return "", err
			}
			raw = public
		} else {
			private, err := rsa.GenerateKey(rand.Reader, bits)
			if err != nil {
				return "", err
			}
			raw, err = x509.MarshalPKIXPublicKey(&private.PublicKey)
			if kind == "pkcs1" {
				raw, err = x509.MarshalPKCS1PublicKey(&private.PublicKey), nil
			}
			if err != nil {
				return "", err
			}
		}
		made[name] = base64.StdEncoding.EncodeToString(raw)
		return made[name], nil
	}
}()

// keyRecord is a key as a zone has it, in strings of at most 255 bytes.
func keyRecord(t testing.TB, kind string, bits int, more string) string {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0") // short keys are what is looked for
	p, err := publicKey(kind, bits)
	require.NoError(t, err)
	k := kind
	if kind == "pkcs1" {
		k = "rsa"
	}
	return quoted("v=DKIM1; k=" + k + "; " + more + "p=" + p)
}

func quoted(text string) string {
	out := ""
	for len(text) > 200 {
		out, text = out+`"`+text[:200]+`" `, text[200:]
	}
	return out + `"` + text + `"`
}

func TestDKIM(t *testing.T) {
	for _, test := range []struct {
		name   string
		record string
		want   string
	}{
		{"in order", keyRecord(t, "rsa", 2048, ""), "ok s1 of acme.com: an RSA key of 2048 bits"},
		{"the older form of a key", keyRecord(t, "pkcs1", 2048, ""), "ok s1 of acme.com: an RSA key of 2048 bits"},
		{"without v and k", quoted("p=" + must(publicKey("rsa", 2048))), "ok s1 of acme.com: an RSA key of 2048 bits"},
		{"blanks in the key", quoted("v=DKIM1; p=" + must(publicKey("rsa", 2048))[:20] + " " + must(publicKey("rsa", 2048))[20:]), "ok s1 of acme.com: an RSA key of 2048 bits"},
		{"for subdomains of none", keyRecord(t, "rsa", 2048, "t=s; s=email; h=sha256; "), "ok s1 of acme.com: an RSA key of 2048 bits"},
		{"short", keyRecord(t, "rsa", 1024, ""), "warn s1 of acme.com: an RSA key of 1024 bits"},
		{"too short", keyRecord(t, "rsa", 768, ""), "fail s1 of acme.com: an RSA key of 768 bits; mail hosts take none below 1024"},
		{"Ed25519", keyRecord(t, "ed25519", 0, ""), "warn s1 of acme.com: an Ed25519 key"},
		{"test mode", keyRecord(t, "rsa", 2048, "t=y:s; "), "warn s1 of acme.com: a key in test mode (t=y): mail hosts may take mail as if it were not signed"},
		{"revoked", `"v=DKIM1; p="`, "fail s1 of acme.com: the key is revoked (p= is empty)"},
		{"SHA-1 alone", keyRecord(t, "rsa", 2048, "h=sha1; "), "fail s1 of acme.com: h= allows no sha256, and mail hosts take nothing else"},
		{"not for mail", keyRecord(t, "rsa", 2048, "s=tlsrpt; "), "fail s1 of acme.com: s= says that the key is not for mail"},
		{"cut off", quoted("v=DKIM1; p=" + must(publicKey("rsa", 2048))[:201]), "fail s1 of acme.com: p= is no base64; was it cut off?"},
		{"cut off at a bad place", quoted("v=DKIM1; p=" + must(publicKey("rsa", 2048))[:200]), "fail s1 of acme.com: p= is no RSA key; was it cut off?"},
		{"an Ed25519 key that says RSA", quoted("p=" + must(publicKey("ed25519", 0))), "fail s1 of acme.com: p= is no RSA key; was it cut off?"},
		{"an RSA key that says Ed25519", quoted("k=ed25519; p=" + must(publicKey("rsa", 2048))), "fail s1 of acme.com: an Ed25519 key has 32 bytes, this one 294"},
		{"an unknown kind", `"v=DKIM1; k=dsa; p=AAAA"`, "fail s1 of acme.com: k=dsa is no kind of key that mail hosts know"},
		{"another record", `"v=spf1 -all"`, "fail s1 of acme.com: v=DKIM1 must stand first"},
		{"no key", `"v=DKIM1; k=rsa"`, "fail s1 of acme.com: there is no key in it (p=)"},
		{"twice", `"p=AAAA; p=BBBB"`, "fail s1 of acme.com: p= stands there twice"},
		{"no list", `"hello"`, `fail s1 of acme.com: "hello" is no NAME=VALUE`},
		{"two keys", keyRecord(t, "rsa", 2048, "") + "\ns1._domainkey.acme.com TXT " + keyRecord(t, "rsa", 1024, ""), "fail s1 of acme.com: 2 keys stand there, and there must be one"},
	} {
		t.Run(test.name, func(t *testing.T) {
			seen := newStreet(t, "s1._domainkey.acme.com TXT "+test.record).examine(sender.Setup{Domain: "acme.com", Selectors: []sender.Selector{{Name: "s1"}}})
			require.Equal(t, []string{test.want}, seen["dkim"])
		})
	}
}

func must(key string, err error) string {
	if err != nil {
		panic(err)
	}
	return key
}

func TestDKIMLookups(t *testing.T) {
	s := newStreet(t, `
gone._domainkey.acme.com  CNAME gone.esp.com
there._domainkey.acme.com CNAME there.esp.com
there.esp.com             TXT `+keyRecord(t, "rsa", 2048, "")+`
ed._domainkey.acme.com    TXT `+keyRecord(t, "ed25519", 0, "")+`
bad._domainkey.acme.com   !servfail
own._domainkey.esp.com    TXT `+keyRecord(t, "rsa", 2048, "")+`
`)
	seen := s.examine(sender.Setup{Domain: "acme.com", Selectors: []sender.Selector{
		{Name: "gone"}, {Name: "there"}, {Name: "ed"}, {Name: "bad"}, {Name: "own", Domain: "esp.com"}, {Name: "missing"}}})
	require.Equal(t, []string{
		"fail gone of acme.com: no key stands there",
		"ok there of acme.com: an RSA key of 2048 bits",
		"ok ed of acme.com: an Ed25519 key, beside one of RSA",
		"unknown bad of acme.com: could not be found out: DNS: SERVFAIL",
		"ok own of esp.com: an RSA key of 2048 bits",
		"fail missing of acme.com: no key stands there",
	}, seen["dkim"])
	require.Contains(t, s.examine(sender.Setup{Selectors: []sender.Selector{{Name: "s1"}}})["dkim"][0], "skipped s1: --from")
}
