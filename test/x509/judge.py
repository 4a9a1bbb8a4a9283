# Answers questions about certificates with pkilint and pyca/cryptography: a JSON object a line on
# stdin, its answer on stdout. The tests of the folder above ask.

import base64
import json
import sys

from cryptography import x509
from pkilint import loader
from pkilint.pkix import certificate, extension, name

VALIDATOR = certificate.create_pkix_certificate_validator_container(
    certificate.create_decoding_validators(
        name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS
    ),
    [
        certificate.create_issuer_validator_container([]),
        certificate.create_validity_validator_container(),
        certificate.create_subject_validator_container([]),
        certificate.create_extensions_validator_container([]),
        certificate.create_spki_validator_container([]),
    ],
)


def lint(question):
    """Findings of pkilint's RFC 5280 linter, such as "ERROR pkix.some_code"."""
    der = base64.b64decode(question["der"])
    document = loader.RFC5280CertificateDocumentLoader().load_der_document(der, "certificate")
    findings = [
        f"{description.finding.severity.name} {description.finding.code}"
        for result in VALIDATOR.validate(document.root)
        for description in result.finding_descriptions
    ]
    return {"findings": findings}


def chain(question):
    """Verifies each signature of a chain, its leaf first, with the key of the next."""
    certificates = [
        x509.load_der_x509_certificate(base64.b64decode(der)) for der in question["chain"]
    ]
    for subject, issuer in zip(certificates, certificates[1:] + certificates[-1:]):
        subject.verify_directly_issued_by(issuer)
    return {"findings": [c.subject.rfc4514_string() for c in certificates]}


ASKS = {"lint": lint, "chain": chain}


def main():
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = ASKS[question["ask"]](question)
        except Exception as error:  # whatever it is, it is the answer
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
