package sender_test

import (
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/sender"
)

// web serves one policy file over HTTPS, with a certificate for example.com and
// *.example.com (net/http/httptest).
func web(t *testing.T, status int, media, body string) (addr string, roots *x509.CertPool) {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/.well-known/mta-sts.txt" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", media)
		w.Header().Set("Location", "/.well-known/mta-sts.txt?again")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	roots = x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return server.Listener.Addr().String(), roots
}

func TestMTASTS(t *testing.T) {
	const (
		zone = "example.com MX 10 mx1.example.com\nexample.com MX 20 mx2.mail.example.com\nmta-sts.example.com A 198.51.99.80\n" +
			"_mta-sts.example.com TXT \"v=STSv1; id=20261128\"\n"
		enforce = "version: STSv1\r\nmode: enforce\r\nmx: mx1.example.com\r\nmx: *.mail.example.com\r\nmax_age: 604800\r\n"
		file    = "https://mta-sts.example.com/.well-known/mta-sts.txt"
	)
	for _, test := range []struct {
		name, zone string
		status     int
		media      string
		body       string
		want       string
	}{
		{name: "none", zone: "example.com MX 10 mx1.example.com", want: "ok example.com: no policy; it is optional, and about mail to you: bounces and replies"},
		{name: "in order", body: enforce, want: "ok example.com: mode enforce, and names all mail hosts"},
		{name: "plain line ends, a charset", media: "text/plain; charset=utf-8", body: "version: STSv1\nmode: testing\nmx: *.example.com\nmx: *.mail.example.com\nmax_age: 604800", want: "ok example.com: mode testing, and names all mail hosts; enforce it when the reports (TLS-RPT) are clean"},
		{name: "switched off", body: "version: STSv1\nmode: none\nmax_age: 604800", want: "ok example.com: mode none: switched off"},
		{name: "a star is one label", body: "version: STSv1\nmode: enforce\nmx: *.example.com\nmax_age: 604800", want: "fail example.com: mail to mx2.mail.example.com is held back: the policy enforces, and does not name them"},
		{name: "left out in a test", body: "version: STSv1\nmode: testing\nmx: mx1.example.com\nmax_age: 604800", want: "warn example.com: the policy does not name mx2.mail.example.com"},
		{name: "for a moment", body: "version: STSv1\nmode: enforce\nmx: mx1.example.com\nmx: mx2.mail.example.com\nmax_age: 600", want: "warn example.com: mode enforce, but for 10m0s only"},
		{name: "no version", body: "mode: enforce\nmx: a.com\nmax_age: 600", want: "fail example.com: the policy file counts for nothing: version is not STSv1"},
		{name: "no mode", body: "version: STSv1\nmode: on\nmx: a.com\nmax_age: 600", want: `fail example.com: the policy file counts for nothing: mode "on" is none of enforce, testing, none`},
		{name: "no age", body: "version: STSv1\nmode: enforce\nmx: a.com", want: `fail example.com: the policy file counts for nothing: max_age "" is no number of seconds up to a year`},
		{name: "no hosts", body: "version: STSv1\nmode: enforce\nmax_age: 600", want: "fail example.com: the policy file counts for nothing: it names no mail host (mx)"},
		{name: "a page", body: "<html>", want: `fail example.com: the policy file counts for nothing: "<html>" is no NAME: VALUE`},
		{name: "not there", status: 404, body: "no", want: "fail example.com: " + file + " answers 404 Not Found"},
		{name: "somewhere else", status: 302, body: enforce, want: "fail example.com: " + file + " answers 302 Found"},
		{name: "out of order", status: 503, body: "later", want: "unknown example.com: " + file + " answers 503 Service Unavailable"},
		{name: "another media type", media: "text/html", body: enforce, want: "fail example.com: " + file + ` is served as "text/html"`},
		{name: "two records", zone: zone + "_mta-sts.example.com TXT \"v=STSv1; id=2\"", body: enforce, want: "fail example.com: 2 records at _mta-sts.example.com, and so none counts"},
		{name: "no id", zone: "_mta-sts.example.com TXT \"v=STSv1; id=2026-11\"", body: enforce, want: "fail example.com: no record of MTA-STS: v=STSv1; id=2026-11"},
		{name: "no host", zone: "_mta-sts.example.com TXT \"v=STSv1; id=1\"", want: "fail example.com: there is a record, but mta-sts.example.com has no address: the policy cannot be fetched"},
		{name: "a private host", zone: "_mta-sts.example.com TXT \"v=STSv1; id=1\"\nmta-sts.example.com A 127.0.0.1", want: "fail example.com: mta-sts.example.com has only addresses that nobody outside can reach"},
		{name: "the host not found out", zone: "_mta-sts.example.com TXT \"v=STSv1; id=1\"\nmta-sts.example.com !servfail", want: "unknown example.com: could not be found out: DNS: SERVFAIL"},
		{name: "nobody answers", zone: "_mta-sts.example.com TXT \"v=STSv1; id=1\"\nmta-sts.example.com A 198.51.99.81", want: "unknown example.com: the policy could not be fetched: Get \"" + file + "\": dial 198.51.99.81:443: connection refused"},
		{name: "not found out", zone: "_mta-sts.example.com !servfail", want: "unknown example.com: could not be found out: DNS: SERVFAIL"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.zone == "" {
				test.zone = zone
			}
			if test.status == 0 {
				test.status = 200
			}
			if test.media == "" {
				test.media = "text/plain"
			}
			s := newStreet(t, test.zone)
			o := s.options()
			s.houses["198.51.99.80:443"], o.Roots = web(t, test.status, test.media, test.body)
			require.Equal(t, []string{test.want}, s.examineWith(sender.Setup{Domain: "example.com"}, o)["mta-sts"])
		})
	}
}

