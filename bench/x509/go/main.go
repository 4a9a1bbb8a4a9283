// Issues certificates in a loop, as the peer of ../issue.ts: a JSON object a line on stdin says how
// many and how, and its answer is the CPU time they took.
package main

import (
	"bufio"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"syscall"
	"time"

	cmapi "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	"github.com/cert-manager/cert-manager/pkg/util/pki"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

type work struct {
	Peer  string `json:"peer"`
	Count int    `json:"count"`
	CSR   string `json:"csr"`
	CA    string `json:"ca"`
	Key   string `json:"key"`
}

var subjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}

const duration = 90 * 24 * time.Hour

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var w work
		must(json.Unmarshal(lines.Bytes(), &w))
		ca := get(pki.DecodeX509CertificateBytes([]byte(w.CA)))
		key := get(pki.DecodePrivateKeyBytes([]byte(w.Key)))
		issue := map[string]func(string, *x509.Certificate, crypto.Signer) ([]byte, error){
			"stdlib":       withStandardLibrary,
			"cert-manager": withCertManager,
		}[w.Peer]
		start := cpu()
		for range w.Count {
			get(issue(w.CSR, ca, key))
		}
		took := cpu() - start
		must(json.NewEncoder(os.Stdout).Encode(map[string]any{"cpuMs": float64(took) / 1e6}))
	}
}

// withStandardLibrary reads and verifies a CSR, builds, signs and writes PEM. CreateCertificate
// verifies the signature it made by itself.
func withStandardLibrary(text string, ca *x509.Certificate, key crypto.Signer) ([]byte, error) {
	block, _ := pem.Decode([]byte(text))
	csr, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return nil, err
	}
	if err := csr.CheckSignature(); err != nil {
		return nil, err
	}
	serial := make([]byte, 20)
	if _, err := rand.Read(serial); err != nil {
		return nil, err
	}
	serial[0] &= 0x7f
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          new(big.Int).SetBytes(serial),
		RawSubject:            csr.RawSubject,
		NotBefore:             now,
		NotAfter:              now.Add(duration),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		BasicConstraintsValid: true,
	}
	for _, extension := range csr.Extensions {
		if extension.Id.Equal(subjectAltName) {
			template.ExtraExtensions = []pkix.Extension{extension}
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca, csr.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}

// withCertManager takes the path of cert-manager's CA issuer.
func withCertManager(text string, ca *x509.Certificate, key crypto.Signer) ([]byte, error) {
	request := &cmapi.CertificateRequest{Spec: cmapi.CertificateRequestSpec{
		Request:  []byte(text),
		Duration: &metav1.Duration{Duration: duration},
	}}
	template, err := pki.CertificateTemplateFromCertificateRequest(request)
	if err != nil {
		return nil, err
	}
	bundle, err := pki.SignCSRTemplate([]*x509.Certificate{ca}, key, template)
	if err == nil && len(bundle.ChainPEM) == 0 {
		err = errors.New("the chain is empty")
	}
	return bundle.ChainPEM, err
}

// cpu is the time that all threads of this process have used.
func cpu() time.Duration {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
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
