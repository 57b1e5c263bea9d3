package memcachedtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// An Authority signs certificates for servers on loopback, and for their clients.
type Authority struct {
	// Roots has the authority's own certificate alone.
	Roots *x509.CertPool

	t           testing.TB
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// NewAuthority returns an authority that nobody knows.
func NewAuthority(t testing.TB) *Authority {
	t.Helper()
	a := &Authority{Roots: x509.NewCertPool(), t: t}
	a.key = a.newKey()
	a.certificate = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	var err error
	a.certificate, err = x509.ParseCertificate(a.sign(a.certificate, a.key))
	if err != nil {
		t.Fatal(err)
	}
	a.Roots.AddCert(a.certificate)
	return a
}

// Config returns what a client of this authority's servers needs.
func (a *Authority) Config() *tls.Config { return &tls.Config{RootCAs: a.Roots} }

// Certificate returns a certificate of "localhost" and 127.0.0.1 that is good
// until the given time. A client may use it, too.
func (a *Authority) Certificate(until time.Time) tls.Certificate {
	a.t.Helper()
	key := a.newKey()
	signed := a.sign(&x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "localhost"}, NotAfter: until,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, key)
	return tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: key}
}

// Start runs a memcached that speaks TLS with such a certificate until the end of
// the test. With the option ssl_verify_mode=2 among args it wants one of this
// authority from its clients.
func (a *Authority) Start(until time.Time, args ...string) *Server {
	a.t.Helper()
	c := a.Certificate(until)
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		a.t.Fatal(err)
	}
	options := "ssl_chain_cert=" + a.file("CERTIFICATE", c.Certificate[0]) + ",ssl_key=" + a.file("PRIVATE KEY", key) +
		",ssl_ca_cert=" + a.file("CERTIFICATE", a.certificate.Raw)
	client := []tls.Certificate{a.Certificate(time.Now().Add(time.Hour))}
	return newServer(a.t, client, append([]string{"-Z", "-o", options}, args...)...)
}

// file writes a file that memcached can read as nobody.
func (a *Authority) file(kind string, content []byte) (path string) {
	a.t.Helper()
	return ReadableFile(a.t, string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content})))
}

// ReadableFile writes a file that memcached can read as nobody, and returns its
// path.
func ReadableFile(t testing.TB, content string) (path string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "memcached")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path = filepath.Join(dir, "file")
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func (a *Authority) newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	return key
}

func (a *Authority) sign(c *x509.Certificate, key *ecdsa.PrivateKey) []byte {
	a.t.Helper()
	c.NotBefore = time.Now().Add(-time.Hour)
	by := a.certificate
	if by.Raw == nil {
		by = c // its own
	}
	signed, err := x509.CreateCertificate(rand.Reader, c, by, key.Public(), a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	return signed
}
