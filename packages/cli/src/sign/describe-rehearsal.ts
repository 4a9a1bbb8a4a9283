import type { SigningRequest } from "@countersign/issuer";
import { formatGoDuration, messageOfIssuerReport } from "@countersign/issuer/inspect";
import type { Certificate } from "@countersign/x509";
import type { Rehearsal } from "./rehearse.ts";

/** A rehearsal, and what it was of. */
export interface RehearsedRequest {
  /** `CertificateRequest default/web`. */
  readonly name: string;
  /** `CAIssuer default/team-ca`. */
  readonly issuerName: string;
  readonly request: SigningRequest;
  readonly rehearsal: Rehearsal;
  /** Why a controller would not have this issuer sign it. */
  readonly wrongIssuer: string | undefined;
}

/** What `--output json` prints. */
export interface RehearsalValue {
  readonly request: string;
  readonly issuer: string;
  /** Whether a controller would publish a certificate. */
  readonly isIssued: boolean;
  /** How far it comes: `issued`, or where it ends. */
  readonly result:
    | "issued"
    | "refused"
    | "early"
    | "check"
    | "pending"
    | "transient"
    | "permanent"
    | "issuerAtFault"
    | "aborted";
  /** What is said of it, as on the request or the issuer. */
  readonly message: string;
  readonly check: string;
  readonly certificate?: CertificateValue;
  /** Subjects, the certificate's own first. */
  readonly chain?: readonly string[];
  readonly ca?: readonly string[];
  readonly differences?: readonly {
    readonly aspect: string;
    readonly kind: string;
    readonly detail: string;
    readonly reaction: string;
  }[];
  readonly wrongIssuer?: string;
  readonly certificatePem?: string;
  readonly caPem?: string;
}

/** The fields of a certificate, as text. */
export interface CertificateValue {
  readonly subject: string;
  /** `dns:web.example.com`. */
  readonly names: readonly string[];
  readonly serial: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly publicKey: string;
  readonly isCA: boolean;
  readonly usages: readonly string[];
  readonly issuer: string;
}

/** A rehearsal for programs. */
export function valueOfRehearsal(of: RehearsedRequest): RehearsalValue {
  const { name, issuerName, rehearsal, wrongIssuer } = of;
  const common = {
    request: name,
    issuer: issuerName,
    check: messageOfIssuerReport(rehearsal.check),
    ...(wrongIssuer === undefined ? {} : { wrongIssuer }),
  };
  switch (rehearsal.ended) {
    case "check":
      return { ...common, isIssued: false, result: "check", message: common.check };
    case "sign": {
      const { outcome } = rehearsal;
      const message = messageOfOutcome(outcome);
      return { ...common, isIssued: false, result: outcome.type, message };
    }
    case "gate":
      return { ...common, ...valueOfGate(rehearsal) };
  }
}

type ValueOfGate = Omit<RehearsalValue, "request" | "issuer" | "check" | "wrongIssuer">;

function valueOfGate(rehearsal: Rehearsal & { ended: "gate" }): ValueOfGate {
  const { verdict, issued, authorities, differences } = rehearsal;
  const [leaf] = issued;
  const shown = {
    ...(leaf === undefined ? {} : { certificate: valueOfCertificate(leaf) }),
    chain: issued.map(({ subject }) => subject),
    ca: authorities.map(({ subject }) => subject),
    differences,
  };
  switch (verdict.gate) {
    case "passed": {
      const { certificatePem, caPem } = verdict;
      return {
        ...shown,
        isIssued: true,
        result: "issued",
        message: "The gate lets it through: a controller would publish it.",
        certificatePem,
        ...(caPem === undefined ? {} : { caPem }),
      };
    }
    case "early": {
      const time = verdict.notBefore.toISOString();
      const message = `The certificate is valid only from ${time} on, and would be published then. Set the clocks of the CA and of this machine.`;
      return { ...shown, isIssued: false, result: "early", message };
    }
    case "refused":
      return { ...shown, isIssued: false, result: "refused", message: verdict.message };
  }
}

/** How `sign()` ended, in the words that stand on a request. */
function messageOfOutcome(outcome: (Rehearsal & { ended: "sign" })["outcome"]): string {
  switch (outcome.type) {
    case "pending": {
      const { message = "it has not issued yet", retryAfterMs } = outcome;
      return `The CA has taken the order: ${message}. A controller would ask again in ${formatGoDuration(retryAfterMs)}; to wait for it here, give --wait with a duration.`;
    }
    case "transient":
      return `Signing failed, and a controller would try again: ${outcome.message}`;
    case "permanent":
      return `Signing was refused, and the request would be marked Failed: ${outcome.message}`;
    case "issuerAtFault":
      return `The issuer is at fault, and would be marked not Ready: ${outcome.message}`;
    case "aborted":
      return "Signing was ended by a signal.";
  }
}

function valueOfCertificate(certificate: Certificate): CertificateValue {
  const { keyUsage = [], extendedKeyUsage = [], subjectAltNames } = certificate;
  return {
    subject: certificate.subject,
    names: subjectAltNames.map(({ kind, value }) => `${kind}:${value}`),
    serial: certificate.serialHex,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    publicKey: certificate.publicKey,
    isCA: certificate.basicConstraints?.isCA ?? false,
    usages: [...keyUsage, ...extendedKeyUsage],
    issuer: certificate.issuer,
  };
}

/** A rehearsal for people. */
export function textOfRehearsal(of: RehearsedRequest): string {
  const value = valueOfRehearsal(of);
  const { csr, durationMs, usages, isCA } = of.request;
  const names = csr.subjectAltNames.map(({ kind, value }) => `${kind}:${value}`);
  const asked: Row[] = [
    ["subject", show(csr.subject)],
    ["names", show(names.join(", "))],
    ["key", csr.publicKey],
    ["duration", formatGoDuration(durationMs)],
    ["usages", usages.join(", ")],
    ["CA", isCA ? "yes" : "no"],
  ];
  const { certificate, chain = [], ca = [], differences = [] } = value;
  const granted: Row[] =
    certificate === undefined
      ? []
      : [
          ["subject", show(certificate.subject)],
          ["names", show(certificate.names.join(", "))],
          ["key", certificate.publicKey],
          ["serial", certificate.serial],
          ["valid", `${certificate.notBefore} to ${certificate.notAfter}`],
          ["usages", certificate.usages.join(", ")],
          ["CA", certificate.isCA ? "yes" : "no"],
          ["signed by", certificate.issuer],
          ["chain", chain.map(show).join(" < ")],
          ["ca", show(ca.join(", "))],
        ];
  return [
    `${value.request} to ${value.issuer}`,
    ...(value.wrongIssuer === undefined ? [] : ["", `✖ ${value.wrongIssuer}`]),
    ...section("Asked for", asked),
    ...section("Issued", granted),
    ...(certificate === undefined ? [] : ["", "Differences"]),
    ...(certificate !== undefined && differences.length === 0 ? ["  none"] : []),
    ...differences.map(({ detail, reaction }) => `  ${detail} (${REACTIONS[reaction]})`),
    "",
    `Check   ${value.check}`,
    `Result  ${value.isIssued ? "✔" : "✖"} ${value.message}`,
  ].join("\n");
}

const REACTIONS: Readonly<Record<string, string>> = {
  fail: "fails",
  warn: "is let through, with a warning",
  accept: "is let through",
};

type Row = readonly [name: string, value: string];

function section(title: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  return ["", title, ...rows.map(([name, value]) => `  ${name.padEnd(10)}${value}`)];
}

function show(text: string): string {
  return text === "" ? "none" : text;
}
