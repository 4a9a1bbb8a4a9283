/** What inputs made to cost time cost, as they grow and beside OpenSSL. The README says how to read it. */
import { X509Certificate } from "node:crypto";
import { encodePem, parseCertificate, parseCertificates, parseCsr } from "@countersign/x509";
import {
  depthOf,
  HOSTILE_PARTS,
  HOSTILE_TEXTS,
  hostileCertificate,
  hostileCsr,
  nested,
} from "../../packages/x509/src/testdata/hostile-shapes.ts";
import { median } from "./median.ts";

const SMALL = 27_000;
const LARGE = 330_000;
const MOST_GROWTH = 15;
const MOST_OF_OPENSSL = 5;
const ROUNDS = 9;

/** A time too short to be a ratio's divisor. */
const LEAST_US = 20;

interface Shape {
  readonly name: string;
  readonly read: (bytes: number) => () => unknown;
  /** The same input with OpenSSL, as Node has it. */
  readonly openssl?: (bytes: number) => () => unknown;
}

/** As PEM, which may be a bundle's size; as DER a single certificate of 330 kB is refused unread. */
const SHAPES: readonly Shape[] = [
  ...Object.entries(HOSTILE_PARTS).flatMap(([name, parts]): Shape[] => [
    {
      name: `certificate: ${name}`,
      read: (bytes) => {
        const pem = encodePem("CERTIFICATE", hostileCertificate(parts(inPem(bytes))));
        return () => parseCertificate(pem);
      },
      openssl: (bytes) => {
        const pem = encodePem("CERTIFICATE", hostileCertificate(parts(inPem(bytes))));
        return () => readWithOpenssl(pem);
      },
    },
    {
      name: `CSR: ${name}`,
      read: (bytes) => {
        const der = hostileCsr(parts(bytes));
        return () => parseCsr(der);
      },
    },
  ]),
  {
    name: "DER nested deep",
    read: (bytes) => {
      const der = nested(depthOf(bytes));
      return () => parseCertificate(der);
    },
  },
  ...Object.entries(HOSTILE_TEXTS).map(
    ([name, text]): Shape => ({
      name: `PEM: ${name}`,
      read: (bytes) => {
        const pem = text(bytes - 100);
        return () => parseCertificates(pem);
      },
    }),
  ),
];

/** Measures every shape and returns whether all bars hold. */
export function benchHostile(): boolean {
  console.log(
    `\nCPU, ${LARGE / 1_000} kB : ${SMALL / 1_000} kB, and ours : OpenSSL's where it reads the input\n`,
  );
  return SHAPES.map(judge).every(Boolean);
}

function judge({ name, read, openssl }: Shape): boolean {
  const small = microseconds(read(SMALL));
  const large = microseconds(read(LARGE));
  const growth = large.us / Math.max(small.us, LEAST_US);
  const theirs = [SMALL, LARGE].map((bytes) => openssl && microseconds(openssl(bytes)));
  const besides = [small, large].map(({ us }, i) => {
    const their = theirs[i];
    return their?.isRead ? us / Math.max(their.us, LEAST_US) : 0;
  });
  const worst = Math.max(...besides);
  const isWithin = growth <= MOST_GROWTH && worst <= MOST_OF_OPENSSL;
  const beside = worst === 0 ? "   – " : worst.toFixed(1).padStart(5);
  const times = `${small.us.toFixed(0)} µs, ${large.us.toFixed(0)} µs`;
  const outcome = [small, large].map(({ isRead }) => (isRead ? "read" : "refused")).join(", ");
  const verdict = isWithin ? "     " : "ABOVE";
  console.log(
    `${verdict} ${growth.toFixed(1).padStart(5)} ${beside}  ${name} (${times}; ${outcome})`,
  );
  return isWithin;
}

/** A refusal is an outcome like another: what it costs counts. */
function microseconds(action: () => unknown): { us: number; isRead: boolean } {
  const isRead = succeeds(action);
  const once = cpuUs(() => succeeds(action));
  const count = Math.max(1, Math.min(200, Math.floor(5_000 / Math.max(once, 1))));
  const times = Array.from(
    { length: ROUNDS },
    () => cpuUs(() => repeat(count, () => succeeds(action))) / count,
  );
  return { us: median(times), isRead };
}

function repeat(count: number, action: () => unknown): void {
  for (let i = 0; i < count; i++) action();
}

function succeeds(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

function cpuUs(action: () => unknown): number {
  const start = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

/** All that our parser reads at once and OpenSSL when it is asked. */
function readWithOpenssl(pem: string): unknown[] {
  const certificate = new X509Certificate(pem);
  const { subject, issuer, subjectAltName, keyUsage, ca, publicKey } = certificate;
  return [subject, issuer, subjectAltName, keyUsage, ca, publicKey];
}

function inPem(bytes: number): number {
  return Math.floor((bytes - 600) * 0.73);
}