// The certificate must be good, and for that name.
func TestMTASTSCertificate(t *testing.T) {
	s := newStreet(t, "mta-sts.acme.com A 198.51.99.80\n_mta-sts.acme.com TXT \"v=STSv1; id=1\"\nmta-sts.example.com A 198.51.99.80\n_mta-sts.example.com TXT \"v=STSv1; id=1\"\n")
	o := s.options()
	s.houses["198.51.99.80:443"], o.Roots = web(t, 200, "text/plain", "")
	require.Contains(t, s.examineWith(sender.Setup{Domain: "acme.com"}, o)["mta-sts"][0], "fail acme.com: the certificate of mta-sts.acme.com is not good: x509: certificate is valid for example.com")
	o.Roots = x509.NewCertPool()
	require.Contains(t, s.examineWith(sender.Setup{Domain: "example.com"}, o)["mta-sts"][0], "fail example.com: the certificate of mta-sts.example.com is not good: x509: certificate signed by unknown authority")
}

func TestTLSRPT(t *testing.T) {
	for _, test := range []struct{ name, zone, want string }{
		{"none", "acme.com A 198.51.99.7", "ok acme.com: no address; it is optional"},
		{"there", `_smtp._tls.acme.com TXT "v=TLSRPTv1; rua=mailto:t@acme.com"`, "ok acme.com: mailto:t@acme.com"},
		{"no address", `_smtp._tls.acme.com TXT "v=TLSRPTv1; rua=t@acme.com"`, "warn acme.com: no address for reports: v=TLSRPTv1; rua=t@acme.com"},
		{"two", "_smtp._tls.acme.com TXT \"v=TLSRPTv1; rua=mailto:a@b.c\"\n_smtp._tls.acme.com TXT v=TLSRPTv1", "warn acme.com: 2 records at _smtp._tls.acme.com, and so none counts"},
		{"a policy, but no reports", `_mta-sts.acme.com TXT "v=STSv1; id=1"`, "warn acme.com: there is an MTA-STS policy, but nobody is told when it holds mail back"},
		{"not found out", "_smtp._tls.acme.com !servfail", "unknown acme.com: could not be found out: DNS: SERVFAIL"},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, []string{test.want}, newStreet(t, test.zone).examine(sender.Setup{Domain: "acme.com"})["tls-rpt"])
		})
	}
}
