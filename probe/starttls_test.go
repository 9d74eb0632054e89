package probe_test

import (
	"crypto/tls"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/selfsigned"
	"winnow/probe"
)

func TestStartTLS(t *testing.T) {
	for _, tt := range []struct {
		name, dialogue string
		names          []string // of the certificate
		trusted        bool
		server         *tls.Config // nil: the certificate's
		want           probe.TLS
		code           string
	}{
		{"good", "ehlo 250-mx\\n250-STARTTLS\\n250 PIPELINING\nstarttls 220 go\n" + somebody, []string{"mx.acme.com"}, true, nil,
			probe.TLS{Offered: true, Version: "TLS 1.3", Subject: "mx.acme.com"}, "ok "},
		{"another name", "ehlo 250-mx\\n250-STARTTLS\\n250 PIPELINING\nstarttls 220 go\n" + somebody, []string{"other.com"}, true, nil,
			probe.TLS{Offered: true, Version: "TLS 1.3", Subject: "other.com", Problem: "x509: certificate is valid for other.com, not mx.acme.com"}, "ok "},
		{"nobody trusts it", "ehlo 250-mx\\n250 STARTTLS\nstarttls 220 go\n" + somebody, []string{"mx.acme.com"}, false, nil,
			probe.TLS{Offered: true, Version: "TLS 1.3", Subject: "mx.acme.com", Problem: "x509: certificate signed by unknown authority"}, "ok "},
		{"not offered", "ehlo 250 mx\n" + somebody, []string{"mx.acme.com"}, true, nil, probe.TLS{}, "ok "},
		{"refused", "ehlo 250-mx\\n250 STARTTLS\nstarttls 454 4.7.0 not now\n" + somebody, []string{"mx.acme.com"}, true, nil,
			probe.TLS{Offered: true, Problem: "STARTTLS was refused"}, "ok "},
		{"the handshake fails: once more, in clear", "ehlo 250-mx\\n250 STARTTLS\nstarttls 220 go\n" + somebody, []string{"mx.acme.com"}, true, &tls.Config{},
			probe.TLS{Offered: true, Problem: "the handshake failed"}, "ok "},
		{"words before the handshake", "ehlo 250-mx\\n250 STARTTLS\nraw starttls \"220 go\\r\\n250 and more\\r\\n\"\n" + somebody, []string{"mx.acme.com"}, true, &tls.Config{},
			probe.TLS{Offered: true, Problem: "more than one answer to STARTTLS"}, "ok "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t)
				l.host("mx.acme.com", tt.dialogue)
				cert, roots, err := selfsigned.New(time.Now(), tt.names...)
				require.NoError(t, err)
				server := tt.server
				if server == nil {
					server = &tls.Config{Certificates: []tls.Certificate{cert}}
				}
				l.useTLS("mx.acme.com", server)
				o := l.options()
				if _, o.Roots, _ = selfsigned.New(time.Now(), "nobody.com"); tt.trusted {
					o.Roots = roots
				}
				found, _ := l.ask(o, "p0@acme.com")
				require.Equal(t, tt.code, codes(found))
				require.Equal(t, tt.want, found[0].TLS)
				l.close()
			})
		})
	}
}
