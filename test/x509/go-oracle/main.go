// Answers questions about X.509 with cert-manager's own code: a JSON object a line on stdin, its
// answer on stdout. The tests of this folder ask, and so does whoever records vectors anew.
package main

import (
	"bufio"
	"crypto"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"time"

	cmapi "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	"github.com/cert-manager/cert-manager/pkg/util/pki"
)

// question is what is asked; which fields count depends on Ask.
type question struct {
	Ask       string           `json:"ask"`
	PEM       string           `json:"pem"`
	DER       []byte           `json:"der"`
	Usages    []cmapi.KeyUsage `json:"usages"`
	IsCA      bool             `json:"isCA"`
	Serial    string           `json:"serial"`
	NotBefore time.Time        `json:"notBefore"`
	NotAfter  time.Time        `json:"notAfter"`
	CA        string           `json:"ca"`
	Key       string           `json:"key"`
	CRL       []string         `json:"crlDistributionPoints"`
	OCSP      []string         `json:"ocspServers"`
	AIA       []string         `json:"issuingCertificateUrls"`
}

type answer struct {
	Error string `json:"error,omitempty"`
	TBS   []byte `json:"tbs,omitempty"`
	Chain string `json:"chain,omitempty"`
	CA    string `json:"ca,omitempty"`
	Names *names `json:"names,omitempty"`
	SPKI  []byte `json:"spki,omitempty"`
}

// names are those that Go reads.
type names struct {
	Subject []byte   `json:"subject"`
	DNS     []string `json:"dns"`
	Emails  []string `json:"emails"`
	IPs     [][]byte `json:"ips"`
	URIs    int      `json:"uris"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 4<<20)
	encoder := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		if err := encoder.Encode(reply(lines.Bytes())); err != nil {
			return
		}
	}
}

func reply(line []byte) (a answer) {
	defer func() {
		if fault := recover(); fault != nil {
			a = answer{Error: fmt.Sprint("panic: ", fault)}
		}
	}()
	var q question
	err := json.Unmarshal(line, &q)
	if err == nil {
		ask, known := map[string]func(question) (answer, error){
			"issue":       issue,
			"csr":         readCSR,
			"certificate": readCertificate,
			"chain":       orderChain,
			"key":         readKey,
		}[q.Ask]
		if !known {
			return answer{Error: "unknown question " + q.Ask}
		}
		a, err = ask(q)
	}
	if err != nil {
		return answer{Error: err.Error()}
	}
	return a
}

// issue does what cert-manager's CA issuer does.
func issue(q question) (answer, error) {
	ca, err := pki.DecodeX509CertificateBytes([]byte(q.CA))
	if err != nil {
		return answer{}, err
	}
	key, err := pki.DecodePrivateKeyBytes([]byte(q.Key))
	if err != nil {
		return answer{}, err
	}
	keyUsage, purposes, err := pki.KeyUsagesForCertificateOrCertificateRequest(q.Usages, q.IsCA)
	if err != nil {
		return answer{}, err
	}
	template, err := pki.CertificateTemplateFromCSRPEM(
		[]byte(q.PEM),
		pki.CertificateTemplateValidateAndOverrideBasicConstraints(q.IsCA, nil),
		pki.CertificateTemplateValidateAndOverrideKeyUsages(keyUsage, purposes),
	)
	if err != nil {
		return answer{}, err
	}
	template.SerialNumber, _ = new(big.Int).SetString(q.Serial, 16)
	template.NotBefore, template.NotAfter = q.NotBefore, q.NotAfter
	template.CRLDistributionPoints = q.CRL
	template.OCSPServer = q.OCSP
	template.IssuingCertificateURL = q.AIA
	_, certificate, err := pki.SignCertificate(template, ca, template.PublicKey, key.(crypto.Signer))
	if err != nil {
		return answer{}, err
	}
	return answer{TBS: certificate.RawTBSCertificate}, nil
}

func readCSR(q question) (answer, error) {
	csr, err := x509.ParseCertificateRequest(q.DER)
	if err != nil {
		return answer{}, err
	}
	found := names{Subject: csr.RawSubject, DNS: csr.DNSNames, Emails: csr.EmailAddresses, URIs: len(csr.URIs)}
	for _, ip := range csr.IPAddresses {
		found.IPs = append(found.IPs, ip)
	}
	return answer{Names: &found, SPKI: csr.RawSubjectPublicKeyInfo}, nil
}

func readCertificate(q question) (answer, error) {
	certificate, err := x509.ParseCertificate(q.DER)
	if err != nil {
		return answer{}, err
	}
	found := names{
		Subject: certificate.RawSubject,
		DNS:     certificate.DNSNames,
		Emails:  certificate.EmailAddresses,
		URIs:    len(certificate.URIs),
	}
	for _, ip := range certificate.IPAddresses {
		found.IPs = append(found.IPs, ip)
	}
	return answer{Names: &found, SPKI: certificate.RawSubjectPublicKeyInfo}, nil
}

func orderChain(q question) (answer, error) {
	bundle, err := pki.ParseSingleCertificateChainPEM([]byte(q.PEM))
	return answer{Chain: string(bundle.ChainPEM), CA: string(bundle.CAPEM)}, err
}

func readKey(q question) (answer, error) {
	key, err := pki.DecodePrivateKeyBytes([]byte(q.PEM))
	if err != nil {
		return answer{}, err
	}
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	return answer{SPKI: spki}, err
}
