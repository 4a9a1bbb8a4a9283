import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import {
  certificateTemplate,
  createKeySigner,
  createSelfSignedCertificate,
  encodePem,
  issueCertificate,
  parseCertificate,
  parseCsr,
  type Signer,
} from "@countersign/x509";

const DAY_MS = 24 * 3_600_000;

/**
 * A stand-in for a commercial CA with an HTTP API, which cannot be had here: it signs whatever it is
 * sent, and counts. It knows no idempotency on purpose: every call mints another certificate, so
 * that a request which is signed twice shows.
 */
export interface HttpCa extends AsyncDisposable {
  readonly url: string;
  readonly caPem: string;
  /** Certificates minted, by the idempotency key that came with each. */
  readonly minted: ReadonlyMap<string, number>;
  /** What the next calls are answered with instead of a certificate. */
  refuse(status: number | undefined): void;
}

/** Starts the CA on a free port of loopback; callers must show the token. */
export async function startHttpCa(token: string): Promise<HttpCa> {
  const signer = newSigner();
  const caDer = await createSelfSignedCertificate({
    subject: { commonName: "HTTP CA" },
    signer,
    isCA: true,
    durationMs: DAY_MS,
    now: new Date(),
  });
  const caPem = encodePem("CERTIFICATE", caDer);
  const minted = new Map<string, number>();
  let refusal: number | undefined;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    if (request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end("unknown token");
    } else if (refusal !== undefined) {
      response.writeHead(refusal).end("out of order");
    } else if (request.url === "/health") {
      response.end("ok");
    } else {
      const key = String(request.headers["idempotency-key"]);
      minted.set(key, (minted.get(key) ?? 0) + 1);
      response.end((await sign(body, { caDer, signer })) + caPem);
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(400).end(String(error)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    caPem,
    minted,
    refuse: (status) => {
      refusal = status;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function sign(csrPem: string, ca: { caDer: Uint8Array; signer: Signer }): Promise<string> {
  const template = certificateTemplate(parseCsr(csrPem), { durationMs: DAY_MS, now: new Date() });
  const issuer = parseCertificate(ca.caDer);
  return encodePem("CERTIFICATE", await issueCertificate(template, { issuer, signer: ca.signer }));
}

function newSigner(): Signer {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return createKeySigner(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
}
