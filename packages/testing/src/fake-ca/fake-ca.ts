/** A CA with an HTTP API that remembers what it was asked, and misbehaves as a test says. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { CaBehaviour, CaCall } from "./ca-call.ts";
import { Desk, ISSUES } from "./desk.ts";
import {
  createFakeAuthority,
  type FakeAuthorityOptions,
  type MintedCertificate,
} from "./fake-authority.ts";

/** Settings of {@link startFakeCa}. */
export interface FakeCaOptions extends FakeAuthorityOptions {
  /** What callers must show. */
  readonly token: string;
  /** @default one that is free */
  readonly port?: number;
}

/** A running CA. */
export interface FakeCa extends AsyncDisposable {
  /** `GET /health`, `POST /sign`, `GET /orders/<order>`. */
  readonly url: string;
  readonly caPem: string;
  /** Every call so far, whatever was answered; also those with a wrong token. */
  readonly calls: readonly CaCall[];
  /** Every certificate so far, whether or not its caller got it. */
  readonly minted: readonly MintedCertificate[];
  /** What calls are answered from now on; without an argument as in the beginning. */
  behave(behaviour?: CaBehaviour): void;
  /** Takes this token and no other from now on. */
  changeToken(token: string): void;
}

/**
 * Starts a fake CA for the tests of an issuer: it signs whatever it is sent with a key made for the
 * test, and nothing of a real CA's policy, audit or revocation is there. It speaks a small HTTP API
 * of its own: a CSR as PEM is posted to `/sign`, with an `idempotency-key`; the certificate comes
 * back as PEM with the CA's behind it.
 *
 * It listens on 127.0.0.1 alone.
 */
export async function startFakeCa(options: FakeCaOptions): Promise<FakeCa> {
  const authority = await createFakeAuthority(options);
  const desk = new Desk(authority, options);
  const server = createServer((request, response) => {
    desk.serve(request, response).catch((error: unknown) => {
      response.writeHead(400).end(String(error));
    });
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    caPem: authority.caPem,
    calls: desk.calls,
    minted: authority.minted,
    behave: (behaviour = ISSUES) => {
      desk.behaviour = behaviour;
    },
    changeToken: (token) => {
      desk.token = token;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
