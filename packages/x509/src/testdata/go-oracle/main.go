// Fills csr-vectors.json with what cert-manager's CA issuer makes of each CSR. See README.md.
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"time"

	cmapi "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	"github.com/cert-manager/cert-manager/pkg/util/pki"
)

type testCase struct {
	Name   string            `json:"name"`
	CSR    string            `json:"csr"`
	Usages []cmapi.KeyUsage  `json:"usages,omitempty"`
	IsCA   bool              `json:"isCA,omitempty"`
	Error  string            `json:"error,omitempty"`
	TBS    map[string][]byte `json:"tbs,omitempty"`
}

type vectors struct {
	Serial     string            `json:"serial"`
	NotBefore  time.Time         `json:"notBefore"`
	DurationMs int64             `json:"durationMs"`
	CAs        map[string]string `json:"cas"`
	Cases      []*testCase       `json:"cases"`
}

type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

func main() {
	var v vectors
	must(json.NewDecoder(os.Stdin).Decode(&v))
	authorities := map[string]authority{}
	v.CAs = map[string]string{}
	for name, key := range map[string]crypto.Signer{
		"RSA 2048":    get(rsa.GenerateKey(rand.Reader, 2048)),
		"ECDSA P-256": get(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)),
		"Ed25519":     ed25519.NewKeyFromSeed(get(randomBytes(32))),
	} {
		authorities[name] = newAuthority(name, key)
		v.CAs[name] = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authorities[name].certificate.Raw}))
	}
	for _, c := range v.Cases {
		fill(c, &v, authorities)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	must(encoder.Encode(v))
}

func fill(c *testCase, v *vectors, authorities map[string]authority) {
	c.Error, c.TBS = "", map[string][]byte{}
	for name, ca := range authorities {
		tbs, err := issue(c, v, ca)
		if err != nil {
			c.Error, c.TBS = err.Error(), nil
			return
		}
		c.TBS[name] = tbs
	}
}

func issue(c *testCase, v *vectors, ca authority) ([]byte, error) {
	keyUsage, purposes, err := pki.KeyUsagesForCertificateOrCertificateRequest(c.Usages, c.IsCA)
	if err != nil {
		return nil, err
	}
	template, err := pki.CertificateTemplateFromCSRPEM(
		[]byte(c.CSR),
		pki.CertificateTemplateValidateAndOverrideBasicConstraints(c.IsCA, nil),
		pki.CertificateTemplateValidateAndOverrideKeyUsages(keyUsage, purposes),
	)
	if err != nil {
		return nil, err
	}
	template.SerialNumber, _ = new(big.Int).SetString(v.Serial, 16)
	template.NotBefore = v.NotBefore
	template.NotAfter = v.NotBefore.Add(time.Duration(v.DurationMs) * time.Millisecond)
	_, certificate, err := pki.SignCertificate(template, ca.certificate, template.PublicKey, ca.key)
	if err != nil {
		return nil, err
	}
	return certificate.RawTBSCertificate, nil
}

func newAuthority(name string, key crypto.Signer) authority {
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{Organization: []string{"Countersign"}, CommonName: name + " CA"},
		NotBefore:             time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2056, 1, 1, 0, 0, 0, 0, time.UTC),
		BasicConstraintsValid: true,
		IsCA:                  true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der := get(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	return authority{get(x509.ParseCertificate(der)), key}
}

func randomBytes(n int) ([]byte, error) {
	b := make([]byte, n)
	_, err := rand.Read(b)
	return b, err
}

func get[T any](value T, err error) T {
	must(err)
	return value
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
