package validate_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/mx"
	"winnow/validate"
	"winnow/verdict"
)

func ownList(t testing.TB, text string) *validate.Own {
	t.Helper()
	list := &validate.Own{}
	require.NoError(t, list.Read(strings.NewReader(text)))
	return list
}

func TestOwnRead(t *testing.T) {
	list := ownList(t, "\ufeff# customers\r\n\r\nacme.com\r\n  @Acme.COM \n*.acme.com # all below\nJane@acme.com\nBücher.example.org\n\"a b\"@acme.com\n")
	require.Equal(t, 5, list.Len())

	for _, tt := range []struct{ name, text, want string }{
		{"a word", "acme.com\nacme\n", "line 2: it is neither a domain"},
		{"a header", "email\n", "line 1: it is neither a domain"},
		{"two on a line", "acme.com, acme.org\n", "line 1: it is neither"},
		{"a name before the address", "Joe <joe@acme.org>\n", "line 1: it is neither"},
		{"a wildcard inside", "mail.*.acme.com\n", "line 1: it is neither"},
		{"only a wildcard", "*\n", "line 1: it is neither"},
		{"an address literal's domain", "[192.0.2.1]\n", "line 1: it is neither"},
		{"an endless line", strings.Repeat("a", 1<<17), "line 1: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := new(validate.Own).Read(strings.NewReader(tt.text))
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "joe@", "addresses are personal data")
			require.NotContains(t, err.Error(), "acme.org")
		})
	}
}

func TestOwnLists(t *testing.T) {
	missing := mx.Answer{Outcome: mx.Missing, Confirmed: true}
	hosts := mx.Answer{Outcome: mx.Hosts, Confirmed: true}
	for _, tt := range []struct {
		name, allow, deny, address string
		answer                     mx.Answer
		status                     verdict.Grade
		reason                     string
		action                     verdict.Action
	}{
		{"no word of it", "acme.org", "acme.net", "jane@acme-corp.com", hosts, verdict.Valid, "", verdict.Send},
		{"denied domain", "", "acme-corp.com", "jane@acme-corp.com", hosts, verdict.Invalid, "list.denied", verdict.Remove},
		{"all of its addresses", "", "*@acme-corp.com", "jane@acme-corp.com", hosts, verdict.Invalid, "list.denied", verdict.Remove},
		{"not below it", "", "acme-corp.com", "jane@eu.acme-corp.com", hosts, verdict.Valid, "", verdict.Send},
		{"below it", "", "*.acme-corp.com", "jane@mx.eu.acme-corp.com", hosts, verdict.Invalid, "list.denied", verdict.Remove},
		{"only below it", "", "*.acme-corp.com", "jane@acme-corp.com", hosts, verdict.Valid, "", verdict.Send},
		{"denied address", "", "Jane@acme-corp.com", "jane@ACME-corp.com", hosts, verdict.Invalid, "list.denied", verdict.Remove},
		{"denied beats allowed", "acme-corp.com", "acme-corp.com", "jane@acme-corp.com", hosts, verdict.Invalid, "list.denied", verdict.Remove},
		{"allowed address beats its denied domain", "jane@acme-corp.com", "acme-corp.com", "jane@acme-corp.com", hosts, verdict.Valid, "list.allowed", verdict.Send},
		{"denied address beats its allowed domain", "acme-corp.com", "jane@acme-corp.com", "jane@acme-corp.com", hosts, verdict.Invalid, "list.denied", verdict.Remove},
		{"an allowed disposable", "mailinator.com", "", "jane@mailinator.com", hosts, verdict.Valid, "list.allowed", verdict.Send},
		{"an allowed look-alike", "gmial.com", "", "jane@gmial.com", hosts, verdict.Valid, "list.allowed", verdict.Send},
		{"an allowed role stays one", "abuse@acme-corp.com", "", "abuse@acme-corp.com", hosts, verdict.Risky, "role.system", verdict.Review},
		{"allowed, but it does not exist", "acme-corp.com", "", "jane@acme-corp.com", missing, verdict.Invalid, "domain.missing", verdict.Remove},
		{"what is denied is not to be corrected", "", "gmial.com", "jane@gmial.com", missing, verdict.Invalid, "list.denied", verdict.Remove},
		{"a literal", "jane@[192.0.2.1]", "", "jane@[192.0.2.1]", mx.Answer{}, verdict.Risky, "address.literal", verdict.Review},
		{"a denied literal", "", "jane@[192.0.2.1]", "jane@[192.0.2.1]", mx.Answer{}, verdict.Invalid, "list.denied", verdict.Remove},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := validate.New(validate.Options{Allow: ownList(t, tt.allow), Deny: ownList(t, tt.deny)})
			m := validate.Parse(tt.address)
			require.Nil(t, m.Fault)
			var d *validate.Domain
			if !m.Addr.IsLiteral() {
				d = v.Domain(m.Addr.Domain)
				require.True(t, v.Asks(d), "an address at it may be allowed")
				v.SetMX(d, tt.answer)
			}
			vd := v.Judge(d, &m)
			require.Equal(t, tt.status, vd.Grade)
			require.Equal(t, tt.reason, validate.Info(vd.Reason).Code)
			require.Equal(t, tt.action, vd.Action)
			if vd.Reason == validate.ListDenied && tt.answer.Outcome != mx.Missing {
				require.Equal(t, verdict.BounceUnknown, validate.Bounce(vd), "to deny is not to predict")
			}
		})
	}
}

func FuzzOwnRead(f *testing.F) {
	f.Add("acme.com\njane@acme.com\n*.acme.com # x\n")
	f.Add("@\n*\n.\n*.\n@.\n\"\"@x\n")
	f.Fuzz(func(t *testing.T, text string) {
		list := &validate.Own{}
		if list.Read(strings.NewReader(text)) != nil {
			return
		}
		require.LessOrEqual(t, list.Len(), 1+strings.Count(text, "\n"))
	})
}
