//go:build linux

package realsmtp

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"time"

	"winnow/internal/selfsigned"
)

// certificate returns a certificate that nobody has signed but itself, and its
// key, both PEM: what a client gets from most mail servers' STARTTLS.
func certificate(host string) (cert, key []byte, err error) {
	c, _, err := selfsigned.New(time.Now(), host)
	if err != nil {
		return nil, nil, fmt.Errorf("realsmtp: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		return nil, nil, fmt.Errorf("realsmtp: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), nil
}
